import { open } from "node:fs/promises";
import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { orderNumber } from "../../contracts/bodies.ts";
import type { OrderEvent } from "../../domain/order/events.ts";
import { replay } from "../../domain/order/evolve.ts";
import type { Order } from "../../domain/order/state.ts";
import { fonts } from "../../forms/fonts.ts";
import { formNames, type Form, type FormName, type VisibleOrder, type FormInput } from "../../forms/form.ts";
import { orderConfirmation } from "../../forms/order-confirmation.ts";
import { renderPage } from "../../forms/page.ts";
import { productionProgress } from "../../forms/production-progress.ts";
import { shippingNotice } from "../../forms/shipping-notice.ts";
import { hashOf } from "../../records/read.ts";
import { localeOf } from "../../texts/locale.ts";
import { negotiateFormat } from "../requests/accept.ts";
import { createOrderAccessCheck } from "../order-access.ts";
import type { ApiDependencies } from "../dependencies.ts";
import { callerOf } from "../plugins/identity.ts";
import { setDocumentHeaders } from "../responses/document-headers.ts";
import { problemResponses, ProblemError } from "../responses/problem.ts";
import { MAY_BE_OLDER, requireEvents } from "../responses/outcomes.ts";
import { hiddenFieldsOf, dashHiddenFields } from "../visibility.ts";
import { mayReadOrderOf } from "../../application/visible-orders.ts";
import type { Routes } from "./routes.ts";

const builders: { readonly [N in FormName]: (subject: FormInput) => Form } = {
  "order-confirmation": orderConfirmation,
  "production-progress": productionProgress,
  "shipping-notice": shippingNotice,
};

const refusals = problemResponses(401, 404, 406, 422, 429, 500, 503);
const document = z.string().meta({ format: "binary" });
const page = { "text/html": { schema: z.string() } };
const pdf = { "application/pdf": { schema: document } };

const latest = z.strictObject({});
const anyRevision = z.strictObject({
  revision: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .meta({ description: "An earlier revision of the order confirmation, as it was before the next one" }),
});

/** The events before the next revision began: the order as it was while that revision was in force. */
function eventsOfRevision(order: Order, events: readonly OrderEvent[], revision: number): readonly OrderEvent[] | undefined {
  if (!order.revisions.some((each) => each.revision === revision)) return undefined;
  const next = order.revisions.find((each) => each.revision === revision + 1);
  return next ? events.filter(({ number }) => number < next.since.number) : events;
}

/** The regulation's three forms (R5.2), as page or PDF, and the fonts of the pages. */
export function formRoutes({ application, db, staff, company, now }: ApiDependencies): Routes {
  const checkOrderAccess = createOrderAccessCheck({ application, db });

  async function readFormInput(
    request: FastifyRequest,
    reply: FastifyReply,
    orderNo: string,
    revision: number | undefined,
  ): Promise<FormInput> {
    const caller = callerOf(request);
    await checkOrderAccess(caller, orderNo);
    const all = requireEvents(reply, await application.orders.read(orderNo));
    const present = replay(all);
    if (!mayReadOrderOf(caller, present.salesRep)) throw new ProblemError("not-found", { detail: "no-such-order" });
    const events = revision === undefined ? all : eventsOfRevision(present, all, revision);
    if (!events) throw new ProblemError("not-found", { detail: "no-such-revision" });
    const last = events.at(-1)?.number ?? 0;
    // While the records are unreachable a form is printed without its checksum.
    const [people, checksum] = await Promise.all([staff(), hashOf(db, orderNo, last).catch(() => undefined)]);
    return {
      order: dashHiddenFields<VisibleOrder>(caller, events === all ? present : replay(events)),
      events: dashHiddenFields(caller, events),
      hidden: hiddenFieldsOf(caller),
      locale: localeOf(request.headers["accept-language"], "zh"),
      nameOf: (id) => people?.byId.get(id)?.name ?? id,
      company,
      printed: { at: now(), by: caller.id },
      checksum,
      newest: present.revision,
    };
  }

  async function answer(request: FastifyRequest, reply: FastifyReply, form: Form, as: "html" | "pdf"): Promise<string | Buffer> {
    const number = form.head[0]?.value ?? form.name;
    const body = as === "pdf" ? await request.server.renderer.pdf(callerOf(request).id, form) : renderPage(form);
    setDocumentHeaders(reply, { format: as, locale: form.locale, fileName: `${number}.${as}`, disposition: "inline" });
    return body;
  }

  return async (app) => {
    for (const { path, file } of Object.values(fonts))
      app.get(path, { config: { access: "public" }, schema: { hide: true } }, async (_request, reply) => {
        const font = await open(file);
        const { size } = await font.stat();
        void reply.type("font/ttf").header("content-length", size).header("cache-control", "public, max-age=31536000, immutable");
        return font.createReadStream();
      });
    for (const name of formNames) {
      const schema = {
        tags: ["forms"],
        params: z.object({ orderNo: orderNumber }),
        querystring: name === "order-confirmation" ? anyRevision : latest,
        headers: z.object({ "accept-language": z.string().optional().meta({ description: "`zh` (without it) or `en`" }) }),
      };
      app.get(
        `/orders/:orderNo/forms/${name}`,
        {
          config: { access: "authenticated", machine: true },
          schema: {
            ...schema,
            operationId: name,
            summary: `The ${name.replace("-", " ")}, as a page that prints or as PDF`,
            response: { 200: { description: `The form. ${MAY_BE_OLDER}`, content: { ...page, ...pdf } }, ...refusals },
          },
        },
        async (request, reply) => {
          const as = negotiateFormat(request, reply, ["html", "pdf"]);
          const { revision } = anyRevision.parse(request.query);
          return answer(
            request,
            reply,
            builders[name](await readFormInput(request, reply, request.params.orderNo, revision)),
            as,
          );
        },
      );
      app.get(
        `/orders/:orderNo/forms/${name}.pdf`,
        {
          config: { access: "authenticated", machine: true },
          schema: {
            ...schema,
            operationId: `${name}-pdf`,
            summary: `The ${name.replace("-", " ")} as PDF`,
            response: { 200: { description: `The form. ${MAY_BE_OLDER}`, content: pdf }, ...refusals },
          },
        },
        async (request, reply) => {
          void reply.header("vary", "accept-language");
          const { revision } = anyRevision.parse(request.query);
          return answer(
            request,
            reply,
            builders[name](await readFormInput(request, reply, request.params.orderNo, revision)),
            "pdf",
          );
        },
      );
    }
  };
}
