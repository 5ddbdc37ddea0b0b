import {
  isGrpcCancelledError,
  isGrpcDeadlineError,
  isGrpcServiceError,
  QueryNotRegisteredError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from "@temporalio/client";
import { ApplicationFailure } from "@temporalio/common";
import { REFUSED, type RefusedCommand } from "../contracts/workflow.ts";
import type { NotDone } from "./outcomes.ts";

/** What the errors of Temporal's client mean. */

/** gRPC's status codes (`grpc.status`). */
const [INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS, RESOURCE_EXHAUSTED, FAILED_PRECONDITION] = [3, 5, 6, 8, 9];

/** The gRPC status code of an error, also of one that the client has wrapped. */
function statusOf(error: unknown): number | undefined {
  if (isGrpcServiceError(error)) return error.code;
  return error instanceof Error ? statusOf(error.cause) : undefined;
}

export function isNotFound(error: unknown): boolean {
  return statusOf(error) === NOT_FOUND;
}

/** Whether what was to be made is there already, by gRPC's status. */
export function isAlreadyThere(error: unknown): boolean {
  return statusOf(error) === ALREADY_EXISTS;
}

/** Whether a run is not there. Calls on histories and descriptions say so by gRPC's status. */
export function isGone(error: unknown): boolean {
  return error instanceof WorkflowNotFoundError || (isGrpcServiceError(error) && isNotFound(error));
}

/** Whether a question or a command came to a workflow that is no order: no other has such handlers. The update's words are the SDK's. */
export function isNoOrder(error: unknown): boolean {
  if (error instanceof QueryNotRegisteredError) return true;
  return (
    error instanceof WorkflowUpdateFailedError &&
    error.cause instanceof ApplicationFailure &&
    error.cause.message.startsWith("No registered handler for update")
  );
}

/** Whether an update came in the moment in which its run was continued as new: the next run takes it. */
export function isBetweenRuns(error: unknown): boolean {
  return statusOf(error) === FAILED_PRECONDITION && !isCrowded(error);
}

function isRefusedCommand(value: unknown): value is RefusedCommand {
  return typeof value === "object" && value !== null && "refused" in value && "permitted" in value;
}

/** The refusal that the order answered an update with. */
export function refusalIn(error: unknown): RefusedCommand | undefined {
  if (!(error instanceof WorkflowUpdateFailedError) || !(error.cause instanceof ApplicationFailure)) return undefined;
  if (error.cause.type !== REFUSED) return undefined;
  const refusal: unknown = error.cause.details?.[0];
  return isRefusedCommand(refusal) ? refusal : undefined;
}

/** What the server says of a message that is too large: for itself, for gRPC, for a payload. */
const TOO_LARGE = /larger than max|exceeds (?:size )?limit|exceeds the .*size limit|too large/iu;
/** What the server says of a run that takes no more signals or updates until it continues as new. */
const TOO_MANY = /limit for signal|total number of distinct updates/iu;

function hasMessage(error: unknown, words: RegExp): boolean {
  return error instanceof Error && (words.test(error.message) || hasMessage(error.cause, words));
}

function isTooLarge(error: unknown): boolean {
  const status = statusOf(error);
  return (status === INVALID_ARGUMENT || status === RESOURCE_EXHAUSTED) && hasMessage(error, TOO_LARGE);
}

function isCrowded(error: unknown): boolean {
  return statusOf(error) !== undefined && hasMessage(error, TOO_MANY);
}

/** Why Temporal did not do what was asked; `undefined` when an error says something else. */
export function notDoneBy(error: unknown): NotDone | undefined {
  const late = isGrpcDeadlineError(error) || isGrpcCancelledError(error);
  if (late || error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return { outcome: "no-answer" };
  if (isTooLarge(error)) return { outcome: "too-large" };
  if (isCrowded(error)) return { outcome: "crowded" };
  if (statusOf(error) === RESOURCE_EXHAUSTED) return { outcome: "busy" };
  return statusOf(error) === undefined ? undefined : { outcome: "engine-away" };
}
