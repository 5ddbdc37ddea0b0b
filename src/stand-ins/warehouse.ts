import { requests } from "../contracts/outside.ts";
import { asking, type StandIn } from "./kernel.ts";

const { warehouse: contract } = requests;

/** The warehouse: checks what comes and finds it right, hands it out, takes it back. */
export const warehouse: StandIn = {
  system: "warehouse",
  title: "仓库 Warehouse",
  role: "warehouse",
  asks: {
    "expect-goods": asking(contract["expect-goods"], ({ lines }, { delay }) => ({
      drop: ["check-goods"],
      send: [
        {
          command: "check-goods",
          after: delay("check-goods"),
          body: { lines: lines.map(({ quantity }) => ({ counted: quantity, specificationOk: true })) },
        },
      ],
    })),
    "hand-out": asking(contract["hand-out"], () => ({})),
    "take-back": asking(contract["take-back"], () => ({ drop: "all" })),
  },
};
