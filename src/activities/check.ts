import { checkBody } from "../contracts/bodies.ts";
import type { OrderActivities } from "../contracts/workflow.ts";
import { commandNames } from "../domain/order/order.ts";

/** Checks bodies of commands that came as plain signals or updates, from the Temporal CLI or another workflow. */
export const checkActivities: Pick<OrderActivities, "check"> = {
  check: async (name, body) => {
    const command = commandNames.find((each) => each === name);
    if (!command) return [{ path: "", message: `no such command: ${name}` }];
    const said = checkBody(command, body, "en");
    return "errors" in said ? said.errors : { body: said.body };
  },
};
