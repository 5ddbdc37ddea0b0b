import { pino, type Logger } from "pino";
import { readSettings, SettingsError, type Settings } from "../settings.ts";

/** What every process begins and ends with. */

/**
 * The settings, or one line that names the wrong one and the end. What this process, or one that it starts, writes from now on is its
 * owner's alone: a home holds keys and everybody's data.
 */
export function settingsOrExit(name: string): Settings {
  process.umask(0o077);
  try {
    return readSettings(process.env);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return exit(name, error.message);
  }
}

/** Ends a process that cannot start, with one line that says why. */
export function exit(name: string, line: string): never {
  process.stderr.write(`gendan ${name}: ${line.replaceAll(/\s*\n\s*/gu, " ")}\n`);
  process.exit(1);
}

/** Structured logs on standard output. Tokens and bodies are never logged; what could slip in is redacted. */
export function openLog(name: string, level: string): Logger {
  return pino({
    name: `gendan-${name}`,
    level,
    redact: { paths: ["req.headers.authorization", "*.authorization", "*.token", "*.phone", "*.email"], censor: "[redacted]" },
  });
}

/**
 * Calls `stop` once, on SIGTERM, SIGINT, or when the supervisor that forked this process is gone; then ends the process.
 * @param limit ms; what has not stopped by then is ended all the same, with code 1
 */
export function onStop(stop: (why: string) => Promise<void>, limit = 30_000): void {
  let stopping = false;
  const once = (why: string): void => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => {
      process.stderr.write("stopping took too long\n");
      process.exit(1);
    }, limit).unref();
    stop(why).then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", () => once("SIGTERM"));
  process.on("SIGINT", () => {
    // On a terminal Ctrl-C reaches the whole group: a supervised process waits for its supervisor, which stops in order.
    if (!process.connected) once("SIGINT");
  });
  if (process.connected) process.once("disconnect", () => once("the supervisor is gone"));
}

/** Tells the supervisor, if there is one, that this process serves. */
export function tellReady(what: Readonly<Record<string, unknown>> = {}): void {
  process.send?.({ ready: true, ...what });
}
