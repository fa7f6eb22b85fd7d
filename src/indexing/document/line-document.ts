import type { ArchivedLine } from "../../core/archived-line.ts";
import type { MessageInfo } from "../../core/line.ts";
import type { Decoder } from "../../decode/decoder.ts";
import type { MemberList } from "../../decode/member-list.ts";
import type { JsonPlace, LogRecord } from "../../decode/record.ts";
import { type DerivedEvent, NO_EVENTS } from "../../derive/derived-event.ts";
import type { Derive } from "../../derive/deriver.ts";
import type { ReadPlaces } from "../../derive/dimensions.ts";
import type { MaskedKind } from "../../derive/redaction/edit.ts";
import type { Redactor } from "../../derive/redaction/redactor.ts";
import { LOG_FIELDS } from "../fields/log-fields.ts";
import { createDocumentPlan } from "./document-plan.ts";
import { FieldWriter } from "./field-writer.ts";
import { createPutFacts, type LineFacts } from "./line-facts.ts";
import { createOwnValues } from "./own-values.ts";
import { createRecordValues } from "./record-values.ts";
import { beginningOf, createShownText, NOTHING_MASKED, recordIn, type ShownText } from "./shown-text.ts";

const PLAN = createDocumentPlan(LOG_FIELDS);
/** Keys of records that documents are made of, for the decoder that lists members for them. */
export const DOCUMENT_KEYS: readonly string[] = PLAN.tree.texts;

const LF = 0x0a;
const SPACE = 0x20;

/** What turns archived lines into documents, all of it pure. */
export interface DocumentParts {
  /** Opens lines; made for the fields of `derive` and `placesOf`, and to list members by `DOCUMENT_KEYS`. */
  readonly decoder: Decoder;
  readonly derive: Derive;
  readonly placesOf: ReadPlaces;
  /** Null where nothing is masked. */
  readonly redactor: Redactor | null;
  /** The pipeline's name. */
  readonly stream: string;
}

export interface LineDocument {
  /** A JSON object on one line, as UTF-8. Lent until the next document is made. */
  readonly source: Buffer;
  readonly masked: readonly MaskedKind[];
}

/** Makes documents of lines, one after another. */
export interface DocumentBuilder {
  documentOf(line: ArchivedLine): LineDocument;
  /** The beginning of a line's text, masked; null of a blob. */
  textOf(line: ArchivedLine): ShownText<string | null>;
  /** Any text, masked. */
  mask(text: string): string;
  /** The pipeline's name. */
  readonly stream: string;
}

export function createDocumentBuilder(parts: DocumentParts): DocumentBuilder {
  const { decoder, derive, placesOf, redactor, stream } = parts;
  const values = createRecordValues(PLAN.tree, PLAN.sources.length, decoder.keySlot);
  const own = createOwnValues(PLAN);
  const putFacts = createPutFacts(own, PLAN, stream);
  const writer = new FieldWriter(PLAN, values, own);
  const shown = createShownText(redactor);

  const eventsIn = (record: LogRecord | null): readonly DerivedEvent[] =>
    record?.fields ? derive(record.log, record.fields) : NO_EVENTS;

  /** Reads the record's values, as they may be shown; gives what else is said of the line. */
  function readRecord({ buffer, start, end }: JsonPlace, message: MessageInfo | null): LineFacts {
    let record = decoder.reopen(buffer, start, end, "line", message);
    // Which events are counted does not depend on what of the line may be shown; what they are about does.
    const events = eventsIn(record);
    let shownEvents = events;
    const masked = redactor?.redact(buffer, start, end) ?? null;
    if (masked !== null) {
      const wasObject = record?.object !== null;
      record = decoder.reopen(masked.bytes, 0, masked.bytes.length, "line", message);
      shownEvents = eventsIn(record);
      // What is no record any more is shown as a text.
      if (wasObject && !record?.object) return { ...textFacts(masked.bytes.toString("utf8"), masked.masked), events };
    }
    const places = record?.fields ? placesOf(record.log, record.fields) : null;
    if (record?.object) values.read(record.object.buffer, listedMembers(record));
    if (record?.entry) {
      values.readEntry(record.entry.buffer, record.entry.start, record.entry.end, record.object !== null);
    }
    return { events, shownEvents, places, masked: masked?.masked ?? NOTHING_MASKED, text: null };
  }

  function readLine(line: ArchivedLine): LineFacts {
    const record = recordIn(line);
    if (record !== null) return readRecord(record, line.meta.message);
    const { text, masked } = shown.ofLine(line);
    return textFacts(text, masked);
  }

  return {
    documentOf(line) {
      values.begin();
      const facts = readLine(line);
      putFacts(line, facts);
      const source = writer.write(line.meta.log);
      if (line.meta.lane === "wrapped") spaceNewlines(source);
      return { source, masked: facts.masked };
    },
    textOf(line) {
      const { text, masked } = shown.ofLine(line);
      return { text: text === null ? null : beginningOf(text), masked };
    },
    mask: (text) => shown.ofText(text).text,
    stream,
  };
}

function textFacts(text: string | null, masked: readonly MaskedKind[]): LineFacts {
  const shown = text === null ? null : beginningOf(text);
  return { events: NO_EVENTS, shownEvents: NO_EVENTS, places: null, masked, text: shown };
}

function listedMembers({ members }: LogRecord): MemberList {
  if (members === null) throw new Error("make documents: the decoder does not list members");
  return members;
}

/** Between the values of a record a newline is as good as a space; within a text there is none. */
function spaceNewlines(source: Buffer): void {
  for (let at = source.indexOf(LF); at >= 0; at = source.indexOf(LF, at)) source[at] = SPACE;
}
