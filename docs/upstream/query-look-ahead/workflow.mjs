import { condition, defineQuery, defineSignal, setHandler, sleep, upsertMemo } from "@temporalio/workflow";

export async function ahead() {
  const startedAt = Date.now();
  let signalledAt;
  setHandler(defineSignal("go"), () => void (signalledAt ??= Date.now()));
  setHandler(defineQuery("wait"), () => (signalledAt === undefined ? undefined : signalledAt - startedAt));
  await condition(() => signalledAt !== undefined);
  if (signalledAt - startedAt > 1_000) upsertMemo({ late: true });
  await sleep("1 hour");
}
