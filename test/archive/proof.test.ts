/**
 * Goal: every sealed and signed line has a proof that holds with the public key alone, and nothing else holds: no other
 * bytes, no other place, no other key.
 * Method: archives in memory with lines of all lanes; proofs altered at each kind of part, and at bytes by chance.
 */
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, type Json } from "../../src/archive/canonical-json.ts";
import { changeKey } from "../../src/archive/digest/key-change.ts";
import { signStream } from "../../src/archive/digest/sign.ts";
import { parseVerifyingKey, type VerifyingKey } from "../../src/archive/digest/signing-key.ts";
import { checkProof } from "../../src/archive/proof/check-proof.ts";
import { MOST_PACKED_BYTES, type Proof, packed, proofBytes } from "../../src/archive/proof/proof.ts";
import { proveLine } from "../../src/archive/proof/prove-line.ts";
import { createMemoryStore } from "../../src/backends/memory/memory-store.ts";
import { IoError } from "../../src/core/fault.ts";
import type { ObjectStore } from "../../src/core/object-store.ts";
import { DAY_MS, HOUR_MS } from "../../src/core/units.ts";
import { bytesOf, SAMPLE_MS, sampleLine } from "../segment/sample-line.ts";
import { linesOfAllKinds, provedLine, signedArchive } from "./proof-archive.ts";
import { putObject, walObjects } from "./sample-archive.ts";
import { bytesIn, namesIn, newKey, seal, signing, writeLines } from "./sample-signing.ts";
import { sealAll } from "./sample-vault.ts";

const LINES = linesOfAllKinds();
const archive = await signedArchive(LINES);
const ONE = LINES[1] ?? sampleLine("none");
const proof = (await provedLine(archive.store, ONE)).bytes;

/** What is said of a proof that must not hold. */
function refusal(bytes: Buffer, key: VerifyingKey = archive.trusted): string {
  try {
    checkProof("p.json", bytes, key);
  } catch (error) {
    if (!(error instanceof IoError)) throw error;
    expect(error).toMatchObject({ code: "corrupt", message: expect.stringMatching(/^check proof "p\.json": [^\n]+$/) });
    return error.message;
  }
  throw new Error("it holds");
}

/** The proof as somebody else would have made it, who can also make the checksum. */
function forged(change: (proof: Proof) => Partial<Proof>, from: Buffer = proof): Buffer {
  const { sha256: _sha256, ...read } = JSON.parse(from.toString("utf8")) as Proof;
  return proofBytes({ ...read, ...change({ ...read, sha256: "" }) });
}

