import { requests, type Addressee } from "../contracts/outside.ts";
import { asking, type StandIn } from "./kernel.ts";

/** Whether a message gets there: a customer needs an address; who works here is known by id or role. */
function reaches({ role, id, name, address }: Addressee, unreachable: readonly string[]): boolean {
  const ways = Object.values(address ?? {});
  if (role === "customer" && ways.length === 0) return false;
  return ![role, id, name, ...ways].some((known) => known !== undefined && unreachable.includes(known));
}

/** The message system: delivers by showing the message on its page. */
export const messages: StandIn = {
  system: "messages",
  title: "消息系统 Messages",
  asks: {
    tell: asking(requests.messages.tell, ({ to }, { behaviour }) => {
      const got = to.filter((one) => reaches(one, behaviour.unreachable));
      return { answer: { delivered: got, unreached: to.filter((one) => !got.includes(one)) } };
    }),
  },
};
