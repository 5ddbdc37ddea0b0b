import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import type { Gendan } from "../support/gendan.ts";
import type { Random } from "./random.ts";

/** What is killed: the four outside systems are one process, the stand-ins. */
export const victims = ["worker", "api", "database", "stand-ins", "engine"] as const;
export type Victim = (typeof victims)[number];

/** Whether a process is still the one that was meant: a number can have been given to another since. */
async function isStill(pid: number, victim: Victim): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  // `npm run stack` has programs of its own for some of them.
  return [`/bin/${victim}.js`, `/dev/${victim}.js`, `/dev/stack-${victim}.js`].some((program) => command.includes(program));
}

async function kill(gendan: Gendan, victim: Victim): Promise<boolean> {
  const pid = (await gendan.run()).pids[victim];
  if (pid === undefined || !(await isStill(pid, victim))) return false;
  if (victim === "engine") {
    // The server itself; its keeper ends with it, and is started again by the supervisor.
    const { stdout } = await promisify(execFile)("pgrep", ["-P", String(pid)]).catch(() => ({ stdout: "" }));
    const [server] = stdout.trim().split("\n").map(Number);
    if (!server) return false;
    process.kill(server, "SIGKILL");
    return true;
  }
  process.kill(pid, "SIGKILL");
  return true;
}

/**
 * Kills one process after another by SIGKILL, at random times: in each round every one of them, in any order.
 * @returns how often each was killed
 */
export async function killAtRandom(
  gendan: Gendan,
  random: Random,
  times: number,
  pause: readonly [number, number],
  going: () => boolean,
  tell: (line: string) => void,
): Promise<Record<Victim, number>> {
  const killed: Record<Victim, number> = { worker: 0, api: 0, database: 0, "stand-ins": 0, engine: 0 };
  const began = Date.now();
  let bag: Victim[] = [];
  for (let done = 0; done < times && going();) {
    await wait(random.between(...pause));
    if (bag.length === 0) bag = random.shuffled(victims);
    const victim = bag.pop();
    if (!victim) continue;
    if (!(await kill(gendan, victim).catch(() => false))) {
      // Not up again since it was killed last: its turn comes later.
      bag.unshift(victim);
      continue;
    }
    killed[victim] += 1;
    done += 1;
    tell(`kill -9 ${victim} at ${((Date.now() - began) / 1_000).toFixed(1)} s`);
  }
  return killed;
}
