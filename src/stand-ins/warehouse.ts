import { requests } from "../contracts/outside.ts";
import { handleAsk, type StandIn } from "./kernel.ts";

const { warehouse: contract } = requests;

/** The warehouse: checks goods and finds them correct, hands them out, takes them back. */
export const warehouse: StandIn = {
  system: "warehouse",
  title: "仓库 Warehouse",
  role: "warehouse",
  asks: {
    "expect-goods": handleAsk(contract["expect-goods"], ({ lines }, { delay }) => ({
      drop: ["check-goods"],
      send: [
        {
          command: "check-goods",
          after: delay("check-goods"),
          body: { lines: lines.map(({ quantity }) => ({ counted: quantity, specificationOk: true })) },
        },
      ],
    })),
    "hand-out": handleAsk(contract["hand-out"], () => ({})),
    "take-back": handleAsk(contract["take-back"], () => ({ drop: "all" })),
  },
};
