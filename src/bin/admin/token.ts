import { parseArgs } from "node:util";
import { roles, type Role } from "../../domain/people.ts";
import { isDuration } from "../../domain/time.ts";
import { openLocalIssuer } from "../../identity/local-keys.ts";
import { exit, settingsOrExit } from "../../composition/process.ts";

/** `npm run --silent token -- --id li.na --role sales_rep [--machine] [--ttl PT8H]`: prints a token of this home's issuer. */

function isRole(text: string): text is Role {
  return roles.some((role) => role === text);
}

function fail(error: unknown): never {
  return exit("token", error instanceof Error ? error.message : String(error));
}

function argumentsGiven() {
  try {
    return parseArgs({
      options: {
        id: { type: "string" },
        role: { type: "string", multiple: true },
        name: { type: "string" },
        machine: { type: "boolean", default: false },
        ttl: { type: "string", default: "PT8H" },
      },
    }).values;
  } catch (error) {
    return fail(error);
  }
}

const { id, role: given = [], name, machine, ttl } = argumentsGiven();
if (!id) fail("--id is needed: whose token");
if (given.length === 0) fail(`--role is needed: one of ${roles.join(", ")}`);
const wrong = given.filter((each) => !isRole(each));
if (wrong.length > 0) fail(`no such role: ${wrong.join(", ")}; there are ${roles.join(", ")}`);
if (!isDuration(ttl)) fail("--ttl must be an ISO 8601 duration such as PT8H");

const { GENDAN_HOME: home } = settingsOrExit("token");
const issuer = await openLocalIssuer(home).catch(fail);
process.stdout.write(`${await issuer.issueToken({ id, roles: given.filter(isRole), machine, name, ttl })}\n`);
