import { printable } from "../../core/printable.ts";
import { canonicalJson, type Json } from "../canonical-json.ts";
import { integerFrom, listOf, objectOf, oneOf, orNull, type Shape, text, textLike } from "../shape.ts";
import { COUNT, FINGERPRINT, NUMBER, SEGMENT, SHA256 } from "../stored-shape.ts";

/** What was asked, when and by which program: stated, and covered by no signature. */
export interface PackQuery {
  /** RFC 3339; null is open. */
  readonly since: string | null;
  readonly until: string | null;
  readonly log: string | null;
  readonly event: string | null;
  readonly user: string | null;
  readonly group: string | null;
  readonly project: string | null;
  readonly correlation_id: string | null;
  readonly status: string | null;
  /** `NAME=VALUE` each. */
  readonly fields: readonly string[];
  readonly text: string | null;
  readonly archive: string;
  readonly catalogue: string;
  readonly program: string;
  readonly asked_at: string;
}

/** A segment that was looked through. */
export interface SearchedSegment {
  /** Name of the file of lines. */
  readonly segment: string;
  readonly sha256: string;
  readonly rows: number;
  readonly found: number;
}

/** A digest that a pack holds. */
export interface PackDigest {
  readonly name: string;
  readonly sha256: string;
  readonly key: string;
  /** RFC 3339. */
  readonly signed_at: string;
}

/** What a pack says of itself, in the words of the JSON; docs/reference/proof-format.md describes it. */
export interface PackReport {
  readonly format: 1;
  readonly query: PackQuery;
  readonly lines: number;
  /** Without LFs. */
  readonly line_bytes: number;
  /** Lines that match and cannot be proved yet; repeats of proved ones may be among them. */
  readonly not_signed: number;
  readonly not_sealed: number;
  readonly segments: readonly SearchedSegment[];
  readonly digests: readonly PackDigest[];
  /** Of what `sha256sum` prints of the other files in their order: against damage, not against forgers. */
  readonly files_sha256: string;
}

const TEXT_OR_NULL: Shape = orNull(text);
// These three stand in the report as they are: in any other text somebody could write lines that look like its own.
const CATALOGUE: Shape = textLike(/^sha256:[0-9a-f]{64}$/, "the digest of a catalogue");
const PROGRAM: Shape = textLike(/^[0-9A-Za-z.+-]{1,64}$/, "a version");
const ASKED_AT: Shape = textLike(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, "a time: 2020-12-22T09:00:00Z");

/** `PackReport` */
export const PACK_REPORT_SHAPE: Shape = objectOf({
  format: oneOf([1]),
  query: objectOf({
    since: TEXT_OR_NULL,
    until: TEXT_OR_NULL,
    log: TEXT_OR_NULL,
    event: TEXT_OR_NULL,
    user: TEXT_OR_NULL,
    group: TEXT_OR_NULL,
    project: TEXT_OR_NULL,
    correlation_id: TEXT_OR_NULL,
    status: TEXT_OR_NULL,
    fields: listOf(text),
    text: TEXT_OR_NULL,
    archive: text,
    catalogue: CATALOGUE,
    program: PROGRAM,
    asked_at: ASKED_AT,
  }),
  lines: COUNT,
  line_bytes: COUNT,
  not_signed: COUNT,
  not_sealed: COUNT,
  segments: listOf(objectOf({ segment: SEGMENT, sha256: SHA256, rows: NUMBER, found: integerFrom(0) })),
  digests: listOf(objectOf({ name: text, sha256: SHA256, key: FINGERPRINT, signed_at: text })),
  files_sha256: SHA256,
});

export function reportBytes(report: PackReport): Buffer {
  return Buffer.from(canonicalJson(report as unknown as Json));
}

/** The same for people. Its words are part of the format: a checker writes them anew and compares. */
export function reportText(report: PackReport): string {
  const { query, lines, line_bytes: bytes, not_signed: unsigned, not_sealed: unsealed, segments, digests } = report;
  const found = segments.filter((each) => each.found > 0);
  const rows = segments.reduce((total, each) => total + each.rows, 0);
  return [
    "Evidence pack of logtally",
    "=========================",
    "",
    "What was asked (stated by whoever made this pack)",
    ...asked(query).map(([what, value]) => `  ${what.padEnd(16)}${value}`),
    "",
    "What was found",
    `  lines           ${lines}, of ${bytes} bytes, in lines/, each with its Merkle path`,
    `  searched        ${segments.length} segments of ${rows} lines; of these ${found.length} have such lines`,
    `  not in here     ${unsigned} lines that match and are sealed, and that no digest has signed yet`,
    `                  ${unsealed} lines that match and are not sealed yet, repeats among them`,
    "",
    "Signed by",
    ...digests.map(({ name, key, signed_at: at, sha256 }) => `  ${at}  key ${key}  ${name}\n    SHA-256 ${sha256}`),
    "",
    "Segments that were searched: lines found, of lines, name, SHA-256 of the file of lines",
    ...segments.map((each) => `  ${each.found} of ${each.rows}  ${each.segment}\n    ${each.sha256}`),
    "",
    "What this proves, and what it does not",
    "  Proved, to whoever trusts the key: each line in lines/ was archived in the hours that its manifest names, sealed,",
    "  and signed as it is here, not later than the time of its digest.",
    "  Not proved: that the query found every line that matches. Whoever wants to know fetches the segments that are",
    "  named above from the archive, by their SHA-256, and asks again; that no segment is missing shows the chain of",
    "  digests, in the archive. Where found is 0, name, hash and rows are stated.",
    "  Stated, and signed by nobody: the query, what the meta beside a line says of it and in which row it was, and how",
    "  many lines are not in here.",
    "",
    "How to check it: README.md.",
    "",
  ].join("\n");
}

function asked(query: PackQuery): (readonly [string, string])[] {
  const filters = [
    ["since", query.since],
    ["until", query.until],
    ["log", query.log],
    ["event", query.event],
    ["user", query.user],
    ["group", query.group],
    ["project", query.project],
    ["correlation id", query.correlation_id],
    ["status", query.status],
    ["text", query.text],
  ] as const;
  const fields = query.fields.map((field) => ["field", quoted(field)] as const);
  return [
    ...filters.map(([what, value]) => [what, value === null ? "any" : quoted(value)] as const),
    ...fields,
    ["of the archive", quoted(query.archive)],
    ["at", `${query.asked_at}, by logtally ${query.program}, catalogue ${query.catalogue}`],
  ];
}

/** In one line, whatever somebody has put into it: people read the report on a terminal. */
export function quoted(text: string): string {
  return printable(JSON.stringify(text));
}
