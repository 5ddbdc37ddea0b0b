import { openDatabase } from "../../records/database.ts";
import { removePersonalData, type RemovalResult } from "../../records/retention.ts";
import { settingsOrExit } from "../../composition/process.ts";
import { findRunning } from "../../composition/running.ts";

/** `npm run apply-retention`: removes personal texts of orders that ended the policy's period ago. */

const name = "apply-retention";
const settings = settingsOrExit(name);
const { databaseUrl } = await findRunning(name, settings);
const period = settings.routine.personalDataKept;
const db = openDatabase(databaseUrl, { max: 2 });
let removed = 0;
let failures = 0;
for (let cursor: string | undefined = ""; cursor !== undefined;) {
  const { orders, failed, next }: RemovalResult = await removePersonalData(db, Date.now(), period, cursor);
  removed += orders;
  failures += failed.length;
  for (const { orderNo, why } of failed) process.stderr.write(`order ${orderNo} could not be done: ${why}\n`);
  cursor = next;
}
process.stdout.write(`personal data of ${removed} orders removed\n`);
await db.destroy();
process.exit(failures === 0 ? 0 : 1);
