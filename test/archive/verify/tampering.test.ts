/**
 * Goal: whatever is removed, added or changed in a signed vault is told, by the name of the object and with what was
 * expected; an untouched one raises no alarm. None of the holes that validators elsewhere have is there.
 * Method: a vault sealed and signed three times by the real sealer and signer, with repeats and conflicts; one thing is
 * done to a copy of it, and both levels are asked.
 */
import { describe, expect, it } from "vitest";
import { createPlanSum, type Digest, digestBytes, sizesOf } from "../../../src/archive/digest/digest.ts";
import { digestName, publicKeyName, signatureName, statementName } from "../../../src/archive/digest/digest-name.ts";
import { MOST_DIGEST_BYTES } from "../../../src/archive/digest/digest-shape.ts";
import { keyChangeBytes } from "../../../src/archive/digest/key-ring.ts";
import type { SigningKey } from "../../../src/archive/digest/signing-key.ts";
import { type HourFigures, type Manifest, manifestBytes, type StoredObject } from "../../../src/archive/manifest.ts";
import { measureObject } from "../../../src/archive/stored-bytes.ts";
import type { FindingKind } from "../../../src/archive/verify/finding.ts";
import type { VerifyOptions } from "../../../src/archive/verify/verify.ts";
import { bytesIn, namesIn, newKey, replace, writeLines } from "../sample-signing.ts";
import { STREAM, seal } from "../seal/sealing.ts";
import { addLines, copyOf, KEY, type Level, newestEnd, type Store, sign, signedVault, verify } from "./signed-vault.ts";

const ORIGINAL = await signedVault();
const LEVELS: readonly Level[] = ["hashes", "full"];
/** Digests and keys are read the same way at both. */
const ONE_LEVEL: readonly Level[] = ["hashes"];

const digest = (sequence: number): string => digestName(STREAM, sequence);
/** Two plans of one day, of the first digest. */
const [FIRST, SECOND] = ORIGINAL.plans
  .filter(({ span, manifest }) => span.day === "2020-12-22" && manifest.plan === 1)
  .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  .map(({ name, manifest }) => ({ name, output: manifest.outputs[0] }));
const LINES = FIRST?.output?.lines.name ?? "";
const META = FIRST?.output?.meta.name ?? "";
const MANIFEST = FIRST?.name ?? "";
const OTHER_LINES = SECOND?.output?.lines.name ?? "";
const OTHER_META = SECOND?.output?.meta.name ?? "";
const FOLDER = MANIFEST.replace(/[^/]*$/, "");

async function change(store: Store, name: string, how: (bytes: Buffer) => Buffer): Promise<void> {
  await replace(store, name, how(Buffer.from(await bytesIn(store, name))));
}

const flipped =
  (at: number) =>
  (bytes: Buffer): Buffer => {
    bytes[at] = (bytes[at] ?? 0) ^ 4;
    return bytes;
  };

async function swap(store: Store, a: string, b: string): Promise<void> {
  const [ofA, ofB] = [await bytesIn(store, a), await bytesIn(store, b)];
  await replace(store, a, ofB);
  await replace(store, b, ofA);
}

/** One more digest, which names these objects. */
async function signNext(store: Store, objects: readonly StoredObject[]): Promise<void> {
  const { sequence, sha256 } = await newestEnd(store);
  const last = JSON.parse((await bytesIn(store, digest(sequence))).toString()) as Digest;
  const next: Digest = {
    ...last,
    sequence: sequence + 1,
    window: { from: last.window.to, to: last.window.to },
    objects,
    totals: { ...sizesOf(objects), ...createPlanSum().totals() },
    previous: { sha256, signature: (await bytesIn(store, signatureName(digest(sequence)))).toString("hex") },
  };
  await store.create(digest(sequence + 1), digestBytes(next));
  await store.create(signatureName(digest(sequence + 1)), await KEY.sign(digestBytes(next)));
}