describe("a proof", () => {
  it.each(LINES.map((line) => [line.lane, line.hash.slice(0, 8), line] as const))(
    "holds for each line: lane %s, hash %s",
    async (_lane, _hash, line) => {
      const { bytes, proved } = await provedLine(archive.store, line);
      const checked = checkProof("p.json", bytes, archive.trusted);
      expect(checked).toEqual(proved);
      expect(checked.line.equals(bytesOf(line))).toBe(true);
      expect(checked).toMatchObject({ hash: line.hash, keyChanges: 0, key: archive.key.fingerprint });
      expect(checked.isIdProved).toBe(line.id.endsWith(line.hash.slice(0, 24)));
      expect(checked.stated.meta).toMatchObject({ id: line.id, lane: line.lane, log: line.log });
      expect(checked.digest).toMatchObject({ stream: "local", sequence: 1 });
      expect(checked.span.firstHour).toBe(line.hour);
      expect(bytes.length - Math.max(line.end, 0)).toBeLessThan(5000);
    },
  );

  it("is that of the line that stands, where nothing else is asked", async () => {
    const [one, two] = LINES.filter(({ buffer }) => buffer.includes("of two"));
    if (one === undefined || two === undefined) throw new Error("no conflict");
    const { proved, found } = await provedLine(archive.store, { id: one.id, hash: null });
    // Its id is made of its bytes.
    expect(proved.hash).toBe(one.hash);
    expect(found.variants).toEqual([one.hash, two.hash]);
    const other = await provedLine(archive.store, { id: one.id, hash: two.hash.slice(0, 8) });
    expect(other.proved).toMatchObject({ hash: two.hash, isIdProved: false });
    await expect(provedLine(archive.store, { id: one.id, hash: "0000" })).rejects.toThrow(/no variant .* 0000 .*has /);
  });

  it("does not hold once any byte of it is another", () => {
    fc.assert(
      fc.property(fc.nat({ max: proof.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, bits) => {
        const altered = Buffer.from(proof);
        altered[at] = (altered[at] ?? 0) ^ bits;
        expect(refusal(altered)).not.toBe("");
      }),
      { numRuns: 300 },
    );
  });

  it("does not hold once it is cut or longer", () => {
    for (const length of [0, 1, proof.length / 2, proof.length - 1]) {
      expect(refusal(proof.subarray(0, length))).toMatch(/hint: it was cut or altered/);
    }
    expect(refusal(Buffer.concat([proof, Buffer.from("\n")]))).toMatch(/not written as this program writes it/);
  });

  const zeros = "0".repeat(64);
  it.each<readonly [part: string, said: RegExp, change: (proof: Proof) => Partial<Proof>]>([
    ["its line", /the line is not one of .* Merkle root/, () => ({ line: { text: "another" } })],
    ["its line in two forms", /neither a text nor Base64/, () => ({ line: { text: "x", base64: "eA==" } })],
    ["the path of its line", /Merkle root/, ({ line_path: path }) => ({ line_path: path.with(0, zeros) })],
    ["a shorter path", /path of the line is not one/, ({ line_path: path }) => ({ line_path: path.slice(1) })],
    ["a path of a block", /path of the block is not one/, () => ({ block_path: [zeros] })],
    ["its row", /place of the line is none/, ({ place }) => ({ place: { ...place, row: 1000 } })],
    ["its hour", /is of another hour/, ({ meta }) => ({ meta: { ...meta, id: `00000001${meta.id.slice(8)}` } })],
    ["its segment", /does not name segment/, ({ segment }) => ({ segment: segment.replace("10001", "10002") })],
    [
      "its manifest",
      /was altered: its SHA-256/,
      ({ manifest }) => ({ manifest: { ...manifest, gzip: altered(manifest.gzip) } }),
    ],
    [
      "the name of its manifest",
      /does not name "vault/,
      ({ manifest }) => ({ manifest: { ...manifest, name: manifest.name.replace("000001", "000002") } }),
    ],
    ["its digest", /is not signed by key/, ({ digest }) => ({ digest: { ...digest, gzip: altered(digest.gzip) } })],
    [
      "the name of its digest",
      /is digest 1 of stream local/,
      ({ digest }) => ({ digest: { ...digest, name: digest.name.replace("1.json", "2.json") } }),
    ],
    ["its signature", /is not signed by key/, ({ digest }) => ({ digest: { ...digest, signature: "00".repeat(64) } })],
    ["its key", /is signed with key 0{16}/, () => ({ key: "0".repeat(16) })],
  ])("does not hold where somebody has exchanged %s", (_part, said, change) => {
    expect(refusal(forged(change))).toMatch(said);
  });

  it("says that its version is a newer one", () => {
    const newer = Buffer.from(
      canonicalJson({ ...(JSON.parse(proof.toString("utf8")) as Record<string, Json>), format: 2 }),
    );
    expect(refusal(newer)).toMatch(/not of format 1.*newer version of logtally/);
  });

  it("does not hold where what no signature covers was altered on the way", () => {
    const read = JSON.parse(proof.toString("utf8")) as Proof;
    const altered = canonicalJson({ ...read, meta: { ...read.meta, log: "sidekiq" } } as unknown as Json);
    expect(refusal(Buffer.from(altered))).toMatch(/beside the signed parts was altered/);
  });

  it("does not hold with another key, and says which ones", () => {
    const other = newKey();
    const said = refusal(proof, parseVerifyingKey(other.publicPem));
    expect(said).toContain(`signed with key ${archive.key.fingerprint}, and the one given is ${other.fingerprint}`);
  });

  it("is refused before it fills memory", () => {
    expect(refusal(Buffer.from(`{"format":1,"line":${"[".repeat(1_000_000)}`))).toMatch(/more parts/);
    expect(refusal(Buffer.from(`{"format":1,"keys":[${"0,".repeat(1_000_000)}`))).toMatch(/more parts/);
    const bomb = packed(Buffer.alloc(MOST_PACKED_BYTES + 1));
    expect(refusal(forged(({ digest }) => ({ digest: { ...digest, gzip: bomb } })))).toMatch(/the digest was altered/);
  });
});

describe("a proof after a change of the key", () => {
  it("holds with the new key, and with an old one by its statement", async () => {
    const { store, key: first } = await signedArchive([sampleLine("old")]);
    const [second, third] = [newKey(), newKey()];
    await changeKey(["local"], { ...signing(store, second), oldKey: first });
    await changeKey(["local"], { ...signing(store, third), oldKey: second });
    const later = sampleLine("later", { timeMs: SAMPLE_MS + HOUR_MS });
    await putObject(store, [later], { sequence: 2 });
    await sealAll(store, await walObjects(store));
    await signStream("local", signing(store, third));
    const { bytes } = await provedLine(store, later);
    for (const [changes, key] of [third, second, first].entries()) {
      const proved = checkProof("p.json", bytes, parseVerifyingKey(key.publicPem));
      expect(proved).toMatchObject({ key: third.fingerprint, keyChanges: changes });
    }
    expect(refusal(bytes, archive.trusted)).toMatch(/no statement in it leads there/);
    // A later key does not vouch for what was signed before it.
    const old = (await provedLine(store, sampleLine("old"))).bytes;
    expect(refusal(old, parseVerifyingKey(third.publicPem))).toMatch(/a later key does not vouch/);

    const trusted = parseVerifyingKey(first.publicPem);
    const exchanged = forged(
      ({ keys }) => ({ keys: keys.map((step) => ({ ...step, signature: "00".repeat(64) })) }),
      bytes,
    );
    expect(refusal(exchanged, trusted)).toMatch(/a statement that another key follows .* is not signed/);
    const without = forged(({ keys }) => ({ keys: keys.slice(0, 1) }), bytes);
    expect(refusal(without, trusted)).toMatch(/no statement in it leads there/);
  });

  it("does not hold for a digest that is earlier than the statement lets the key sign", async () => {
    const { store, key: first } = await signedArchive([sampleLine("old")]);
    const second = newKey();
    await changeKey(["local"], { ...signing(store, second), oldKey: first });
    const later = sampleLine("later", { timeMs: SAMPLE_MS + HOUR_MS });
    await putObject(store, [later], { sequence: 2 });
    await sealAll(store, await walObjects(store));
    await signStream("local", signing(store, second));
    const { bytes } = await provedLine(store, later);
    // Signed by the new key over what the old one signed.
    const { digest } = JSON.parse(bytes.toString("utf8")) as Proof;
    const text = gunzipSync(Buffer.from(digest.gzip, "base64"))
      .toString("utf8")
      .replace('"sequence":2', '"sequence":1');
    const signature = (await second.sign(Buffer.from(text))).toString("hex");
    const name = digest.name.replace("2.json", "1.json");
    const early = forged(() => ({ digest: { name, gzip: packed(Buffer.from(text)), signature } }), bytes);
    expect(refusal(early, parseVerifyingKey(first.publicPem))).toMatch(/signs later digests only/);
  });
});

describe("the digest of a manifest", () => {
  it.each([
    ["the first one that was written after it", { manifestMs: 15, digestMs: 10 }, ["2"]],
    ["found where a copy has lost all times", { manifestMs: 0, digestMs: 0 }, ["1", "2"]],
    ["found where a copy has the times of copying", { manifestMs: 99, digestMs: 1 }, ["3", "2"]],
  ])("is %s", async (_which, { manifestMs, digestMs }, expected) => {
    const { store, key } = await signedArchive([sampleLine("0")]);
    for (const hour of [1, 2]) {
      await putObject(store, [sampleLine(`${hour}`, { timeMs: SAMPLE_MS + hour * HOUR_MS })], { sequence: 1 + hour });
      await sealAll(store, await walObjects(store));
      await signStream("local", signing(store, key));
    }
    const read: string[] = [];
    const timed: ObjectStore = {
      ...store,
      async *list(prefix) {
        for await (const object of store.list(prefix)) {
          const sequence = Number(/digest\/0*(\d)\./.exec(object.name)?.[1] ?? 0);
          yield { ...object, createdAtMs: sequence > 0 ? sequence * digestMs : manifestMs };
        }
      },
      read(name, start, end) {
        if (name.includes("/digest/") && name.endsWith(".json")) read.push(name.slice(-6, -5));
        return store.read(name, start, end);
      },
    };
    const line = sampleLine("1", { timeMs: SAMPLE_MS + HOUR_MS });
    expect((await provedLine(timed, line)).proved.digest.sequence).toBe(2);
    expect(read).toEqual(expected);
  });
});

describe("a line that cannot be proved", () => {
  const wanted = { stream: null, preferred: "local", variant: null };

  it("is unknown, not sealed, or not signed", async () => {
    const store = createMemoryStore();
    const line = sampleLine("a of 0");
    expect(await proveLine(store, { ...wanted, id: line.id })).toEqual({ kind: "unknown" });
    const object = await writeLines(store, ["a"]);
    expect(await proveLine(store, { ...wanted, id: line.id })).toEqual({ kind: "not_sealed", object });
    expect(await proveLine(store, { ...wanted, id: sampleLine("b of 0").id })).toEqual({ kind: "unknown" });
    await seal(store);
    expect(await proveLine(store, { ...wanted, id: line.id })).toMatchObject({ kind: "not_signed" });
    const key = newKey();
    await signStream("local", signing(store, key));
    expect(await proveLine(store, { ...wanted, id: line.id })).toMatchObject({ kind: "proof" });
    await expect(proveLine(store, { ...wanted, id: line.id, stream: "other" })).rejects.toThrow(
      /stream "other" has no/,
    );
  });

  it.each<readonly [what: string, ending: string, said: RegExp, change: (bytes: Buffer) => Buffer | null]>([
    ["a key is missing", ".pub", /vault\/v1\/keys\/.*\.pub" is missing/, () => null],
    [
      "a segment is missing",
      "01.ndjson.zst",
      /10001\.ndjson\.zst": a manifest names it, and it is missing/,
      () => null,
    ],
    [
      "its meta is missing",
      ".meta.ndjson.zst",
      /10001\.meta\.ndjson\.zst": a manifest names it, and it is missing/,
      () => null,
    ],
    ["a segment is cut", "01.ndjson.zst", /10001\.ndjson\.zst": trailer/, (bytes) => bytes.subarray(0, 40)],
    ["a digest is of another version", "1.json", /00000001\.json": not of format 1/, newer],
    ["a manifest is of another version", ".manifest.json", /manifest\.json": not of format 1/, newer],
    [
      "a manifest was altered",
      ".manifest.json",
      /was altered: its SHA-256/,
      (bytes) => edited(bytes, '"0.0.0"', '"0.0.1"'),
    ],
    ["a digest was altered", "1.json", /is not signed by key/, (bytes) => edited(bytes, '"lines":1', '"lines":2')],
  ])("is told where %s", async (_what, ending, said, change) => {
    const { store } = await signedArchive([ONE]);
    const names: string[] = [];
    for await (const { name } of store.list("vault/")) if (name.endsWith(ending)) names.push(name);
    const [name = ""] = names;
    const bytes = change(Buffer.from(await bytesIn(store, name)));
    await store.remove(name);
    if (bytes !== null) await store.create(name, bytes);
    await expect(provedLine(store, ONE)).rejects.toThrow(said);
    await expect(provedLine(store, ONE)).rejects.toThrow(IoError);
  });

  it("is not called unknown where the manifest of its hour was signed, and is gone", async () => {
    const { store } = await signedArchive([ONE]);
    const [name = ""] = (await namesIn(store, "vault/")).filter((each) => each.endsWith(".manifest.json"));
    await store.remove(name);
    const proving = proveLine(store, { ...wanted, id: ONE.id });
    await expect(proving).rejects.toThrow(`"${name}": it is missing`);
    await expect(proving).rejects.toThrow(IoError);
    const elsewhere = sampleLine("of another day", { timeMs: SAMPLE_MS + DAY_MS });
    expect(await proveLine(store, { ...wanted, id: elsewhere.id })).toEqual({ kind: "unknown" });
  });

  it("is not signed as long as the signature of its digest is not there", async () => {
    const { store } = await signedArchive([ONE]);
    await store.remove("vault/v1/local/digest/00000001.sig");
    expect(await proveLine(store, { ...wanted, id: ONE.id })).toMatchObject({ kind: "not_signed" });
  });
});

/** The same object with another byte. */
function altered(gzip: string): string {
  const text = gunzipSync(Buffer.from(gzip, "base64")).toString("utf8");
  return packed(Buffer.from(text.replace('"format":1', '"format":2')));
}

function edited(bytes: Buffer, from: string, to: string): Buffer {
  const text = bytes.toString("utf8");
  expect(text).toContain(from);
  return Buffer.from(text.replace(from, to));
}

function newer(bytes: Buffer): Buffer {
  return edited(bytes, '"format":1', '"format":2');
}
