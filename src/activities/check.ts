import { checkBody } from "../contracts/bodies.ts";
import { wrongPeople } from "../contracts/named-people.ts";
import type { OrderActivities } from "../contracts/workflow.ts";
import { commandNames } from "../domain/order/chapters.ts";
import type { Staff } from "../domain/staff.ts";

/** Checks the bodies of commands that did not come through the API: from the Temporal CLI, or another workflow. */
export function checkActivities(staff: () => Promise<Staff | undefined>): Pick<OrderActivities, "check"> {
  return {
    check: async (name, body) => {
      const command = commandNames.find((each) => each === name);
      if (!command) return [{ path: "", message: `no such command: ${name}` }];
      const said = checkBody(command, body, "en");
      const errors = [...("errors" in said ? said.errors : []), ...wrongPeople(command, body, await staff(), "en")];
      return "errors" in said || errors.length > 0 ? errors : { body: said.body };
    },
  };
}
