import type { Calendar } from "../clock/calendar.ts";
import { roles, type Role } from "../people.ts";
import type { Policy } from "../policy.ts";
import type { Bodies, CommandName } from "./bodies.ts";
import type { EventName, Facts, OrderEvent } from "./events.ts";
import type { Order } from "./state.ts";
import type { DutyRow, OrderRow } from "./rows.ts";
import type { OrderView } from "./view.ts";

/**
 * Every field that a body, an event, the record, its views and rows have, by its name: who may read it, and whether it is about a person
 * outside the factory. One that is not here does not compile; what is not here and comes all the same, as in what strangers send, nobody reads.
 */

/** What is known of a field. */
interface Field {
  readonly readers: readonly Role[];
  /** Names, numbers and addresses of people outside, and what they and those who spoke with them wrote: removed by retention, not sent by webhooks. */
  readonly personal?: true;
}

type Named<T> = keyof { [K in keyof T as string extends K ? never : K]: 0 } & string;
/** The names of all fields of a type, at any depth. Policy and calendar are read as a whole. */
type Names<T> = T extends Policy | Calendar
  ? never
  : T extends readonly (infer Item)[]
    ? Names<Item>
    : T extends object
      ? { [K in Named<T>]: K | Names<NonNullable<T[K]>> }[Named<T>]
      : never;

/** What lists and counts have around them, and what a webhook is told (`src/contracts/webhooks.ts`). */
type Around =
  "items" | "next" | "order" | "events" | "total" | "byDuty" | "byRole" | "bySalesRep" | "overdueSeconds" | "type" | "timestamp";

type FieldName = Names<Bodies[CommandName] | Facts[EventName] | OrderEvent | Order | OrderView | OrderRow | DutyRow> | Around;

const everybody: Field = { readers: roles };
/** Money, and what was said with customers: the sales department. */
const sales: Field = { readers: ["sales_rep", "customer_service", "order_admin", "supervisor", "management"] };
/** Where goods go, who takes them, what carriers say: logistics too. */
const transport: Field = { readers: [...sales.readers, "logistics"] };
/** What is to be made: those who draw, make and check it too. */
const making: Field = { readers: [...sales.readers, "production", "design", "warehouse"] };
/** Digests and keys: with them, texts that were removed could be found by trying. */
const nobody: Field = { readers: [] };

function personal(field: Field): Field {
  return { ...field, personal: true };
}

