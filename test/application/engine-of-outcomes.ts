import type { CommandInput } from "../../src/contracts/workflow.ts";
import type { CommandName } from "../../src/domain/order/bodies.ts";
import type { Engine } from "../../src/temporal/engine.ts";
import type { OrderStart } from "../../src/temporal/order-start.ts";

/** A command as the application sent it. */
interface Sent {
  readonly by: "update" | "signal";
  readonly orderNo: string;
  readonly command: CommandName;
  readonly input: CommandInput;
  readonly start: OrderStart | undefined;
}

type Replies = {
  readonly [M in "update" | "signal" | "commandState" | "lastRunHistory" | "history" | "salesRep"]?: readonly Awaited<
    ReturnType<Engine[M]>
  >[];
};

/** Temporal as outcomes: each call takes the next of its replies, the last one again and again. A call without a reply is an error. */
export function engineOfOutcomes(replies: Replies): { readonly engine: Engine; readonly sent: readonly Sent[] } {
  const sent: Sent[] = [];
  const left = new Map(Object.entries(replies).map(([method, all]) => [method, [...all]]));
  function next<M extends keyof Replies>(method: M): Awaited<ReturnType<Engine[M]>> {
    const all = left.get(method) ?? [];
    const reply = all.length > 1 ? all.shift() : all[0];
    if (!reply) throw new Error(`${method} was not expected`);
    // The replies of a method are its outcomes.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return reply as Awaited<ReturnType<Engine[M]>>;
  }
  const unexpected = async (): Promise<never> => {
    throw new Error("not expected");
  };
  const engine: Engine = {
    async update(orderNo, command, input, start) {
      sent.push({ by: "update", orderNo, command, input, start });
      return next("update");
    },
    async signal(orderNo, command, input, start) {
      sent.push({ by: "signal", orderNo, command, input, start });
      return next("signal");
    },
    commandState: async () => next("commandState"),
    lastRunHistory: async () => next("lastRunHistory"),
    history: async () => next("history"),
    salesRep: async () => next("salesRep"),
    inspect: unexpected,
    spreadCalendar: unexpected,
    renewRewards: unexpected,
    tellRewards: unexpected,
    isReachable: async () => true,
  };
  return { engine, sent };
}
