import type { Duty as ClockDuty } from "../clock/duty.ts";
import type { ConfirmationDuty } from "./vocabulary/confirmation.ts";
import type { ProductionDuty } from "./vocabulary/production.ts";
import type { ShippingDuty } from "./vocabulary/shipping.ts";
import type { DelaysDuty } from "./vocabulary/delays.ts";
import type { ForceMajeureDuty } from "./vocabulary/force-majeure.ts";
import type { ChangesDuty } from "./vocabulary/changes.ts";
import type { CancellationDuty } from "./vocabulary/cancellation.ts";
import type { AftercareDuty } from "./vocabulary/aftercare.ts";
import type { InspectionsDuty } from "./vocabulary/inspections.ts";
import type { EffectsDuty } from "./vocabulary/effects.ts";
import type { ReportsDuty } from "./vocabulary/reports.ts";

/** Every duty of an order (`docs/order.md`, Duties), by chapter. */
export type DutyName =
  | ConfirmationDuty
  | ProductionDuty
  | ShippingDuty
  | DelaysDuty
  | ForceMajeureDuty
  | ChangesDuty
  | CancellationDuty
  | AftercareDuty
  | InspectionsDuty
  | EffectsDuty
  | ReportsDuty;

/** A duty that an order owes, as it stands at a time. */
export type Duty = ClockDuty<DutyName>;
