import { createHash } from "node:crypto";
import { canonicalJson, type Json } from "../../../src/archive/canonical-json.ts";
import type { Digest } from "../../../src/archive/digest/digest.ts";
import { digestName, publicKeyName, signatureName, statementName } from "../../../src/archive/digest/digest-name.ts";
import { keyChangeBytes } from "../../../src/archive/digest/key-ring.ts";
import { parseSigningKey, parseVerifyingKey, type SigningKey } from "../../../src/archive/digest/signing-key.ts";
import type { Manifest } from "../../../src/archive/manifest.ts";
import { foundLinesBytes, foundLinesNames } from "../../../src/archive/pack/found-lines.ts";
import { createFilesSum, PACK_FILES } from "../../../src/archive/pack/pack-files.ts";
import { PACK_README } from "../../../src/archive/pack/pack-readme.ts";
import { type PackReport, reportBytes, reportText } from "../../../src/archive/pack/pack-report.ts";
import { TAR_END, type TarEntry, tarEntry } from "../../../src/archive/pack/tar.ts";
import { packed, proofBytes } from "../../../src/archive/proof/proof.ts";
import { storedObject } from "../../../src/archive/stored-bytes.ts";
import { hourOf } from "../../../src/core/hour.ts";
import { lineId } from "../../../src/core/identity.ts";
import { merkleLevels } from "../../../src/segment/merkle-path.ts";
import { MANIFEST_NAME, SAMPLES } from "./stored-samples.ts";

/** A proof and a pack as they are, by keys that stay the same. */

const HOUR = hourOf(Date.UTC(2020, 11, 22, 9));
const LINES = ['{"é":1}', "two", "three"];
/** What stands before the 32 bytes of an Ed25519 key in DER (PKCS#8). */
const DER_HEAD = "302e020100300506032b657004220420";

function fixedKey(byte: string): SigningKey {
  const der = Buffer.from(DER_HEAD + byte.repeat(32), "hex").toString("base64");
  return parseSigningKey(`-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`);
}

const OLD = fixedKey("11");
const NEW = fixedKey("22");
export const TRUSTED = parseVerifyingKey(OLD.publicPem);

const leaves = LINES.map((line) => createHash("sha256").update(`\0${line}`).digest("hex"));
const blocks = [leaves.slice(0, 2), leaves.slice(2)].map(merkleLevels);
const segment = merkleLevels(blocks.map(({ root }) => root));
const manifest = JSON.parse(SAMPLES["manifest"]?.[0]?.toString("utf8") ?? "") as Manifest;
const [output] = manifest.outputs;
if (output === undefined) throw new Error("a manifest of nothing");
const manifestText = canonicalJson({
  ...manifest,
  outputs: [{ ...output, root: segment.root }],
  conflicts: [],
} as unknown as Json);
const manifestBytes = Buffer.from(manifestText);
const digest: Digest = {
  ...(JSON.parse(SAMPLES["digest"]?.[0]?.toString("utf8") ?? "") as Digest),
  sequence: 2,
  objects: [storedObject(MANIFEST_NAME, manifestBytes)],
  key: NEW.fingerprint,
};
const digestBytes = Buffer.from(canonicalJson(digest as unknown as Json));
const digestAt = digestName(digest.stream, digest.sequence);
const statement = keyChangeBytes({
  format: 1,
  old_key: OLD.fingerprint,
  new_key: NEW.fingerprint,
  public_key: NEW.publicPem,
  first_sequences: { local: 2 },
});

const META = { lane: "line", log: "rails.api", time: "2020-12-22T09:30:00.123Z", attributes: { a: "é" } };
const KEYS = {
  key: NEW.fingerprint,
  keys: [
    {
      old_key: OLD.fingerprint,
      statement: statement.toString("utf8"),
      signature: (await OLD.sign(statement)).toString("hex"),
    },
  ],
};
const signed = {
  manifest: { name: MANIFEST_NAME, gzip: packed(manifestBytes) },
  digest: { name: digestAt, gzip: packed(digestBytes), signature: (await NEW.sign(digestBytes)).toString("hex") },
};

export const PROOF = proofBytes({
  format: 1,
  line: { text: LINES[1] ?? "" },
  meta: { id: lineId(HOUR, leaves[1] ?? ""), ...META },
  segment: output.lines.name,
  place: { block_row: 1, block_rows: 2, block: 0, blocks: 2, row: 1 },
  line_path: blocks[0]?.path(1) ?? [],
  block_path: segment.path(0),
  ...signed,
  ...KEYS,
});

const FOUND = { segment: output.lines.name, block: 0 };
const names = foundLinesNames(FOUND);
const paths = foundLinesBytes({
  format: 1,
  ...FOUND,
  blocks: 2,
  first_row: 0,
  block_rows: 2,
  block_path: segment.path(0),
  lines: [0, 1].map((row) => ({
    block_row: row,
    meta: { id: lineId(HOUR, leaves[row] ?? ""), ...META },
    path: blocks[0]?.path(row) ?? [],
  })),
});

const files: readonly TarEntry[] = [
  { name: PACK_FILES.readme, bytes: Buffer.from(PACK_README) },
  { name: publicKeyName(OLD.fingerprint), bytes: Buffer.from(OLD.publicPem) },
  { name: statementName(NEW.fingerprint), bytes: statement },
  { name: signatureName(statementName(NEW.fingerprint)), bytes: await OLD.sign(statement) },
  { name: publicKeyName(NEW.fingerprint), bytes: Buffer.from(NEW.publicPem) },
  { name: digestAt, bytes: digestBytes },
  { name: signatureName(digestAt), bytes: await NEW.sign(digestBytes) },
  { name: MANIFEST_NAME, bytes: manifestBytes },
  { name: names.lines, bytes: Buffer.from(`${LINES[0]}\n${LINES[1]}\n`) },
  { name: names.paths, bytes: paths },
];
const sum = createFilesSum();
for (const file of files) sum.add(file);

export const REPORT: PackReport = {
  format: 1,
  query: {
    since: null,
    until: null,
    log: null,
    event: "git_push",
    user: null,
    group: null,
    project: null,
    correlation_id: null,
    status: null,
    fields: [],
    text: "é",
    archive: "a",
    catalogue: `sha256:${"c".repeat(64)}`,
    program: "0.1.0",
    asked_at: "2020-12-22T12:00:00Z",
  },
  lines: 2,
  line_bytes: Buffer.byteLength(`${LINES[0]}${LINES[1]}`),
  not_signed: 0,
  not_sealed: 1,
  segments: [{ segment: output.lines.name, sha256: output.lines.sha256, rows: output.rows, found: 2 }],
  digests: [
    {
      name: digestAt,
      sha256: storedObject("", digestBytes).sha256,
      key: NEW.fingerprint,
      signed_at: digest.window.to,
    },
  ],
  files_sha256: sum.take(),
};

export const PACK = Buffer.concat([
  ...files.map(tarEntry),
  tarEntry({ name: PACK_FILES.json, bytes: reportBytes(REPORT) }),
  tarEntry({ name: PACK_FILES.text, bytes: Buffer.from(reportText(REPORT)) }),
  TAR_END,
]);