/** A statement by the first key that the second one follows on it, with what it says changed. */
async function putStatement(store: Store, [old, next]: readonly [SigningKey, SigningKey], change = {}): Promise<void> {
  const name = statementName(next.fingerprint);
  const keys = { old_key: old.fingerprint, new_key: next.fingerprint, public_key: next.publicPem };
  const bytes = keyChangeBytes({ format: 1, ...keys, first_sequences: { [STREAM]: 4 }, ...change });
  await store.create(name, bytes);
  await store.create(signatureName(name), await old.sign(bytes));
  for (const key of [old, next]) await store.create(publicKeyName(key.fingerprint), Buffer.from(key.publicPem));
}

/** A digest that says something else, signed again by whoever has that key. */
async function signAnew(store: Store, sequence: number, how: (digest: Digest) => Digest, key = KEY): Promise<void> {
  const name = digest(sequence);
  const bytes = digestBytes(how(JSON.parse((await bytesIn(store, name)).toString()) as Digest));
  await replace(store, name, bytes);
  await replace(store, signatureName(name), await key.sign(bytes));
}

async function removeAll(store: Store, isGone: (name: string) => boolean): Promise<void> {
  for (const name of await namesIn(store, "")) if (isGone(name)) await store.remove(name);
}

interface Tampering {
  readonly what: string;
  readonly tamper: (store: Store) => Promise<unknown>;
  readonly kind: FindingKind;
  /** Of the first finding. */
  readonly object: string;
  readonly words: RegExp;
  /** Where not both can see it. */
  readonly levels?: readonly Level[];
  readonly options?: (original: Store) => Promise<Partial<VerifyOptions>>;
}

const KEPT = async (original: Store): Promise<Partial<VerifyOptions>> => ({ kept: [await newestEnd(original)] });

