import { canonicalJson, type Json } from "../../../src/archive/canonical-json.ts";

/** Stored objects as they are, to be changed from. */

export const MANIFEST_NAME = "vault/v1/local/2020-12-22/09/000001.manifest.json";
export const PLAN_NAME = "ctl/plan/local/2020-12-22/09/000001a01.json";
export const CATALOGUE = `sha256:${"c".repeat(64)}`;
export const KEY = "0123456789abcdef";

const SHA256 = "a".repeat(64);
const WAL = "wal/local/2020-12-22/aa/00000001.2020122209-2020122210.ndjson.zst";
const SEGMENT = "vault/v1/local/2020-12-22/09/000001-10001";
const FACTS = `facts/catalogue=${"c".repeat(64)}/stream=local/day=2020-12-22/hour=09/000001-10001.parquet`;
const HOURS = ["2020-12-22T09:00:00Z", "2020-12-22T10:00:00Z"];

const stored = (name: string) => ({ name, size_bytes: 100, sha256: SHA256 });

const MAKES = {
  program: "0.1.0",
  segment_format: 1,
  zstd: "1.5.7",
  catalogue: CATALOGUE,
  pseudonym_key: KEY,
  instance: null,
};
const FIGURES = { received: 4, archived: 2, duplicates: 2, conflicts: 1, counted: 1, eventless: 1, quarantined: 0 };
const SPAN = {
  format: 1,
  stream: "local",
  first_hour: HOURS[0],
  hours: 1,
  plan: 1,
  revision: 1,
  attempt: 1,
  makes: MAKES,
};

const manifest = {
  ...SPAN,
  inputs: [{ ...stored(WAL), hours: HOURS }],
  outputs: [
    {
      number: 10_001,
      lines: stored(`${SEGMENT}.ndjson.zst`),
      meta: stored(`${SEGMENT}.meta.ndjson.zst`),
      rows: 3,
      raw_bytes: 300,
      root: SHA256,
    },
  ],
  abandoned: ["vault/v1/local/2020-12-22/09/000001-20001.ndjson.zst"],
  lines: 3,
  duplicates_total: 1,
  duplicates: [
    { id: "0".repeat(32), message_id: "1", published_at: "2020-12-22T09:00:00.000Z", place: { object: WAL, row: 1 } },
    { id: "0".repeat(32), place: { object: WAL, row: 2 } },
  ],
  conflicts: [{ id: "0".repeat(32), variants: 2, standing: SHA256, log: "rails.api" }],
  lanes: { line: 2, quarantine: 1 },
  by_hour: { [HOURS[0] ?? ""]: FIGURES },
  counts: { catalogue: CATALOGUE, events: { push: 1, rest_request: -1 } },
};
const digest = {
  format: 1,
  stream: "local",
  sequence: 1,
  window: { from: HOURS[0], to: HOURS[1] },
  objects: [stored(`${SEGMENT}.ndjson.zst`), stored(MANIFEST_NAME)],
  totals: { objects: 2, size_bytes: 200, lines: 3, ...FIGURES, counts: { [CATALOGUE]: { push: 1 } } },
  previous: { sha256: SHA256, signature: "b".repeat(128) },
  key: KEY,
};
const basis = { catalogue: CATALOGUE, pseudonym_key: KEY, instance: "main" };

function texts(...values: readonly unknown[]): readonly Buffer[] {
  return values.map((value) => Buffer.from(canonicalJson(value as Json)));
}

/** By the name of the target. */
export const SAMPLES: Readonly<Record<string, readonly Buffer[]>> = {
  manifest: texts(manifest, { ...manifest, outputs: [], revision: 0, lines: 0, conflicts: [], lanes: {} }),
  plan: texts({ ...SPAN, inputs: [{ name: WAL, size_bytes: 10 }] }, { ...SPAN, inputs: [], hours: 3 }),
  digest: texts(digest, { ...digest, objects: [], previous: null }),
  "key-statement": texts({
    format: 1,
    old_key: "f".repeat(16),
    new_key: KEY,
    public_key: "-----BEGIN PUBLIC KEY-----\n",
    first_sequences: { local: 2, "10": 3, "9": 1, "-": 4 },
  }),
  receipt: texts({
    format: 2,
    program: "0.1.0",
    manifest: { name: MANIFEST_NAME, sha256: SHA256 },
    ...basis,
    files: [{ ...stored(FACTS), number: 10_001, rows: 3 }],
  }),
  rollup: texts({
    format: 4,
    stream: "local",
    day: "2020-12-22",
    ...basis,
    inputs: [{ name: MANIFEST_NAME, sha256: SHA256, facts: [stored(FACTS)] }],
    instances: ["main"],
    events: ["git_push"],
    files: [
      {
        ...stored(`facts/rollup/catalogue=${"c".repeat(64)}/stream=local/day=2020-12-22/${SHA256}-user-events.parquet`),
        kind: "events",
        segment: "user",
        rows: 1,
      },
    ],
  }),
};
