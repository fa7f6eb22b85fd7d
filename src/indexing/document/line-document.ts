import type { ArchivedLine } from "../../core/archived-line.ts";
import type { Lane } from "../../core/line.ts";
import { KIB } from "../../core/units.ts";
import type { Decoder } from "../../decode/decoder.ts";
import type { JsonPlace } from "../../decode/record.ts";
import { unwrapPayload } from "../../decode/wrap.ts";
import { NO_EVENTS } from "../../derive/derived-event.ts";
import type { Derive } from "../../derive/deriver.ts";
import type { ReadDimensions } from "../../derive/dimensions.ts";
import type { MaskedKind } from "../../derive/redaction/edit.ts";
import type { Redactor } from "../../derive/redaction/redactor.ts";
import { LOG_FIELDS } from "../fields/log-fields.ts";
import { createDocumentPlan } from "./document-plan.ts";
import { FieldWriter } from "./field-writer.ts";
import { createPutFacts, type LineFacts } from "./line-facts.ts";
import { createOwnValues } from "./own-values.ts";
import { createRecordValues } from "./record-values.ts";

const LF = 0x0a;
const SPACE = 0x20;
/** Of a line that is no record, or is rejected: the archive has all of it. */
const MOST_TEXT_BYTES = 8 * KIB;
const NOTHING_MASKED: readonly MaskedKind[] = Object.freeze([]);

/** What turns archived lines into documents, all of it pure. */
export interface DocumentParts {
  /** Opens lines; made for the fields of `derive` and `dimensionsOf`. */
  readonly decoder: Decoder;
  readonly derive: Derive;
  readonly dimensionsOf: ReadDimensions;
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
  textOf(line: ArchivedLine): string | null;
  /** Any text, masked. */
  mask(text: string): string;
  /** The pipeline's name. */
  readonly stream: string;
}

const PLAN = createDocumentPlan(LOG_FIELDS);

export function createDocumentBuilder(parts: DocumentParts): DocumentBuilder {
  const { decoder, derive, dimensionsOf, redactor, stream } = parts;
  const values = createRecordValues(PLAN.tree, PLAN.sources.length);
  const own = createOwnValues(PLAN);
  const putFacts = createPutFacts(own, PLAN, stream);
  const writer = new FieldWriter(PLAN, values, own);

  /** Reads the record's values, as they may be shown; gives what else is said of the line. */
  function readRecord({ meta }: ArchivedLine, text: JsonPlace, lane: Lane): LineFacts {
    const masked = redactor?.redact(text.buffer, text.start, text.end) ?? null;
    let record = decoder.reopen(text.buffer, text.start, text.end, lane, meta.message);
    // Events are those that are counted, whatever of the line may be shown.
    const events = record?.fields ? derive(record.log, record.fields) : NO_EVENTS;
    if (masked !== null) record = decoder.reopen(masked.bytes, 0, masked.bytes.length, lane, meta.message);
    const dimensions = record?.fields ? dimensionsOf(record.log, record.fields) : null;
    if (record?.object) values.read(record.object.buffer, record.object.start, record.object.end);
    if (record?.entry)
      values.readEntry(record.entry.buffer, record.entry.start, record.entry.end, record.object !== null);
    return { events, dimensions, masked: masked?.masked ?? NOTHING_MASKED, text: null };
  }

  function readLine(line: ArchivedLine): LineFacts {
    const { buffer, start, end, meta } = line;
    if (meta.lane === "line" || meta.lane === "future") return readRecord(line, { buffer, start, end }, "line");
    const payload = meta.lane === "wrapped" ? unwrapPayload(buffer.toString("utf8", start, end)) : null;
    if (payload !== null) return readRecord(line, { buffer: payload, start: 1, end: payload.length }, "line");
    const { text, masked } = maskedText(line);
    return { events: NO_EVENTS, dimensions: null, masked, text };
  }

  function maskedText({ buffer, start, end, meta }: ArchivedLine): Pick<LineFacts, "text" | "masked"> {
    if (meta.lane === "blob") return { text: null, masked: NOTHING_MASKED };
    // Cut first: what is masked is what is shown. The cut may leave half a secret, which is none any more by its form.
    return maskText(buffer.toString("utf8", start, Math.min(end, start + MOST_TEXT_BYTES)));
  }

  function maskText(text: string): { readonly text: string; readonly masked: readonly MaskedKind[] } {
    if (redactor === null) return { text, masked: NOTHING_MASKED };
    const bytes = Buffer.from(text);
    const masked = redactor.redact(bytes, 0, bytes.length);
    return masked === null
      ? { text, masked: NOTHING_MASKED }
      : { text: masked.bytes.toString("utf8"), masked: masked.masked };
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
    textOf: (line) => maskedText(line).text,
    mask: (text) => maskText(text).text,
    stream,
  };
}

/** Between the values of a record a newline is as good as a space; within a text there is none. */
function spaceNewlines(source: Buffer): void {
  for (let at = source.indexOf(LF); at >= 0; at = source.indexOf(LF, at)) source[at] = SPACE;
}