const TAMPERINGS: readonly Tampering[] = [
  {
    what: "a segment's lines are missing",
    tamper: (store) => store.remove(LINES),
    kind: "missing",
    object: LINES,
    words: /missing, and was signed/,
  },
  {
    what: "a segment's meta is missing",
    tamper: (store) => store.remove(META),
    kind: "missing",
    object: META,
    words: /missing, and was signed/,
  },
  {
    what: "a manifest is missing",
    tamper: (store) => store.remove(MANIFEST),
    kind: "missing",
    object: MANIFEST,
    words: /missing, and was signed/,
  },
  {
    what: "lines are altered",
    tamper: (store) => change(store, LINES, flipped(20)),
    kind: "altered",
    object: LINES,
    words: /not those that were signed, by their SHA-256/,
  },
  {
    what: "meta is altered",
    tamper: (store) => change(store, META, flipped(20)),
    kind: "altered",
    object: META,
    words: /not those that were signed, by their SHA-256/,
  },
  {
    what: "a block table is altered",
    tamper: (store) => change(store, META, (bytes) => flipped(bytes.length - 60)(bytes)),
    kind: "altered",
    object: META,
    words: /not those that were signed, by their SHA-256/,
  },
  {
    what: "a manifest is altered",
    tamper: (store) => change(store, MANIFEST, flipped(30)),
    kind: "altered",
    object: MANIFEST,
    words: /not those that were signed, by their SHA-256/,
  },
  {
    what: "a segment is cut",
    tamper: (store) => change(store, LINES, (bytes) => bytes.subarray(0, -1)),
    kind: "size",
    object: LINES,
    words: /it was cut, in bytes/,
  },
  {
    what: "bytes follow on the last frame",
    tamper: (store) => change(store, LINES, (bytes) => Buffer.concat([bytes, Buffer.from("more")])),
    kind: "size",
    object: LINES,
    words: /bytes were added to it/,
  },
  {
    what: "two segments are swapped",
    tamper: (store) => swap(store, LINES, OTHER_LINES),
    kind: "size",
    object: LINES,
    words: /it was cut|bytes were added/,
  },
  {
    what: "two digests are exchanged, with their signatures",
    tamper: async (store) => {
      await swap(store, digest(2), digest(3));
      await swap(store, signatureName(digest(2)), signatureName(digest(3)));
    },
    kind: "chain",
    levels: ONE_LEVEL,
    object: digest(2),
    words: /it belongs elsewhere/,
  },
  {
    what: "a digest is missing",
    tamper: (store) => removeAll(store, (name) => name.includes("/digest/00000002.")),
    kind: "missing",
    levels: ONE_LEVEL,
    object: digest(2),
    words: /it is missing, and a later one is there/,
  },
  {
    what: "the first digest is missing",
    tamper: (store) => removeAll(store, (name) => name.includes("/digest/00000001.")),
    kind: "missing",
    levels: ONE_LEVEL,
    object: digest(1),
    words: /it is missing, and a later one is there/,
  },
  {
    what: "a digest is altered",
    tamper: (store) =>
      change(store, digest(2), (bytes) => Buffer.from(bytes.toString().replace('"lines":', '"lines":1'))),
    kind: "signature",
    levels: ONE_LEVEL,
    object: digest(2),
    words: /not signed by key/,
  },
  {
    what: "a digest is no JSON",
    tamper: (store) => change(store, digest(2), (bytes) => bytes.subarray(1)),
    kind: "altered",
    levels: ONE_LEVEL,
    object: digest(2),
    words: /no JSON/,
  },
  {
    what: "a digest is exchanged for another one that the key has signed",
    tamper: (store) =>
      signAnew(store, 2, (said) => ({
        ...said,
        window: { ...said.window, to: said.window.to.replace(":00Z", ":30Z") },
      })),
    kind: "chain",
    levels: ONE_LEVEL,
    object: digest(3),
    words: /does not follow on the digest before/,
  },
  {
    what: "whoever has the key names an altered object once more, and the end that was kept is there",
    tamper: async (store) => {
      await change(store, LINES, flipped(20));
      await signNext(store, [await measureObject(store, LINES, () => undefined)]);
    },
    kind: "chain",
    levels: ONE_LEVEL,
    object: digest(4),
    words: new RegExp(`it names "${LINES}", which "${digest(1)}" has named`),
    options: KEPT,
  },
  {
    what: "a digest names an object twice",
    tamper: (store) =>
      signAnew(store, 3, (said) => ({ ...said, objects: said.objects.flatMap((object) => [object, object]) })),
    kind: "altered",
    levels: ONE_LEVEL,
    object: digest(3),
    words: /"objects" is not in order of names, each of them once/,
  },
  {
    what: "a digest is longer than any",
    tamper: (store) => replace(store, digest(3), Buffer.alloc(MOST_DIGEST_BYTES + 5)),
    kind: "altered",
    levels: ONE_LEVEL,
    object: digest(3),
    words: /it has more than 16777216 bytes, as no signer writes/,
  },
  {
    what: "a key has signed that two others follow on it",
    tamper: async (store) => {
      await putStatement(store, [KEY, newKey()]);
      await putStatement(store, [KEY, newKey()]);
    },
    kind: "key",
    levels: ONE_LEVEL,
    object: "a statement",
    words: /signed that this key follows on it, and signed the same of key/,
  },
  {
    what: "a statement lies there of a key that signs nothing",
    tamper: (store) => putStatement(store, [newKey(), newKey()]),
    kind: "extra",
    levels: ONE_LEVEL,
    object: "a statement",
    words: /it is extra: its old key .* signs no digest/,
  },
  {
    what: "a statement holds another key than the one that lies there",
    tamper: (store) => putStatement(store, [KEY, newKey()], { public_key: newKey().publicPem }),
    kind: "key",
    levels: ONE_LEVEL,
    object: "a statement",
    words: /it holds another key than/,
  },
  {
    what: "bytes follow on a signature",
    tamper: (store) => change(store, signatureName(digest(3)), (bytes) => Buffer.concat([bytes, bytes])),
    kind: "signature",
    levels: ONE_LEVEL,
    object: digest(3),
    words: /not signed by key/,
  },
  {
    what: "a signature is altered",
    tamper: (store) => change(store, signatureName(digest(3)), flipped(5)),
    kind: "signature",
    levels: ONE_LEVEL,
    object: digest(3),
    words: /not signed by key/,
  },
  {
    what: "a signature is missing",
    tamper: (store) => store.remove(signatureName(digest(2))),
    kind: "missing",
    levels: ONE_LEVEL,
    object: signatureName(digest(2)),
    words: /is not the last digest/,
  },
  {
    what: "a digest is signed by a key of somebody else, which lies there too",
    tamper: async (store) => {
      const thief = newKey();
      await signAnew(store, 3, (said) => ({ ...said, key: thief.fingerprint }), thief);
      await store.create(publicKeyName(thief.fingerprint), Buffer.from(thief.publicPem));
    },
    kind: "key",
    levels: ONE_LEVEL,
    object: digest(3),
    words: /no statement of key/,
  },
  {
    what: "the key is missing",
    tamper: (store) => store.remove(publicKeyName(KEY.fingerprint)),
    kind: "key",
    levels: ONE_LEVEL,
    object: digest(1),
    words: new RegExp(`its key "${publicKeyName(KEY.fingerprint)}" is missing`),
  },
  {
    what: "another key lies in its place",
    tamper: (store) => replace(store, publicKeyName(KEY.fingerprint), Buffer.from(newKey().publicPem)),
    kind: "key",
    levels: ONE_LEVEL,
    object: publicKeyName(KEY.fingerprint),
    words: /it holds another key/,
  },
  {
    what: "the key is written otherwise",
    tamper: (store) =>
      change(store, publicKeyName(KEY.fingerprint), (bytes) => Buffer.concat([bytes, Buffer.from("\n")])),
    kind: "altered",
    levels: ONE_LEVEL,
    object: publicKeyName(KEY.fingerprint),
    words: /in other bytes/,
  },
  {
    what: "the whole vault is of another key than the one that was kept",
    tamper: () => Promise.resolve(),
    kind: "key",
    levels: ONE_LEVEL,
    object: digest(1),
    words: /no statement leads from the key that was given/,
    options: () => Promise.resolve({ trust: { fingerprints: new Set([newKey().fingerprint]), keys: [] } }),
  },
  {
    what: "the newest end is cut off, with all that it names",
    tamper: (store) => cutEnd(store),
    kind: "end",
    levels: ONE_LEVEL,
    object: digest(3),
    words: /the newest end was cut off/,
    options: KEPT,
  },
  {
    what: "the newest digest was written anew by whoever has the key",
    tamper: (store) =>
      signAnew(store, 3, (said) => ({ ...said, window: { ...said.window, to: said.window.to.replace("T12", "T13") } })),
    kind: "end",
    levels: ONE_LEVEL,
    object: digest(3),
    words: /history was written anew/,
    options: KEPT,
  },
  {
    what: "the newest digest has lost its signature",
    tamper: (store) => store.remove(signatureName(digest(3))),
    kind: "end",
    levels: ONE_LEVEL,
    object: digest(3),
    words: /lost its signature/,
    options: KEPT,
  },
  {
    what: "a digest says other totals than its manifests",
    tamper: (store) =>
      signAnew(store, 3, (said) => ({ ...said, totals: { ...said.totals, lines: said.totals.lines + 1 } })),
    kind: "figures",
    object: digest(3),
    words: /the total "lines" is not what its manifests come to/,
  },
  {
    what: "a manifest was sealed and signed with counts that its lines do not give",
    tamper: (store) =>
      sealFalsely(store, (manifest) => ({ ...manifest, counts: { ...manifest.counts, events: { git_push: 999 } } })),
    kind: "figures",
    object: "a manifest",
    words: /count of git_push/,
    levels: ["full"],
  },
  {
    what: "a manifest was sealed and signed with figures that do not add up",
    tamper: (store) => sealFalsely(store, (manifest) => ({ ...manifest, lines: manifest.lines + 1 })),
    kind: "figures",
    object: "a manifest",
    words: /lines are not the rows of its segments/,
  },
  {
    what: "a manifest was sealed and signed with an event more in an hour, and a line less without",
    tamper: (store) =>
      sealFalsely(
        store,
        ofFirstHour((hour) => ({ counted: hour.counted + 1, eventless: hour.eventless - 1 })),
      ),
    kind: "figures",
    object: "a manifest",
    words: /counted/,
    levels: ["full"],
  },
  {
    what: "a manifest was sealed and signed with other lanes",
    tamper: (store) =>
      sealFalsely(store, (manifest) => ({
        ...manifest,
        lanes: { ...manifest.lanes, line: manifest.lines - 1, blob: 1 },
      })),
    kind: "figures",
    object: "a manifest",
    words: /lane/,
    levels: ["full"],
  },
  {
    what: "there is no digest at all",
    tamper: (store) => removeAll(store, (name) => name.includes("/digest/")),
    kind: "no_digest",
    object: `vault/v1/${STREAM}/digest/`,
    words: /no signed digest at all/,
  },
  {
    what: "there is nothing at all",
    tamper: (store) => removeAll(store, () => true),
    kind: "no_digest",
    object: "vault/",
    words: /no digest at all/,
  },
  {
    what: "there is nothing at all, and a digest was kept",
    tamper: (store) => removeAll(store, () => true),
    kind: "end",
    object: "vault/",
    words: /digest 3, which was kept, is not there, and no stream is: all was removed/,
    options: KEPT,
  },
  ...extras([
    ["a segment that no attempt wrote", `${FOLDER}000001-90001.ndjson.zst`],
    ["a segment that the attempt of the manifest did not write", `${FOLDER}000001-10099.ndjson.zst`],
    ["a segment by a second name of its plan", `${FOLDER}0000001-10001.ndjson.zst`],
    ["a segment of an hour that no day has", `${FOLDER.replace(/\d\d\/$/, "24/")}000001-10001.ndjson.zst`],
    ["a digest by a second name of its number", `vault/v1/${STREAM}/digest/000000001.json`],
    ["a digest before the first one", `vault/v1/${STREAM}/digest/00000000.json`],
    ["a file in a folder among the digests", `vault/v1/${STREAM}/digest/00000001.json/x`],
    ["a stream by a name in capitals", `vault/v1/${STREAM.toUpperCase()}/2020-12-22/00/000001.manifest.json`],
    ["a manifest that is none", `${FOLDER}000009.manifest.json`],
    ["a file beside the segments", `${FOLDER}notes.txt`],
    ["a file in the day", `${FOLDER.replace(/[^/]*\/$/, "")}notes.txt`],
    ["a file beside the days", `vault/v1/${STREAM}/notes.txt`],
    ["a file among the digests", `vault/v1/${STREAM}/digest/notes.txt`],
    ["a file among the keys", "vault/v1/keys/notes.txt"],
    ["a file beside the streams", "vault/v1/notes.txt"],
    ["a file beside the vault's version", "vault/notes.txt"],
  ]),
  {
    what: "there is a copy of a manifest by a second name of its plan",
    tamper: async (store) => store.create(`${FOLDER}0000001.manifest.json`, await bytesIn(store, MANIFEST)),
    kind: "extra",
    levels: ONE_LEVEL,
    object: `${FOLDER}0000001.manifest.json`,
    words: /it is extra: no digest names it/,
  },
  {
    what: "there is a vault of a newer format",
    tamper: (store) => store.create("vault/v2/local/x", Buffer.from("x")),
    kind: "extra",
    object: "vault/v2/",
    words: /format version 2 is not known to this program \(hint: use a newer logtally\)/,
  },
  {
    what: "a digest is of a newer format",
    tamper: (store) =>
      change(store, digest(3), (bytes) => Buffer.from(bytes.toString().replace('"format":1', '"format":2'))),
    kind: "altered",
    object: digest(3),
    words: /it is of format 2: use a newer logtally/,
  },
];

