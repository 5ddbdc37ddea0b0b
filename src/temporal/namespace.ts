import { Connection } from "@temporalio/client";
import { msToTs } from "@temporalio/common/lib/time.js";
import { DAY } from "../domain/time.ts";
import { EMBEDDED_NAMESPACE } from "./connection.ts";
import { isAlreadyThere, isNotFound } from "./errors.ts";
import { ensureSearchAttributes } from "./search-attributes.ts";

/** Days that closed orders stay readable in the Temporal UI by default. A dev namespace keeps them one day. */
export const RETENTION = 90;

/**
 * Registers a namespace unless it exists.
 * @param days that closed orders stay in it
 * @returns whether it was registered
 */
export async function ensureNamespace({ workflowService }: Connection, namespace: string, days: number): Promise<boolean> {
  try {
    await workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: msToTs(days * DAY) });
    return true;
  } catch (error) {
    if (isAlreadyThere(error)) return false;
    throw error;
  }
}

/** Keeps closed orders in the engine for so many days. */
export async function ensureRetention({ workflowService }: Connection, namespace: string, days: number): Promise<void> {
  await workflowService.updateNamespace({ namespace, config: { workflowExecutionRetentionTtl: msToTs(days * DAY) } });
}

/** @throws while the server's history service is not ready: its frontend answers earlier */
async function holdsHistories({ workflowService }: Connection): Promise<void> {
  const execution = { workflowId: "is-anybody-there" };
  await workflowService.describeWorkflowExecution({ namespace: EMBEDDED_NAMESPACE, execution }).catch((error: unknown) => {
    if (!isNotFound(error)) throw error;
  });
}

/** Prepares an embedded server for orders: its namespace, retention and search attributes. @throws while it is not ready */
export async function prepareEmbedded(address: string): Promise<Readonly<Record<string, never>>> {
  const connection = await Connection.connect({ address, connectTimeout: 1_000 });
  try {
    if (!(await ensureNamespace(connection, EMBEDDED_NAMESPACE, RETENTION)))
      await ensureRetention(connection, EMBEDDED_NAMESPACE, RETENTION);
    await ensureSearchAttributes(connection.operatorService, EMBEDDED_NAMESPACE);
    await holdsHistories(connection);
    return {};
  } finally {
    await connection.close();
  }
}
