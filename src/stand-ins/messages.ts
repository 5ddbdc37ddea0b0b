import { requests, type Addressee } from "../contracts/outside.ts";
import { handleAsk, type StandIn } from "./kernel.ts";

/** Whether a message reaches an addressee: customers need an address, staff are known by id or role. */
function isReachable({ role, id, name, address }: Addressee, unreachable: readonly string[]): boolean {
  const addresses = Object.values(address ?? {});
  if (role === "customer" && addresses.length === 0) return false;
  return ![role, id, name, ...addresses].some((known) => known !== undefined && unreachable.includes(known));
}

/** The message system: shows messages on its page. */
export const messages: StandIn = {
  system: "messages",
  title: "消息系统 Messages",
  asks: {
    tell: handleAsk(requests.messages.tell, ({ to }, { behaviour }) => {
      const delivered = to.filter((one) => isReachable(one, behaviour.unreachable));
      return { answer: { delivered, unreached: to.filter((one) => !delivered.includes(one)) } };
    }),
  },
};
