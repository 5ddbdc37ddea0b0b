import { recountClosedDuties } from "../../records/closed-duties.ts";
import { migrate, openDatabase } from "../../records/database.ts";
import { rebuildRecords } from "../../records/rebuild.ts";
import { settingsOrExit } from "../../composition/process.ts";
import { connectTo, findRunning } from "../../composition/running.ts";
import { listHeldOrders } from "../../temporal/listings.ts";

/** `npm run rebuild-records`: builds the records anew from the engine. */

const name = "rebuild-records";
const settings = settingsOrExit(name);
const running = await findRunning(name, settings);
const { databaseUrl } = running;
const { connection, client } = await connectTo(name, settings, running);
const db = openDatabase(databaseUrl, { max: 2, statementTimeout: 0 });
await migrate(db);
const { orders: count, events, failed } = await rebuildRecords(db, listHeldOrders(client), Date.now());
await recountClosedDuties(db);
process.stdout.write(`rebuilt ${count} orders with ${events} events\n`);
for (const { orderNo, why } of failed) process.stderr.write(`order ${orderNo} could not be rebuilt: ${why}\n`);
await Promise.all([db.destroy(), connection.close()]);
process.exit(failed.length === 0 ? 0 : 1);