function extras(names: readonly (readonly [what: string, name: string])[]): Tampering[] {
  return names.map(([what, name]) => ({
    what: `there is ${what}`,
    tamper: (store) => store.create(name, Buffer.from("{}")),
    kind: "extra",
    levels: ONE_LEVEL,
    object: name,
    words: /extra|no digest has such a name/,
  }));
}

async function cutEnd(store: Store): Promise<void> {
  const { objects } = JSON.parse((await bytesIn(store, digest(3))).toString()) as Digest;
  for (const { name } of objects) await store.remove(name);
  await removeAll(store, (name) => name.includes("/digest/00000003."));
}

/** A fourth round, whose last manifest says something else before it is signed. */
async function sealFalsely(store: Store, how: (manifest: Manifest) => Manifest): Promise<void> {
  await addLines(store, 4);
  await writeLines(store, ["one more line push"], [300], STREAM);
  const last = (await seal(store, { spanHours: 6, overHour: Number.MAX_SAFE_INTEGER })).at(-1);
  const bytes = await bytesIn(store, last?.name ?? "");
  await replace(store, last?.name ?? "", manifestBytes(how(JSON.parse(bytes.toString()) as Manifest)));
  await sign(store, KEY, 4);
}

const ofFirstHour =
  (how: (figures: HourFigures) => Partial<HourFigures>) =>
  (manifest: Manifest): Manifest => {
    const [[hour, figures] = ["", {} as HourFigures]] = Object.entries(manifest.by_hour);
    return { ...manifest, by_hour: { ...manifest.by_hour, [hour]: { ...figures, ...how(figures) } } };
  };

