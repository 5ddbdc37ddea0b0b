import { findSumFaults } from "../../records/closed-duties.ts";
import { openDatabase } from "../../records/database.ts";
import { compareWithEngine, verifyRecords, type VerifyResult } from "../../records/verify.ts";
import { settingsOrExit } from "../../composition/process.ts";
import { connectTo, findRunning } from "../../composition/running.ts";
import { listHeldOrders } from "../../temporal/listings.ts";

/**
 * `npm run verify-records`: whether the records are as this service wrote them; `-- --engine` compares them with the engine
 * too. Ends with 1 when they are not, and names each order and event.
 */

const name = "verify-records";
const settings = settingsOrExit(name);
const running = await findRunning(name, settings);
const { databaseUrl } = running;
const db = openDatabase(databaseUrl, { max: 2, statementTimeout: 0 });

function tell(what: string, { orders, events, faults }: VerifyResult): number {
  for (const { orderNo, number, what: fault } of faults) {
    process.stderr.write(`order ${orderNo}${number === undefined ? "" : `, event ${number}`}: ${fault}\n`);
  }
  process.stdout.write(`${what}: ${orders} orders with ${events} events, ${faults.length} faults\n`);
  return faults.length;
}

let found = tell("records", await verifyRecords(db));
const sums = await findSumFaults(db);
for (const fault of sums) process.stderr.write(`${fault}\n`);
found += sums.length;
if (process.argv.includes("--engine")) {
  const { connection, client } = await connectTo(name, settings, running);
  found += tell("engine", await compareWithEngine(db, listHeldOrders(client)));
  await connection.close();
}
await db.destroy();
process.exit(found === 0 ? 0 : 1);