const fields = {
  about: personal(everybody),
  accepted: everybody,
  acknowledgedBy: everybody,
  acknowledgedSpecial: everybody,
  action: everybody,
  actor: everybody,
  address: personal(transport),
  after: everybody,
  amountFen: sales,
  answer: personal(sales),
  answered: everybody,
  answeredAt: everybody,
  arrival: everybody,
  asOf: everybody,
  asRemedy: everybody,
  ask: everybody,
  asked: everybody,
  askedAt: everybody,
  askedBy: personal(sales),
  assessment: everybody,
  at: everybody,
  author: everybody,
  awaiting: everybody,
  body: everybody,
  brief: personal(making),
  by: everybody,
  byDuty: everybody,
  byRole: everybody,
  bySalesRep: everybody,
  calendar: everybody,
  cancellation: everybody,
  cancellationRefused: everybody,
  cancelling: everybody,
  carrier: everybody,
  cause: everybody,
  changeId: everybody,
  changes: everybody,
  channel: everybody,
  city: transport,
  class: everybody,
  climbed: everybody,
  clockWeight: everybody,
  closed: everybody,
  closedAt: everybody,
  closedBy: everybody,
  closedDuties: everybody,
  command: everybody,
  complaintId: everybody,
  complaints: everybody,
  confirmed: everybody,
  contact: personal(sales),
  count: everybody,
  counted: everybody,
  custom: everybody,
  customer: personal(everybody),
  customerLost: sales,
  customerTold: everybody,
  cut: everybody,
  data: everybody,
  date: everybody,
  dateTold: everybody,
  days: everybody,
  decision: everybody,
  declared: everybody,
  declaredBy: everybody,
  delayId: everybody,
  delays: everybody,
  deliveredAt: everybody,
  delivery: everybody,
  deliveryAddress: personal(transport),
  deliveryDate: everybody,
  deputy: everybody,
  deputyFor: everybody,
  design: everybody,
  detail: personal(transport),
  details: everybody,
  digest: everybody,
  discountFen: sales,
  discrepancies: everybody,
  discrepancyId: everybody,
  dispatched: everybody,
  done: everybody,
  dueAt: everybody,
  duties: everybody,
  duty: everybody,
  dutyId: everybody,
  effectId: everybody,
  effects: everybody,
  email: sales,
  ended: everybody,
  entry: everybody,
  entryError: sales,
  event: personal(everybody),
  eventNumber: everybody,
  events: everybody,
  evidence: everybody,
  except: everybody,
  // What could not be taken on: anything can be in it.
  excerpt: personal({ readers: ["order_admin", "supervisor", "management"] }),
  exempt: everybody,
  exempts: everybody,
  expectedArrival: everybody,
  expectedFinish: everybody,
  expectedSince: everybody,
  extraCostFen: sales,
  extraFen: sales,
  failed: everybody,
  fault: sales,
  feasible: everybody,
  finalTerms: everybody,
  finding: everybody,
  findingId: everybody,
  findings: everybody,
  finish: everybody,
  finishDate: everybody,
  firstMade: everybody,
  forceMajeure: everybody,
  forceMajeureId: everybody,
  forecast: everybody,
  forecastArrival: everybody,
  formerReps: everybody,
  freightBorneBy: everybody,
  from: everybody,
  hands: everybody,
  hash: personal(nobody),
  how: everybody,
  id: everybody,
  inspectionId: everybody,
  inspections: everybody,
  items: everybody,
  judged: sales,
  key: nobody,
  kind: everybody,
  large: everybody,
  lastAt: everybody,
  lastEvent: everybody,
  late: everybody,
  leadTime: everybody,
  length: everybody,
  level: everybody,
  limit: everybody,
  lines: everybody,
  made: everybody,
  message: everybody,
  method: everybody,
  model: everybody,
  name: everybody,
  needsSignature: everybody,
  newArrival: everybody,
  newDate: everybody,
  newFinish: everybody,
  news: everybody,
  next: everybody,
  nextDueAt: everybody,
  notKept: everybody,
  note: personal(sales),
  number: everybody,
  occasion: everybody,
  opened: everybody,
  openedAt: everybody,
  order: everybody,
  orderNo: everybody,
  outcome: everybody,
  overdueSeconds: everybody,
  overdueSince: everybody,
  override: sales,
  owner: everybody,
  params: everybody,
  patch: everybody,
  permitted: everybody,
  person: everybody,
  personalDataRemoved: everybody,
  phone: personal(transport),
  place: personal(transport),
  placed: everybody,
  plannedFinish: everybody,
  policy: everybody,
  postcode: transport,
  problem: everybody,
  production: everybody,
  progressAt: everybody,
  promiseOverride: sales,
  promisedAt: everybody,
  promisedDate: everybody,
  province: transport,
  quantity: everybody,
  quantityDone: everybody,
  question: personal(sales),
  questionId: everybody,
  questions: everybody,
  reached: everybody,
  ready: everybody,
  reason: everybody,
  received: everybody,
  receivedAt: everybody,
  receivingTime: everybody,
  receivingTimeVoid: everybody,
  recipient: personal(transport),
  recorded: everybody,
  reference: everybody,
  refusal: everybody,
  refused: everybody,
  release: everybody,
  remedied: everybody,
  remedy: sales,
  reported: everybody,
  reporter: everybody,
  request: everybody,
  requested: everybody,
  requestedAt: everybody,
  requestedDate: everybody,
  resolved: everybody,
  result: everybody,
  returned: everybody,
  revision: everybody,
  revisions: everybody,
  role: everybody,
  rule: everybody,
  rules: everybody,
  run: everybody,
  rung: everybody,
  rungDueAt: everybody,
  salesRep: everybody,
  salt: nobody,
  satisfaction: sales,
  selfChecked: everybody,
  sent: everybody,
  settledFor: everybody,
  settlement: sales,
  shipment: everybody,
  shipments: everybody,
  shippingData: transport,
  shippingDataVoid: everybody,
  signature: everybody,
  signed: everybody,
  signedBy: personal(transport),
  since: everybody,
  source: everybody,
  specialSince: everybody,
  specification: everybody,
  specificationOk: everybody,
  stage: everybody,
  stageOfWork: everybody,
  stamp: everybody,
  state: everybody,
  status: everybody,
  strangers: everybody,
  street: transport,
  subject: everybody,
  summary: personal(sales),
  system: everybody,
  tellSince: everybody,
  terms: everybody,
  termsDeclined: everybody,
  timestamp: everybody,
  to: everybody,
  told: everybody,
  tookMs: everybody,
  total: everybody,
  tracking: everybody,
  trackingNumber: everybody,
  transport: everybody,
  transportVoid: everybody,
  type: everybody,
  unitPriceFen: sales,
  unreached: everybody,
  until: everybody,
  updated: everybody,
  valueFen: sales,
  verdict: everybody,
  verified: everybody,
  version: everybody,
  warnedAt: everybody,
  watches: everybody,
  weight: everybody,
  what: everybody,
  why: personal(sales),
  with: personal(sales),
  wrongRecipient: sales,
} satisfies { readonly [F in FieldName]: Field };