/** Names that each run makes anew. */
const SOME: Readonly<Record<string, unknown>> = {
  "a manifest": expect.stringContaining(".manifest.json"),
  "a statement": expect.stringContaining(".statement.json"),
};

describe.each(LEVELS)("at level %s", (level) => {
  it("an untouched vault is proved, every byte of it read once", async () => {
    const verdict = await verify(ORIGINAL.store, level);
    expect(verdict).toMatchObject({ findings: [], unproven: [] });
    const lines = ORIGINAL.plans.reduce((sum, { manifest }) => sum + manifest.lines, 0);
    const names = (await namesIn(ORIGINAL.store, `vault/v1/${STREAM}/`)).filter((name) => !name.includes("/digest/"));
    expect(verdict.streams).toMatchObject([{ objects: names.length, lines, bytes: verdict.totalBytes }]);
    if (level === "hashes") expect(verdict.bytes).toBe(verdict.totalBytes);
  });

  it.each(TAMPERINGS.filter(({ levels = LEVELS }) => levels.includes(level)))(
    "tells where $what",
    async ({ tamper, kind, object, words, options }) => {
      const store = await copyOf(ORIGINAL.store);
      await tamper(store);
      const { findings } = await verify(store, level, await options?.(ORIGINAL.store));
      const expected = SOME[object] ?? object;
      expect(findings[0]).toMatchObject({ kind, object: expected, what: expect.stringMatching(words) });
    },
  );
});

