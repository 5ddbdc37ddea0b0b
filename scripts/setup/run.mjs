/** Other programs, run with a time limit and with signs of life. */
import { spawn } from "node:child_process";
import { say } from "./cache.mjs";

/**
 * Runs a program to its end.
 * @param {{ limit?: number, telling?: string, env?: NodeJS.ProcessEnv, cwd?: string }} [options] `limit` in ms; `telling`:
 *   what to say while it runs
 * @returns {Promise<string>} its stdout
 * @throws Error with the last line it wrote, when it fails, is not there, or takes too long
 */
export function run(program, args, { limit = 10_000, telling, env = process.env, cwd } = {}) {
  return new Promise((resolve, reject) => {
    const began = Date.now();
    const seconds = () => Math.round((Date.now() - began) / 1_000);
    // A group of its own, so that what it has started ends with it.
    const child = spawn(program, args, { env, cwd, stdio: ["ignore", "pipe", "pipe"], detached: true });
    const end = (signal) => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, signal);
      } catch {
        // It has ended by itself.
      }
    };
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk) => (stdout += chunk));
    child.stderr.on("data", (chunk) => (stderr = (stderr + chunk).slice(-4_000)));
    const ticks = telling === undefined ? undefined : showing(() => `${telling} (${seconds()} s)`);
    let late = false;
    const clock = setTimeout(() => {
      late = true;
      end("SIGKILL");
    }, limit);
    const interrupted = () => {
      end("SIGKILL");
      process.exit(130);
    };
    process.once("SIGINT", interrupted);
    process.once("SIGTERM", interrupted);
    const done = (error) => {
      ticks?.();
      clearTimeout(clock);
      process.removeListener("SIGINT", interrupted);
      process.removeListener("SIGTERM", interrupted);
      if (error) reject(error);
      else resolve(stdout);
    };
    child.once("error", (error) => done(new Error(error.code === "ENOENT" ? `no ${program} here` : error.message)));
    child.once("close", (code, signal) => {
      if (late) done(new Error(`${program} took longer than ${limit / 1_000} s`));
      else if (code === 0) done();
      else done(new Error(lastLine(stderr) || lastLine(stdout) || `${program} ended with ${code ?? signal}`));
    });
  });
}

/** Shows that something goes on: on a terminal in one line that is written anew, else a line every five seconds. */
function showing(line) {
  const terminal = process.stderr.isTTY;
  let shown = false;
  const timer = setInterval(
    () => {
      if (!terminal) return say(line());
      process.stderr.write(`\r\u001b[Kset-up: ${line()}`);
      shown = true;
    },
    terminal ? 1_000 : 5_000,
  );
  return () => {
    clearInterval(timer);
    if (shown) process.stderr.write("\n");
  };
}

function lastLine(text) {
  return text.trim().split("\n").at(-1)?.trim().slice(0, 300) ?? "";
}

/** Several ways to something, none of which worked. */
class NoWay extends Error {
  constructor(failures) {
    super(failures.join("; "));
    this.failures = failures;
  }
}

/**
 * Tries one way after the other; answers what the first that works answers.
 * @param {readonly { name: string, go: () => Promise<string | undefined> }[]} ways `undefined`: does not apply
 * @throws NoWay with why each failed
 */
export async function firstOf(ways) {
  const failures = [];
  for (const { name, go } of ways) {
    try {
      const found = await go();
      if (found !== undefined) return found;
      failures.push(`${name}: not set`);
    } catch (error) {
      if (error instanceof NoWay) failures.push(...error.failures);
      else failures.push(`${name}: ${error.message}`);
    }
  }
  throw new NoWay(failures);
}

/**
 * Answers what `find` finds.
 * @throws Error with one clear message: what was looked for, why each way failed, what to install
 */
export async function orAdvise(what, find, advice) {
  try {
    return await find();
  } catch (error) {
    const lines = error instanceof NoWay ? error.failures : [error.message];
    throw new Error([`${what} could not be set up:`, ...lines.map((line) => `  - ${line}`), advice].join("\n"), { cause: error });
  }
}

/** For a script that prints one path: on stdout what it answers, on stderr why not. */
export async function print(find) {
  try {
    process.stdout.write(`${await find()}\n`);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
