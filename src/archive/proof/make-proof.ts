import { isUtf8 } from "node:buffer";
import { IoError } from "../../core/fault.ts";
import { merkleLevels } from "../../segment/merkle-path.ts";
import { type MetaJson, metaJson } from "../meta-json.ts";
import type { PlacedLine } from "./placed-line.ts";
import { type KeyStep, MOST_PACKED_BYTES, MOST_PROOF_BYTES, type Proof, packed, proofBytes } from "./proof.ts";
import type { StoredDigest } from "./signed-objects.ts";

/** The bytes of a proof. Throws `IoError` where it would be too long to be read again. */
export function makeProof(
  line: PlacedLine,
  manifest: { readonly name: string; readonly bytes: Buffer },
  digest: StoredDigest,
  keys: readonly KeyStep[],
): Buffer {
  const { place, meta, bytes, leaves } = line;
  const tooLong = [manifest, digest].find((object) => object.bytes.length > MOST_PACKED_BYTES);
  if (tooLong !== undefined) {
    throw new IoError("full", `prove line ${meta.id}: "${tooLong.name}" is longer than a proof may hold`);
  }
  const { output, segment, block, blockRow } = place;
  const firstRow = segment.blocks[block]?.lines.firstRow ?? 0;
  const roots = segment.blocks.map(({ lines }) => lines.root.toString("hex"));
  const proof: Omit<Proof, "sha256"> = {
    format: 1,
    line: isUtf8(bytes) ? { text: bytes.toString("utf8") } : { base64: bytes.toString("base64") },
    meta: wellFormed(metaJson(meta)),
    segment: output.lines.name,
    place: {
      block_row: blockRow,
      block_rows: leaves.length,
      block,
      blocks: roots.length,
      row: firstRow + blockRow,
    },
    line_path: merkleLevels(leaves).path(blockRow),
    block_path: merkleLevels(roots).path(block),
    manifest: { name: manifest.name, gzip: packed(manifest.bytes) },
    digest: { name: digest.name, gzip: packed(digest.bytes), signature: digest.signature.toString("hex") },
    key: digest.key,
    keys,
  };
  const written = proofBytes(proof);
  if (written.length <= MOST_PROOF_BYTES) return written;
  throw new IoError("full", `prove line ${meta.id}: its proof has ${written.length} bytes, more than one may have`);
}

/** Senders may have put half a character into what they said of a message; canonical JSON has no such texts. */
export function wellFormed({ topic, message_id: messageId, attributes, ...meta }: MetaJson): MetaJson {
  const pairs = Object.entries(attributes ?? {}).map(([name, value]) => [name.toWellFormed(), value.toWellFormed()]);
  return {
    ...meta,
    topic: topic?.toWellFormed(),
    message_id: messageId?.toWellFormed(),
    attributes: attributes === undefined ? undefined : (Object.fromEntries(pairs) as Record<string, string>),
  };
}