it("whose bytes an object has is told, where they are those of another one of its day", async () => {
  const store = await copyOf(ORIGINAL.store);
  const bytes = await bytesIn(store, OTHER_LINES);
  await replace(store, LINES, bytes);
  // Of the same length, as it could be.
  await signAnew(store, 1, (said) => ({
    ...said,
    objects: said.objects.map((object) => (object.name === LINES ? { ...object, size_bytes: bytes.length } : object)),
  }));
  const what = `it holds the bytes of "${OTHER_LINES}", by their SHA-256`;
  const { findings } = await verify(store, "hashes");
  expect(findings).toContainEqual(expect.objectContaining({ kind: "altered", object: LINES, what }));
});

it("everything that is wrong is told, and not only the first thing", async () => {
  const store = await copyOf(ORIGINAL.store);
  await store.remove(LINES);
  await change(store, OTHER_LINES, flipped(9));
  await change(store, digest(3), (bytes) => bytes.subarray(1));
  await store.create(`${FOLDER}notes.txt`, Buffer.from("x"));
  const { findings } = await verify(store, "hashes");
  expect(findings.map(({ kind }) => kind).toSorted()).toEqual(["altered", "altered", "extra", "missing"]);
});

it("nothing more is told of what a digest names that cannot be trusted", async () => {
  const store = await copyOf(ORIGINAL.store);
  await change(store, signatureName(digest(2)), flipped(7));
  for (const level of LEVELS) {
    const { findings, unproven } = await verify(store, level);
    expect(findings).toMatchObject([{ kind: "signature", object: digest(2) }]);
    expect(unproven.length).toBeGreaterThan(3);
    for (const { why } of unproven) expect(why).toBe(`only "${digest(2)}" names it, which has no good signature`);
  }
});