/**
 * Where a name means something else within: by the event, the command or the field that it stands in. Why something was done is everybody's
 * whom it concerns; of a customer's affairs it is the sales department's.
 */
const within: { readonly [place: string]: { readonly [F in FieldName]?: Field } } = {
  complaints: { about: sales },
  "record-complaint": { about: sales },
  "complaint-recorded": { about: sales },
  "tell-customer-of-delay": { reason: sales },
  "customer-told-of-delay": { reason: sales },
  told: { reason: sales },
  "decide-remedy": { reason: sales },
  "remedy-decided": { reason: sales },
  "request-cancellation": { reason: sales },
  "cancellation-requested": { reason: sales },
  cancellation: { reason: sales },
  cancel: { reason: sales },
  "cancellation-decided": { reason: sales },
  cancelling: { reason: sales },
  "refuse-cancellation": { reason: sales },
  "cancellation-refused": { reason: sales },
  // What was learnt of production is production's own affair.
  "update-progress": { summary: making },
  "progress-updated": { summary: making },
  // A carrier's own words; elsewhere an event is named by it.
  "report-tracking": { event: transport },
  "tracking-reported": { event: transport },
  tracking: { event: transport },
};

/** Values that are read whole or not at all: their fields are named by what they hold. */
const whole: ReadonlySet<string> = new Set<FieldName>([
  "policy",
  "calendar",
  "watches",
  "details",
  "params",
  "byDuty",
  "byRole",
  "bySalesRep",
]);

function isFieldName(name: string): name is FieldName {
  return Object.hasOwn(fields, name);
}

function fieldOf(name: string, place: string | undefined): Field {
  if (!isFieldName(name)) return nobody;
  return (place !== undefined && Object.hasOwn(within, place) ? within[place]?.[name] : undefined) ?? fields[name];
}

/** Whether a text by that name is about a person outside the factory. */
export function isPersonal(name: string): boolean {
  return isFieldName(name) && fieldOf(name, undefined).personal === true;
}

/** Whether a field by that name is one that is known here. */
export function isKnownField(name: string): boolean {
  return isFieldName(name);
}

/**
 * Whether somebody of these roles may read a field.
 * @param place the event, the command or the field that it stands in
 */
export function mayRead(held: readonly Role[], name: string, place?: string): boolean {
  return fieldOf(name, place).readers.some((role) => held.includes(role));
}

/** The names of the fields that nobody of these roles may read, wherever they stand. */
export function hiddenNames(held: readonly Role[]): ReadonlySet<string> {
  return new Set(Object.keys(fields).filter((name) => !mayRead(held, name)));
}

function textIn(holder: object, name: "event" | "command"): string | undefined {
  const text: unknown = Object.entries(holder).find(([field]) => field === name)?.[1];
  return typeof text === "string" ? text : undefined;
}

/** What a field is within which others stand: the event or command that is named beside, or the field itself. */
function placeIn(name: string, holder: object, place: string | undefined): string {
  const [event, command] = [textIn(holder, "event"), textIn(holder, "command")];
  // What a refused command said is read as that command is.
  if (name === "data" && event !== undefined) return event === "command-refused" ? (command ?? event) : event;
  if (name === "body") return command ?? place ?? name;
  return name;
}

/** Whether somebody may read a field of a thing: of an event also as its command, since other events carry that command's reason too. */
function mayReadIn(held: readonly Role[], name: string, holder: object, place: string | undefined): boolean {
  const places = [place, ...(name === "reason" || name === "note" ? [textIn(holder, "event"), textIn(holder, "command")] : [])];
  return places.every((each) => mayRead(held, name, each));
}

/**
 * A value without what somebody of these roles may not read, at any depth.
 * @param instead what a text that is hidden stands as; it is left out where nothing is given
 * @param place the event, the command or the field that the value stands in
 */
export function readableTo<T>(held: readonly Role[], value: T, instead?: string, place?: string): T;
export function readableTo(held: readonly Role[], value: unknown, instead?: string, place?: string): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => readableTo(held, item, instead, place));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, item]: [string, unknown]): [string, unknown][] => {
      if (!mayReadIn(held, name, value, place))
        return typeof item === "string" && instead !== undefined && name !== "note" ? [[name, instead]] : [];
      return [[name, whole.has(name) ? item : readableTo(held, item, instead, placeIn(name, value, place))]];
    }),
  );
}
