import type { ArchivedLine } from "../../../core/archived-line.ts";
import { QUARANTINE_REASONS, type QuarantineReason, UsageError } from "../../../core/fault.ts";
import type { Fields } from "../../../core/fields.ts";
import { nameHint } from "../../../core/nearest-name.ts";
import { catalogueFields } from "../../../derive/catalogue-fields.ts";
import { createDeriver } from "../../../derive/deriver.ts";
import { createDimensions, DIMENSION_FIELDS } from "../../../derive/dimensions.ts";
import type { Catalogue } from "../../../derive/event-rules.ts";
import { createArchiveDecoder } from "../../open/lines/archive-decoder.ts";
import { checkEventName } from "../../options/event-name.ts";
import type { FieldCondition } from "../../options/field-condition.ts";
import { checkLogName } from "../../options/log-name.ts";

/** What is asked of lines beside their time, as on the command line. */
export interface LineConditions {
  readonly log?: string;
  /** `any`: lines that count some event. */
  readonly event?: string;
  readonly user?: string;
  readonly group?: string;
  readonly project?: string;
  readonly correlationId?: string;
  readonly status?: string;
  readonly field?: readonly FieldCondition[];
  readonly text?: string;
  /** Why a line is in quarantine; `any`: for whatever reason. */
  readonly quarantined?: string;
}

export const ANY_EVENT = "any";
const ANY_REASON = "any";

/** A status as it stands in lines, or a class of them. */
const STATUS = /^(?:\d{3}|[1-5]xx)$/;
const STATUS_FIELD = "status";

/** One question about a record. */
type Question = (fields: Fields, log: string) => boolean;

/**
 * Says whether a line meets all conditions; cheap questions come first. Throws `UsageError` for what no line can meet.
 * `instance` is the setting of the pipeline.
 */
export function createLineFilter(
  conditions: LineConditions,
  catalogue: Catalogue,
  settings: { readonly instance: string | null },
): (line: ArchivedLine) => boolean {
  const { log, text, quarantined, field = [] } = conditions;
  const decoder = createArchiveDecoder([
    "correlation_id",
    STATUS_FIELD,
    ...field.map(({ name }) => name),
    ...DIMENSION_FIELDS,
    ...catalogueFields(catalogue),
  ]);
  const questions = [
    ...fieldQuestions(conditions, decoder.slotOf),
    ...dimensionQuestions(conditions, createDimensions(decoder.slotOf, settings)),
    ...eventQuestions(conditions, catalogue, createDeriver(catalogue, decoder.slotOf)),
  ];
  if (quarantined !== undefined && questions.length > 0) {
    throw new UsageError(
      "find quarantined lines: what is no record has neither fields nor events (hint: --quarantined goes with --log, " +
        "--text, --since and --until)",
    );
  }
  const wantedLog = log === undefined ? null : checkLogName(log);
  const isReasonWanted = quarantined === undefined ? null : reasonQuestion(quarantined);
  const wantedText = text === undefined ? null : Buffer.from(text, "utf8");
  return ({ buffer, start, end, meta }) => {
    if (wantedLog !== null && meta.log !== wantedLog) return false;
    if (isReasonWanted !== null && !isReasonWanted(meta.reason)) return false;
    if (wantedText !== null && !buffer.subarray(start, end).includes(wantedText)) return false;
    if (questions.length === 0) return true;
    const record = decoder.reopen(buffer, start, end, meta.lane, meta.message);
    const fields = record?.fields ?? null;
    return record !== null && fields !== null && questions.every((asks) => asks(fields, record.log));
  };
}

function reasonQuestion(wanted: string): (reason: QuarantineReason | null) => boolean {
  if (wanted === ANY_REASON) return (reason) => reason !== null;
  if (!(QUARANTINE_REASONS as readonly string[]).includes(wanted)) {
    const hint = nameHint(wanted, QUARANTINE_REASONS, `one of ${QUARANTINE_REASONS.join(", ")}, ${ANY_REASON}`);
    throw new UsageError(`find quarantined "${wanted}": no line is quarantined for it (hint: ${hint})`);
  }
  return (reason) => reason === wanted;
}

function fieldQuestions(
  { correlationId, status, field = [] }: LineConditions,
  slotOf: (name: string) => number,
): Question[] {
  const questions = field.map(({ name, value }) => valueQuestion(slotOf(name), value));
  if (correlationId !== undefined) {
    const slot = slotOf("correlation_id");
    questions.unshift((fields) => fields.string(slot) === correlationId);
  }
  if (status !== undefined) questions.unshift(statusQuestion(slotOf(STATUS_FIELD), status));
  return questions;
}

/** As a text, a whole number, or as the JSON that stands in the line. */
function valueQuestion(slot: number, value: string): Question {
  return (fields) => fields.string(slot) === value || fields.integer(slot) === value || fields.text(slot) === value;
}

function statusQuestion(slot: number, status: string): Question {
  if (!STATUS.test(status)) {
    throw new UsageError(`find status "${status}": no status of HTTP (hint: a number as 404, or a class as 5xx)`);
  }
  const isMeant = status.endsWith("xx")
    ? (found: string) => found.length === status.length && found.startsWith(status.slice(0, 1))
    : (found: string) => found === status;
  return (fields) => isMeant(fields.integer(slot) ?? "");
}

function dimensionQuestions(
  { user, group, project }: LineConditions,
  dimensionsOf: ReturnType<typeof createDimensions>,
): Question[] {
  if (user === undefined && group === undefined && project === undefined) return [];
  const wantedUser = user === undefined ? null : userDimension(user);
  return [
    (fields, log) => {
      const dimensions = dimensionsOf(log, fields);
      return (
        (wantedUser === null || dimensions.user === wantedUser) &&
        (group === undefined || dimensions.group === group) &&
        (project === undefined || dimensions.project === project)
      );
    },
  ];
}

/** `id:101` for `101`, `name:alice` for `alice`; both forms are taken as they are. */
export function userDimension(user: string): string {
  if (/^(?:id:\d+|name:.+)$/s.test(user)) return user;
  return /^\d+$/.test(user) ? `id:${user.replace(/^0+(?=\d)/, "")}` : `name:${user}`;
}

function eventQuestions(
  { event }: LineConditions,
  catalogue: Catalogue,
  derive: ReturnType<typeof createDeriver>,
): Question[] {
  if (event === undefined) return [];
  if (event === ANY_EVENT) return [(fields, log) => derive(log, fields).length > 0];
  checkEventName(event, catalogue);
  return [(fields, log) => derive(log, fields).some((derived) => derived.event === event)];
}
