import type { ProvedPack } from "../../../archive/pack/check-pack.ts";
import { quoted } from "../../../archive/pack/pack-report.ts";
import type { ProvedLine } from "../../../archive/proof/check-proof.ts";
import { spanText } from "../../../archive/proof/signed-line.ts";
import { hourText } from "../../../core/hour.ts";
import { formatCount, formatThings } from "../../terminal/quantity.ts";

/** What a proof has shown, as JSON. */
export function proofJson(proved: ProvedLine) {
  const { line, hash, segment, span, digest, key, keyChanges, isIdProved, conflict, stated } = proved;
  return {
    proved: true,
    leaf_hash: hash,
    line_bytes: line.length,
    stream: digest.stream,
    first_hour: hourText(span.firstHour),
    hours: span.hours,
    segment,
    digest: { sequence: digest.sequence, signed_at: digest.window.to, key, key_changes: keyChanges },
    id: stated.meta.id,
    id_proved: isIdProved,
    variants: conflict?.variants ?? 1,
    stands: conflict === null || conflict.standing === hash,
    stated: { ...stated.meta, row: stated.place.row },
  };
}

/** The same for people. */
export function proofText(proved: ProvedLine): string {
  const { line, hash, segment, span, digest, key, keyChanges, isIdProved, conflict, stated } = proved;
  const { id, log, lane, time = "none" } = stated.meta;
  const trust =
    keyChanges === 0 ? "the key given" : `which follows on the key given by ${keyChanges} signed statements`;
  const rows = [
    ["line", `${formatCount(line.length)} bytes, leaf hash ${hash}`],
    ["hour", `${spanText(span)} of stream "${digest.stream}"`],
    ["segment", segment],
    ["signed", `by digest ${digest.sequence} at ${digest.window.to}, with key ${key}, ${trust}`],
    [
      "id",
      isIdProved ? `${id}: its hash is that of the line's bytes` : `${id}: only stated, its hash is not of the bytes`,
    ],
    ...(conflict === null ? [] : [["conflict", conflictText(conflict.variants, conflict.standing === hash)]]),
    [
      "stated",
      `row ${stated.place.row}, log ${log}, lane ${lane}, time ${time}: by the archive's meta, which is not signed here`,
    ],
  ];
  return `proved: the line was archived, sealed and signed\n${rows.map(([head = "", text]) => `  ${head.padEnd(9)} ${text}\n`).join("")}`;
}

function conflictText(variants: number, stands: boolean): string {
  return `one of ${variants} lines with this id; by that manifest it is ${stands ? "the one" : "not the one"} that stands`;
}

/** What a pack has shown, as JSON. */
export function packJson({ report, idsProved }: ProvedPack) {
  const { query, lines, digests, segments, not_signed, not_sealed } = report;
  return {
    proved: true,
    lines,
    ids_proved: idsProved,
    digests,
    segments: segments.filter(({ found }) => found > 0),
    stated: { query, not_signed, not_sealed, segments_without: segments.filter(({ found }) => found === 0).length },
  };
}

/** The same for people. */
export function packText({ report, idsProved }: ProvedPack): string {
  const { query, lines, digests, segments, not_signed: unsigned, not_sealed: unsealed } = report;
  const found = segments.filter((each) => each.found > 0).length;
  const keys = new Set(digests.map(({ key }) => key));
  const rows = [
    [
      "lines",
      `${formatCount(lines)}, in ${formatThings(found, "segment")}; of ${formatCount(idsProved)} the id is proved too`,
    ],
    [
      "signed",
      `by ${formatThings(digests.length, "digest")}, with ${keys.size === 1 ? "key" : "keys"} ${[...keys].join(", ")}`,
    ],
    ["stated", `asked at ${query.asked_at} of ${quoted(query.archive)}: see report.txt in it`],
    ["stated", `${formatThings(segments.length - found, "segment")} more searched, with no such line`],
    ["stated", `not in it: ${formatThings(unsigned, "line")} not signed yet, ${unsealed} not sealed`],
  ];
  const head = "proved: every line of the pack was archived, sealed and signed, and it holds what its report says";
  return `${head}\n${rows.map(([what = "", text]) => `  ${what.padEnd(9)} ${text}\n`).join("")}`;
}
