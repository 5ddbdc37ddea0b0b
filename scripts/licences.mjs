/** `npm run licences`: what is shipped, and under which licence, from the lock file; fails on one that nobody has looked at. */
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

/** Licences that ask for nothing but to be named, or for nothing at all. */
const ALLOWED = [
  "0BSD",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BlueOak-1.0.0",
  "CC-BY-4.0",
  "ISC",
  "MIT",
  "OFL-1.1",
  "Unlicense",
  "Zlib",
];
/** Those whose package.json does not say it: looked up in their LICENSE files. */
const LOOKED_UP = { "png-js": "MIT", unionfs: "Unlicense" };

/** @returns {Promise<{ name: string, version: string, licence: string }[]>} every production dependency, by name */
export async function shipped() {
  const lock = JSON.parse(await readFile(new URL("../package-lock.json", import.meta.url), "utf8"));
  return Object.entries(lock.packages)
    .filter(([path, { dev, devOptional }]) => path !== "" && !dev && !devOptional)
    .map(([path, { version, license }]) => {
      const name = path.replace(/^.*node_modules\//u, "");
      return { name, version, licence: license ?? LOOKED_UP[name] ?? "unknown" };
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Whether each part of an SPDX expression is allowed; of alternatives one is enough. */
export function isAllowed(licence) {
  const parts = licence.replaceAll(/[()]/gu, "").split(" OR ");
  return parts.some((part) => part.split(" AND ").every((each) => ALLOWED.includes(each)));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  for (const { name, version, licence } of await shipped()) {
    process.stdout.write(`${name} ${version}: ${licence}\n`);
    if (!isAllowed(licence)) process.exitCode = 1;
  }
}
