import { rehearsalAnswer, rehearsalSchema } from "../../../contracts/policy-answers.ts";
import { rehearsePolicy } from "../../../application/policy-rehearsal.ts";
import { localeOf } from "../../../texts/locale.ts";
import type { ApiDependencies } from "../../dependencies.ts";
import { parseBody } from "../../requests/validation.ts";
import type { Routes } from "../routes.ts";
import { parsePolicy } from "./policy.ts";
import { operation } from "./versioned-resource.ts";

/** `POST /policy/rehearsal`: what a proposed policy would have meant for recorded orders. */
export function policyRehearsalRoutes({ db, now }: ApiDependencies): Routes {
  return async (app) => {
    app.post(
      "/policy/rehearsal",
      {
        config: { access: ["supervisor"] },
        schema: {
          ...operation("rehearse-policy", "Which orders would have been late under another policy", rehearsalAnswer),
          description:
            "The recorded events of the orders received in the period are replayed with the proposed policy, and with another calendar if one is given: what everybody did stays as it was, only what is owed and by when is reckoned anew. Answered in pages of orders, oldest last; the figures are those of the page. Nothing is changed.",
          body: rehearsalSchema,
        },
      },
      async (request) => {
        const { policy, calendar, from, to, limit, cursor } = parseBody(request, rehearsalSchema);
        const proposal = {
          policy: parsePolicy(policy, localeOf(request.headers["accept-language"]), "policy"),
          calendar: calendar && { version: 0, ...calendar },
        };
        return rehearsePolicy(db, proposal, { from, to }, { limit, cursor }, now());
      },
    );
  };
}
