import { settingsOrExit } from "../../composition/process.ts";
import { migrate, openDatabase } from "../../records/database.ts";

/** `npm run migrate-records`: brings the records' schema up to date before APIs of a new release start. Workers do so too. */

const name = "migrate-records";
const { DATABASE_URL: databaseUrl } = settingsOrExit(name);
if (databaseUrl === undefined) {
  process.stderr.write(`${name}: DATABASE_URL: is needed; the records database must be named\n`);
  process.exit(1);
}
const db = openDatabase(databaseUrl, { max: 1, statementTimeout: 0 });
await migrate(db);
await db.destroy();
process.stdout.write("the records' schema is up to date\n");