describe("holes of other validators", () => {
  const verdictOf = async (tamper: (store: Store) => Promise<unknown>, options: Partial<VerifyOptions> = {}) => {
    const store = await copyOf(ORIGINAL.store);
    await tamper(store);
    return (await verify(store, "hashes", options)).findings.length;
  };

  it.each<[string, (store: Store) => Promise<unknown>]>([
    ["no digest is found", (store) => removeAll(store, (name) => name.includes("/digest/"))],
    ["there is a gap", (store) => removeAll(store, (name) => name.includes("/digest/00000002."))],
    ["there is a file that nobody wrote", (store) => store.create(`${FOLDER}x.ndjson.zst`, Buffer.from("x"))],
    [
      "the hash of the digest before is another one",
      (store) =>
        signAnew(store, 3, (said) => ({
          ...said,
          previous: said.previous === null ? null : { ...said.previous, sha256: "0".repeat(64) },
        })),
    ],
    ["the meta of two spans are exchanged", (store) => swap(store, META, OTHER_META)],
    ["bytes follow on what is decompressed", (store) => change(store, LINES, (bytes) => Buffer.concat([bytes, bytes]))],
  ])("are not here: it fails where %s", async (_what, tamper) => {
    expect(await verdictOf(tamper)).toBeGreaterThan(0);
  });

  it("are not here: it fails where the newest digests were removed, by the digest that was kept", async () => {
    expect(await verdictOf(cutEnd)).toBe(0);
    expect(await verdictOf(cutEnd, await KEPT(ORIGINAL.store))).toBe(1);
  });

  it("are not here: a copy of the vault alone is enough", async () => {
    const copy = await copyOf(ORIGINAL.store, (name) => name.startsWith("vault/"));
    expect(await verify(copy, "full")).toMatchObject({ findings: [], unproven: [] });
  });
});

it("of a copy that is half there each missing object is named", async () => {
  const names = await namesIn(ORIGINAL.store, "vault/");
  const half = new Set(
    names.filter((name, index) => index % 2 === 0 || name.includes("/digest/") || name.includes("/keys/")),
  );
  const { findings } = await verify(await copyOf(ORIGINAL.store, (name) => half.has(name)), "hashes");
  const missing = findings.filter(({ kind }) => kind === "missing").map(({ object }) => object ?? "");
  expect(missing.toSorted()).toEqual(names.filter((name) => !half.has(name)));
});
