import { Connection } from "@temporalio/client";
import { engineAddressOrExit } from "../../composition/engine-address.ts";
import { ensureNamespace, RETENTION } from "../../temporal/namespace.ts";
import { exit, settingsOrExit } from "../../composition/process.ts";
import { ensureSearchAttributes } from "../../temporal/search-attributes.ts";

/**
 * `npm run setup-namespace [-- --retention-days 90]`: makes the namespace and the search attributes that orders need, once
 * or as often as one likes. An attribute that is there with another type is refused, and nothing is changed.
 */

const NAME = "setup-namespace";
const [option, value = "", ...more] = process.argv.slice(2);
if (option !== undefined && (option !== "--retention-days" || !/^[1-9]\d{0,4}$/u.test(value) || more.length > 0))
  exit(NAME, "usage: setup-namespace [--retention-days N], N from 1");
const days = option === undefined ? RETENTION : Number(value);
const { connectionOptions, namespace } = engineAddressOrExit(NAME, settingsOrExit(NAME));
const failed = (error: unknown): never => exit(NAME, error instanceof Error ? error.message : String(error));

const connection = await Connection.connect({ ...connectionOptions, connectTimeout: 10_000 }).catch(failed);
try {
  // Temporal Cloud makes namespaces by its own means: there it has to be there already.
  const made = await ensureNamespace(connection, namespace, days).catch(async (error: unknown) => {
    await connection.workflowService.describeNamespace({ namespace }).catch(() => failed(error));
    return false;
  });
  process.stdout.write(`namespace ${namespace}: ${made ? `made, closed orders stay ${days} days` : "there already"}\n`);
  await ensureSearchAttributes(connection.operatorService, namespace).catch(failed);
  process.stdout.write("search attributes: all there\n");
} finally {
  await connection.close();
}
