import type { Role } from "../../src/domain/people.ts";

/**
 * Who may use which route: written down from `docs/order.md` and `docs/http.md`, not derived from the code that it checks. A route that
 * has no row fails `matrix.test.ts`: add one here.
 */
export interface Row {
  /** The roles that may, of persons; management may all that a supervisor may. */
  readonly may: "public" | "authenticated" | readonly Role[];
  /** Whether a department's machine may send it too. */
  readonly machine?: boolean;
}

const R = "sales_rep";
const A = "order_admin";
const C = "customer_service";
const S = ["supervisor", "management"] as const;
const P = "production";
const D = "design";
const W = "warehouse";
const L = "logistics";
const all = [R, A, C, ...S, P, D, W, L] as const;

const open: Row = { may: "public" };
const reading: Row = { may: "authenticated", machine: true };
const byPersons = (...may: readonly Role[]): Row => ({ may });
/** Marked • in `docs/order.md`. */
const byMachinesToo = (...may: readonly Role[]): Row => ({ may, machine: true });

/** Commands, as in `docs/order.md`: all but `receive` at `POST /orders/:orderNo/{command}`. */
const commands: Readonly<Record<string, Row>> = {
  reassign: byPersons(...S),
  "ask-customer": byPersons(R, C),
  "record-answer": byPersons(R, C),
  confirm: byPersons(R),
  enter: byPersons(R),
  "correct-entry": byPersons(R),
  "acknowledge-special": byPersons(...S),
  "report-lead-time": byMachinesToo(P),
  "settle-design": byPersons(D),
  "inform-delivery-date": byPersons(R),
  "confirm-final-terms": byPersons(R),
  sign: byPersons(...S),
  "refuse-signature": byPersons(...S),
  release: byPersons(A),
  "refuse-release": byPersons(A),
  "report-progress": byMachinesToo(P),
  "update-progress": byPersons(R, A),
  "report-delay": byMachinesToo(P, R, A, L),
  "tell-customer-of-delay": byPersons(R),
  "agree-remedy": byPersons(R, C),
  "decide-remedy": byPersons(...S),
  "finish-production": byMachinesToo(P),
  "confirm-receiving-time": byPersons(R),
  "check-goods": byMachinesToo(W),
  "arrange-transport": byMachinesToo(L),
  "confirm-shipping-data": byPersons(R),
  dispatch: byMachinesToo(L),
  "tell-customer-of-shipment": byPersons(R),
  "report-tracking": byMachinesToo(L),
  "report-delivery": byMachinesToo(L),
  "report-trace": byMachinesToo(L),
  "report-problem": byMachinesToo(R, C, L),
  "decide-loss": byPersons(...S),
  "confirm-receipt": byPersons(R),
  "request-change": byMachinesToo(R, C),
  "assess-change": byPersons(A),
  "accept-change": byPersons(R, C),
  "withdraw-change": byPersons(R, C),
  "answer-amendment": byMachinesToo(P),
  "tell-change-outcome": byPersons(R),
  "request-cancellation": byMachinesToo(R, C),
  cancel: byPersons(R, ...S),
  "refuse-cancellation": byPersons(...S),
  "declare-force-majeure": byPersons(R, A, P, L),
  "verify-force-majeure": byPersons(...S),
  "pause-duty": byPersons(...all),
  "resume-duty": byPersons(...all),
  acknowledge: byPersons(...all),
  "take-over": byPersons(A, ...S),
  "resolve-discrepancy": byPersons(A, ...S),
  "record-communication": byMachinesToo(...all),
  "record-complaint": byMachinesToo(R, C),
  "resolve-complaint": byPersons(C, ...S),
  "record-finding": byMachinesToo(...S, L, A),
  "ask-inspection": byMachinesToo(...S),
  "answer-inspection": byPersons(...S),
  // The one named, whoever that is: the order decides.
  "remedy-finding": byPersons(...all),
};

export const matrix: Readonly<Record<string, Row>> = {
  "GET /livez": open,
  "GET /readyz": open,
  "GET /metrics": open,
  "GET /openapi.json": open,
  "GET /openapi.zh.json": open,
  "GET /fonts/noto-sans-sc-400.ttf": open,
  "GET /fonts/noto-sans-sc-700.ttf": open,
  // Swagger UI's own.
  "GET /docs": open,
  "GET /docs/json": open,
  "GET /docs/yaml": open,
  "GET /docs/static/*": open,
  "GET /docs/static/index.html": open,
  "GET /docs/static/swagger-initializer.js": open,

  "POST /orders": byMachinesToo(R, C),
  ...Object.fromEntries(Object.entries(commands).map(([command, row]) => [`POST /orders/:orderNo/${command}`, row])),

  "GET /orders": reading,
  "GET /orders/:orderNo": reading,
  "GET /orders/:orderNo/history": reading,
  "GET /orders/:orderNo/history.csv": reading,
  "GET /orders/:orderNo/history.xlsx": reading,
  "GET /orders/:orderNo/commands/:key": reading,
  "GET /orders/:orderNo/forms/order-confirmation": reading,
  "GET /orders/:orderNo/forms/order-confirmation.pdf": reading,
  "GET /orders/:orderNo/forms/production-progress": reading,
  "GET /orders/:orderNo/forms/production-progress.pdf": reading,
  "GET /orders/:orderNo/forms/shipping-notice": reading,
  "GET /orders/:orderNo/forms/shipping-notice.pdf": reading,
  "GET /overdue": reading,
  "GET /overdue/count": reading,
  "GET /duties": reading,
  "GET /reports": byMachinesToo(A, ...S),
  "GET /reports/weekly/:week": byMachinesToo(A, ...S),
  "GET /reports/performance": byMachinesToo(R, ...S),
  "GET /inspections": byMachinesToo(...S),
  "GET /inspections/:inspectionId": byMachinesToo(...S),
  "GET /calendar": reading,
  "GET /policy": reading,

  // Administration, webhooks, decisions, and what concerns a person: people's alone.
  "GET /webhooks": byPersons(...S),
  "POST /webhooks": byPersons(...S),
  "GET /webhooks/:webhookId": byPersons(...S),
  "PATCH /webhooks/:webhookId": byPersons(...S),
  "DELETE /webhooks/:webhookId": byPersons(...S),
  "POST /webhooks/:webhookId/rotate-secret": byPersons(...S),
  "GET /webhooks/:webhookId/deliveries": byPersons(...S),
  "POST /webhooks/:webhookId/deliveries/:deliveryId/resend": byPersons(...S),
  "PUT /calendar": byPersons(...S),
  "GET /calendar/versions": byPersons(...S),
  "PUT /policy": byPersons("management"),
  "GET /policy/versions": byPersons(...S),
  "POST /policy/rehearsal": byPersons(...S),
  "POST /inspections": byPersons(...S),
  // As `answer-inspection`: a person has looked.
  "POST /inspections/:inspectionId/answers": byPersons(...S),
  "GET /rewards/:month": { may: "authenticated" },
  "POST /rewards/:month": byPersons("management"),
  "GET /rewards/proposals/:proposalId": { may: "authenticated" },
  "POST /rewards/proposals/:proposalId/decide": byPersons("management"),
  // The one concerned, whoever that is: the proposal decides.
  "POST /rewards/proposals/:proposalId/object": byPersons(...all),
  "GET /staff": byPersons(R, C, A, ...S),
  "PUT /staff": byPersons(...S),
  "GET /staff/versions": byPersons(...S),
};
