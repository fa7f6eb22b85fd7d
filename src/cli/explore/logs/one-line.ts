import { isUtf8 } from "node:buffer";
import type { LocatedLine } from "../../../archive/lines-with-id.ts";
import { isLineId, locateLine } from "../../../archive/locate-line.ts";
import { metaJson } from "../../../archive/meta-json.ts";
import { streamOfObject } from "../../../archive/object-stream.ts";
import { manifestNameOf, parseSegmentName } from "../../../archive/vault-name.ts";
import type { ArchivedLine } from "../../../core/archived-line.ts";
import { UsageError } from "../../../core/fault.ts";
import { hourText } from "../../../core/hour.ts";
import { hourOfId, isIdOf } from "../../../core/identity.ts";
import { KIB } from "../../../core/units.ts";
import { eachMember } from "../../../decode/json-members.ts";
import type { JsonPlace } from "../../../decode/record.ts";
import { catalogueFields } from "../../../derive/catalogue-fields.ts";
import { createDimensions, DIMENSION_FIELDS } from "../../../derive/dimensions.ts";
import { createExplainer } from "../../../derive/explainer.ts";
import type { MaskedKind } from "../../../derive/redaction/edit.ts";
import type { FieldAnswer, LineAnswer, LineVariant, PlaceAnswer, RawAnswer } from "../../../explorer/logs-answers.ts";
import { type Asked, jsonReply, type Reply } from "../../../explorer/server/route.ts";
import { explanationJson } from "../../catalogue/explain-json.ts";
import { knownKey } from "../../open/keys/pseudonym-key.ts";
import { createArchiveDecoder } from "../../open/lines/archive-decoder.ts";
import { openDocuments } from "../../open/lines/documents.ts";
import { askedParams } from "../asked-params.ts";
import type { ExploredArchive } from "../explored-archive.ts";
import { createFactsReader } from "./line-facts.ts";
import { createRowMaker } from "./row-maker.ts";

/** What a page takes of a line; all of it is to be had as a file. */
const MOST_TEXT_BYTES = 256 * KIB;
const MOST_VALUE_CHARS = 16 * KIB;
const MOST_FIELDS = 2000;
const MOST_NAME_CHARS = 300;

/** One line by its id, and all that is known of it. Rejects with `UsageError` or `IoError`. */
export async function answerLine(archive: ExploredArchive, { params }: Asked): Promise<Reply> {
  const asked = askedParams(params);
  const id = asked.one("id", String) ?? "";
  asked.end();
  if (!isLineId(id)) {
    throw new UsageError(
      `open line "${id}": not the id of a line (hint: 32 hex digits; the column Id shows those of lines)`,
    );
  }
  const { variants, remarks } = await locateLine(archive.store, id);
  const told = [...remarks];
  const describe = await openDescription(archive, (sentence) => told.push(sentence));
  return jsonReply({ id, variants: variants.map(describe), remarks: told } satisfies LineAnswer);
}

/** The bytes of a line. Rejects with `UsageError` or `IoError`. */
export async function answerRaw({ store }: ExploredArchive, { params }: Asked): Promise<Reply> {
  const asked = askedParams(params);
  const id = asked.one("id", String) ?? "";
  const wanted = asked.one("hash", String) ?? "";
  asked.end();
  const { variants } = await locateLine(store, id);
  const found = variants.find(({ hash }) => hash.startsWith(wanted));
  if (found === undefined) throw new UsageError(`find line "${id}": the archive has no such line`);
  const { buffer, start, end } = found.line;
  return { mediaType: "application/octet-stream", content: buffer.subarray(start, end) };
}

async function openDescription(
  archive: ExploredArchive,
  tell: (sentence: string) => void,
): Promise<(found: LocatedLine) => LineVariant> {
  const { catalogue, settings } = archive;
  const decoder = createArchiveDecoder([...catalogueFields(catalogue), ...DIMENSION_FIELDS]);
  const explain = createExplainer(catalogue, decoder.slotOf, null);
  const dimensionsOf = createDimensions(decoder.slotOf, settings);
  const redactionsOf = await openRedactions(archive, tell);
  const factsOf = createFactsReader(archive);
  const rowOf = createRowMaker(archive);
  return ({ line, hash }) => {
    const { buffer, start, end, meta } = line;
    const record = decoder.reopen(buffer, start, end, meta.lane, meta.message);
    const fields = record?.fields ?? null;
    const dimensions = fields === null ? null : dimensionsOf(meta.log, fields);
    const object = record?.object ?? null;
    const explanation = explanationJson(explain(meta.log, fields), dimensions);
    return {
      row: rowOf(line, factsOf(line)),
      meta: metaJson(meta),
      hour: hourText(hourOfId(meta.id)),
      hash,
      is_id_of_bytes: isIdOf(meta.id, hash),
      raw: rawOf(line),
      fields: object === null ? [] : fieldsOf(object),
      explanation,
      redactions: redactionsOf(line),
      place: placeOf(line),
    };
  };
}

/** What the index would mask of lines; null where the key that this needs is not at hand, which is told. */
async function openRedactions(
  { settings, catalogue }: ExploredArchive,
  tell: (sentence: string) => void,
): Promise<(line: ArchivedLine) => readonly MaskedKind[] | null> {
  try {
    const documents = openDocuments(settings, catalogue, await knownKey(settings));
    return (line) => documents.documentOf(line).masked;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    tell(error.message);
    return () => null;
  }
}

function rawOf({ buffer, start, end }: ArchivedLine): RawAnswer {
  const bytes = buffer.subarray(start, end);
  return {
    text: bytes.toString("utf8", 0, MOST_TEXT_BYTES),
    is_utf8: isUtf8(bytes),
    is_cut: bytes.length > MOST_TEXT_BYTES,
    size_bytes: bytes.length,
  };
}

function fieldsOf({ buffer, start, end }: JsonPlace): FieldAnswer[] {
  const fields: FieldAnswer[] = [];
  eachMember(buffer, start, end, {
    visit(keyStart, keyEnd, _isPlain, valueStart, valueEnd) {
      if (fields.length === MOST_FIELDS) return;
      const value = buffer.toString("utf8", valueStart, valueEnd);
      const name = JSON.parse(buffer.toString("utf8", keyStart, keyEnd)) as string;
      const isCut = value.length > MOST_VALUE_CHARS;
      const shown = isCut ? value.slice(0, MOST_VALUE_CHARS) : value;
      fields.push({ name: name.slice(0, MOST_NAME_CHARS), value: shown, is_cut: isCut });
    },
  });
  return fields;
}

function placeOf({ object, row }: ArchivedLine): PlaceAnswer {
  const segment = parseSegmentName(object);
  const manifest = segment === null ? null : manifestNameOf(segment);
  return { stream: streamOfObject(object), object, row, is_sealed: segment !== null, manifest };
}
