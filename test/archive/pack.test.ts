/**
 * Goal: a pack holds each sealed and signed line that matches, and what proves it once; nothing that was altered, added,
 * removed or exchanged in it holds.
 * Method: packs of archives in memory, held against the lines that were put there; then every file of a pack altered,
 * removed, doubled and moved.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changeKey } from "../../src/archive/digest/key-change.ts";
import { signStream } from "../../src/archive/digest/sign.ts";
import { parseVerifyingKey, type VerifyingKey } from "../../src/archive/digest/signing-key.ts";
import { type FoundLines, foundLinesBytes } from "../../src/archive/pack/found-lines.ts";
import { createFilesSum } from "../../src/archive/pack/pack-files.ts";
import { type PackReport, reportBytes, reportText } from "../../src/archive/pack/pack-report.ts";
import { TAR_END, type TarEntry, tarEntries, tarEntry } from "../../src/archive/pack/tar.ts";
import { disproving } from "../../src/archive/proof/check-proof.ts";
import { IoError } from "../../src/core/fault.ts";
import type { Line } from "../../src/core/line.ts";
import { DAY_MS, HOUR_MS } from "../../src/core/units.ts";
import { bytesOf, SAMPLE_MS, sampleLine } from "../segment/sample-line.ts";
import { checked, packed } from "./packed.ts";
import { linesOfAllKinds, provedLine, signedArchive } from "./proof-archive.ts";
import { putObject, walObjects } from "./sample-archive.ts";
import { bytesIn, namesIn, newKey, replace, signing } from "./sample-signing.ts";
import { sealAll } from "./sample-vault.ts";

const LINES = linesOfAllKinds();
const archive = await signedArchive(LINES);
const whole = await packed(archive.store);
/** Without what is another in each run. */
const NAMED = whole.entries.map(({ name }) => [name.replace(archive.key.fingerprint, "KEY"), name] as const);

/** The lines in a pack, in order of bytes. */
function linesIn(entries: readonly TarEntry[]): string[] {
  const files = entries.filter(({ name }) => name.endsWith(".ndjson"));
  return files.flatMap(({ bytes }) => bytes.toString("latin1").split("\n").slice(0, -1)).toSorted();
}

const textsOf = (lines: readonly Line[]): string[] => lines.map((line) => bytesOf(line).toString("latin1")).toSorted();

function refusal(entries: readonly TarEntry[], key: VerifyingKey = archive.trusted): string {
  try {
    checked(entries, key);
  } catch (error) {
    if (!(error instanceof IoError)) throw error;
    expect(error.message).toMatch(/^check proof "e\.tar\.gz": [^\n]+$/);
    return error.message;
  }
  throw new Error("it holds");
}

const with_ = (name: string, bytes: Buffer): TarEntry[] =>
  whole.entries.map((entry) => (entry.name === name ? { name, bytes } : entry));

/** The pack with a report that says what its files are, as whoever forges one would write it. */
const withReport = (entries: readonly TarEntry[], change: (report: PackReport) => Partial<PackReport>): TarEntry[] => {
  const files = entries.filter(({ name }) => !name.startsWith("report."));
  const sum = createFilesSum();
  for (const file of files) sum.add(file);
  const report = { ...whole.report, files_sha256: sum.take() };
  const said = { ...report, ...change(report) };
  return [
    ...files,
    { name: "report.json", bytes: reportBytes(said) },
    { name: "report.txt", bytes: Buffer.from(reportText(said)) },
  ];
};

describe("a pack", () => {
  it("holds every line of the archive, each proved, and what proves them once", () => {
    expect(linesIn(whole.entries)).toEqual(textsOf(LINES));
    const { report, idsProved } = checked(whole.entries, archive.trusted);
    expect(report).toEqual(whole.report);
    expect(report).toMatchObject({ lines: LINES.length, not_signed: 0, not_sealed: 0 });
    expect(report.line_bytes).toBe(LINES.reduce((total, line) => total + bytesOf(line).length, 0));
    expect(idsProved).toBe(LINES.filter(({ id, hash }) => id.endsWith(hash.slice(0, 24))).length);
    const names = whole.entries.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => /digest\/.*json$/.test(name))).toHaveLength(1);
    expect(report.segments.map(({ rows }) => rows).reduce((a, b) => a + b)).toBe(LINES.length);
  });

  it("holds what a query asks for, and tells what it has searched", async () => {
    const isEven = ({ bytes }: { readonly bytes: Buffer }): boolean => bytes.length % 2 === 0;
    const spans = [
      [null, null],
      [SAMPLE_MS, SAMPLE_MS + HOUR_MS],
      [SAMPLE_MS + 1, null],
      [null, SAMPLE_MS],
    ] as const;
    for (const [sinceMs, untilMs] of spans) {
      const { entries, report } = await packed(archive.store, {
        sinceMs,
        untilMs,
        matches: ({ buffer, start, end }) => isEven({ bytes: buffer.subarray(start, end) }),
      });
      const expected = LINES.filter(
        (line) =>
          isEven({ bytes: bytesOf(line) }) &&
          ((sinceMs === null && untilMs === null) ||
            (line.timeMs !== null && line.timeMs >= (sinceMs ?? 0) && line.timeMs < (untilMs ?? Number.MAX_VALUE))),
      );
      expect(linesIn(entries)).toEqual(textsOf(expected));
      expect(checked(entries, archive.trusted).report).toEqual(report);
      expect(report.segments.reduce((total, { found }) => total + found, 0)).toBe(expected.length);
    }
  });

  it("may hold no line, and says so", async () => {
    const { entries, report } = await packed(archive.store, { matches: () => false });
    expect(entries.map(({ name }) => name)).toEqual(["README.md", "report.json", "report.txt"]);
    expect(report.segments.length).toBeGreaterThan(1);
    expect(checked(entries, archive.trusted)).toEqual({ report, idsProved: 0 });
  });

  it("leaves out what is not signed or not sealed, and says how many lines that are", async () => {
    const { store, trusted } = await signedArchive([sampleLine("signed")]);
    await putObject(store, [sampleLine("sealed", { timeMs: SAMPLE_MS + HOUR_MS })], { sequence: 2 });
    await sealAll(store, await walObjects(store));
    await putObject(store, [sampleLine("one"), sampleLine("two")], { sequence: 3 });
    const { entries, report } = await packed(store);
    expect(report).toMatchObject({ lines: 1, not_signed: 1, not_sealed: 2 });
    expect(linesIn(entries)).toEqual(["signed"]);
    expect(checked(entries, trusted).report).toEqual(report);
    expect(entries.at(-1)?.bytes.toString("utf8")).toContain("2 lines that match and are not sealed yet");
  });

  it("has the keys and statements of all its digests, also of several streams", async () => {
    const { store, key: first } = await signedArchive([sampleLine("old")]);
    await putObject(store, [sampleLine("of another", { timeMs: SAMPLE_MS })], { stream: "other" });
    await sealAll(store, await walObjects(store, "other"));
    await signStream("other", signing(store, first));
    const second = newKey();
    await changeKey(["local", "other"], { ...signing(store, second), oldKey: first });
    await putObject(store, [sampleLine("new", { timeMs: SAMPLE_MS + HOUR_MS })], { sequence: 2 });
    await sealAll(store, await walObjects(store, "local"));
    await signStream("local", signing(store, second));
    const { entries, report } = await packed(store);
    expect(report.digests.map(({ key }) => key).toSorted()).toEqual(
      [first.fingerprint, first.fingerprint, second.fingerprint].toSorted(),
    );
    expect(checked(entries, parseVerifyingKey(first.publicPem)).report.lines).toBe(3);
    expect(refusal(entries, parseVerifyingKey(second.publicPem))).toMatch(/not signed by key/);
    const statement = entries.find(({ name }) => name.endsWith("statement.sig"));
    const forged = entries.map((entry) => (entry === statement ? { ...entry, bytes: Buffer.alloc(64) } : entry));
    expect(refusal(forged, parseVerifyingKey(first.publicPem))).toMatch(/is not signed by that/);
  });

  it("is not made of a segment that holds together and is not the one that was signed", async () => {
    const { store } = await signedArchive([sampleLine("honest")]);
    const forged = await signedArchive([sampleLine("forger")]);
    const name = (await packed(store)).report.segments[0]?.segment ?? "";
    await replace(store, name, await bytesIn(forged.store, name));
    await expect(packed(store)).rejects.toThrow(/do not lead to the Merkle root/);
    await expect(provedLine(store, { ...sampleLine("honest"), hash: null })).rejects.toThrow(/Merkle root/);
  });

  it("is not made where a manifest was signed that may have such lines, and is gone", async () => {
    const { store } = await signedArchive([
      sampleLine("here"),
      sampleLine("gone", { timeMs: SAMPLE_MS + HOUR_MS }),
      sampleLine("of another day", { timeMs: SAMPLE_MS + 2 * DAY_MS }),
    ]);
    const manifests = (await namesIn(store, "vault/v1/local/20")).filter((name) => name.endsWith(".manifest.json"));
    expect(manifests).toHaveLength(3);
    const gone = manifests[1] ?? "";
    await store.remove(gone);
    await expect(packed(store)).rejects.toThrow(`"${gone}": it is missing`);
    const before = await packed(store, { untilMs: SAMPLE_MS + 1 });
    expect(linesIn(before.entries)).toEqual(["here"]);
    // Nothing else tells that a stream ever had lines.
    for (const name of await namesIn(store, "vault/v1/local/20")) await store.remove(name);
    await expect(packed(store)).rejects.toThrow(/manifest\.json": it is missing/);
  });

  it("is not made of an archive whose manifest is not the one that was signed", async () => {
    const { store } = await signedArchive([sampleLine("a")]);
    const { entries } = await packed(store);
    const manifest = entries.find(({ name }) => name.endsWith("manifest.json"));
    const altered = manifest?.bytes.toString("utf8").replace('"program":"0.0.0"', '"program":"0.0.1"') ?? "";
    await replace(store, manifest?.name ?? "", Buffer.from(altered));
    await expect(packed(store)).rejects.toThrow(/its SHA-256 is/);
  });
});

describe("a pack does not hold", () => {
  it.each(NAMED)("once a byte of %s is another", (_title, name) => {
    const { bytes } = whole.entries.find((entry) => entry.name === name) ?? { bytes: Buffer.alloc(0) };
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, bits) => {
        const altered = Buffer.from(bytes);
        altered[at] = (altered[at] ?? 0) ^ bits;
        expect(refusal(with_(name, altered))).not.toBe("");
      }),
      { numRuns: 10 },
    );
  });

  it.each(NAMED)("without %s", (_title, name) => {
    expect(refusal(whole.entries.filter((entry) => entry.name !== name))).not.toBe("");
  });

  it.each(NAMED)("with %s twice", (_title, name) => {
    const entry = whole.entries.filter((each) => each.name === name);
    expect(refusal([...whole.entries, ...entry])).not.toBe("");
  });

  it("with a file that belongs to no pack, or in another order", () => {
    expect(refusal([{ name: "notes.txt", bytes: Buffer.from("x") }, ...whole.entries])).toMatch(
      /"notes.txt" is no part/,
    );
    const behind = [...whole.entries, { name: "vault/v1/keys/x", bytes: Buffer.alloc(1) }];
    expect(refusal(behind)).toMatch(/"vault\/v1\/keys\/x" is no part/);
    const stranger = { name: `vault/v1/keys/${newKey().fingerprint}.pub`, bytes: Buffer.from(newKey().publicPem) };
    expect(refusal([stranger, ...whole.entries])).toMatch(/holds another key/);
    const key = newKey();
    const own = { name: `vault/v1/keys/${key.fingerprint}.pub`, bytes: Buffer.from(key.publicPem) };
    expect(refusal([own, ...whole.entries])).toMatch(/of which nothing in it speaks/);
    expect(refusal(whole.entries.toReversed())).toMatch(/check proof/);
  });

  it("with another key", () => {
    expect(refusal(whole.entries, parseVerifyingKey(newKey().publicPem))).toMatch(/is not signed by key/);
  });

  it("where somebody has made a report anew that says less, more or other lines", () => {
    const json = whole.entries.find(({ name }) => name === "report.json")?.bytes.toString("utf8") ?? "";
    const report = JSON.parse(json) as PackReport;
    const saying = (said: PackReport): TarEntry[] => withReport(whole.entries, () => said);
    expect(checked(saying(report), archive.trusted).report).toEqual(report);
    const [first] = report.segments;
    for (const said of [
      { ...report, lines: report.lines + 1 },
      { ...report, segments: report.segments.slice(1) },
      { ...report, segments: [...report.segments, ...report.segments.slice(0, 1)] },
      { ...report, segments: report.segments.map((each) => (each === first ? { ...each, found: 0 } : each)) },
      { ...report, digests: [] },
    ]) {
      expect(refusal(saying(said))).toMatch(/says something else than the pack holds/);
    }
    expect(refusal(saying({ ...report, format: 2 as 1 }))).toMatch(/not of format 1/);
  });

  it("where what was asked is written so that the report for people seems to say something else", () => {
    const lie = "\u001b[2J\n\nWhat was found\n  lines           9000";
    const { query } = whole.report;
    const asking = (said: Partial<PackReport["query"]>): TarEntry[] =>
      withReport(whole.entries, () => ({ query: { ...query, ...said } }));
    for (const name of ["catalogue", "program", "asked_at"] as const) {
      expect(refusal(asking({ [name]: `${query[name]}${lie}` }))).toContain(`"query.${name}" is not`);
    }
    const quoted = asking({ archive: lie, text: lie, fields: [lie] });
    expect(checked(quoted, archive.trusted).report.query.archive).toBe(lie);
    const text = quoted.find(({ name }) => name === "report.txt")?.bytes.toString("utf8") ?? "";
    expect(text).not.toMatch(/[^\n\x20-\x7e\u00e9]/);
    expect(text.split("\n").filter((line) => line === "What was found")).toHaveLength(1);
  });

  it("where lines were exchanged, one of them left out, or there twice", () => {
    const paths = whole.entries.find(({ name }) => /undated.*paths\.json$/.test(name));
    const found = JSON.parse(paths?.bytes.toString("utf8") ?? "") as FoundLines;
    const altered = (change: Partial<FoundLines>, lines: (text: string) => string = (text) => text): TarEntry[] => {
      const name = paths?.name.replace(".paths.json", ".ndjson");
      const entries = whole.entries.map((entry) => {
        if (entry === paths) return { ...entry, bytes: foundLinesBytes({ ...found, ...change }) };
        return entry.name === name ? { ...entry, bytes: Buffer.from(lines(entry.bytes.toString("utf8"))) } : entry;
      });
      return withReport(entries, () => ({}));
    };
    expect(checked(altered({}), archive.trusted).report.lines).toBe(LINES.length);
    const [first, ...others] = found.lines;
    if (first === undefined || others.length === 0) throw new Error("too few lines");
    expect(refusal(altered({ lines: others }))).toMatch(/is not one of/);
    expect(refusal(altered({ lines: found.lines.slice(0, -1) }))).toMatch(/has other lines/);
    expect(refusal(altered({ lines: [...found.lines, ...found.lines.slice(-1)] }))).toMatch(/has fewer lines/);
    const twice = altered({ lines: [first, ...found.lines] }, (text) => `${text.split("\n")[0]}\n${text}`);
    expect(refusal(twice)).toMatch(/there twice/);
    const swapped = altered({ lines: found.lines.toReversed() }, (text) =>
      text
        .split("\n")
        .slice(0, -1)
        .toReversed()
        .map((line) => `${line}\n`)
        .join(""),
    );
    expect(refusal(swapped)).toMatch(/order of rows/);
    expect(refusal(altered({ block: found.block + 1 }))).toMatch(/belongs elsewhere/);
    expect(refusal(altered({ first_row: 1000 }))).toMatch(/place of the line is none/);
  });

  it("without the lines that a manifest of it proves", () => {
    const left = whole.entries.filter(({ name }) => !name.startsWith("lines/local/undated"));
    const lines = whole.entries.find(({ name }) => /undated.*ndjson$/.test(name))?.bytes.toString("latin1") ?? "";
    const rows = lines.split("\n").length - 1;
    const forged = withReport(left, (report) => ({
      lines: report.lines - rows,
      line_bytes: report.line_bytes - lines.length + rows,
      segments: report.segments.map((each) => (each.segment.includes("undated") ? { ...each, found: 0 } : each)),
    }));
    expect(refusal(forged)).toMatch(/undated.*manifest\.json" is in it, and proves no line of it/);
  });
});

describe("the tar of a pack", () => {
  const refuse = disproving("x.tar");
  const inPieces = async function* (bytes: Buffer, size: number): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  };
  const read = (bytes: Buffer, size = 700, most = 10_000): Promise<TarEntry[]> =>
    Array.fromAsync(tarEntries(inPieces(bytes, size), most, refuse));

  it("gives back what was put in, however it comes", async () => {
    const part = fc.stringMatching(/^[a-z0-9.-]{1,40}$/);
    const name = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join("/"));
    const bytes = fc.uint8Array({ maxLength: 1500 }).map((content) => Buffer.from(content));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ name, bytes }), { maxLength: 5 }),
        fc.integer({ min: 1, max: 3000 }),
        async (entries, size) => {
          const tar = Buffer.concat([...entries.map(tarEntry), TAR_END]);
          expect(await read(tar, size)).toEqual(entries);
        },
      ),
      { numRuns: 100 },
    );
  });

  it("refuses what is cut, longer, or of another make", async () => {
    const tar = Buffer.concat([tarEntry({ name: "a", bytes: Buffer.from("b") }), TAR_END]);
    for (let length = 0; length < tar.length; length += 100) {
      await expect(read(tar.subarray(0, length))).rejects.toThrow(/cut/);
    }
    await expect(read(Buffer.concat([tar, Buffer.of(0)]))).rejects.toThrow(/put behind it/);
    await expect(read(tar, 700, 0)).rejects.toThrow(/more than any has/);
    for (let at = 0; at < tar.length; at += 1) {
      if (at === 512) continue;
      const altered = Buffer.from(tar);
      altered[at] = (altered[at] ?? 0) ^ 1;
      await expect(read(altered)).rejects.toThrow(IoError);
    }
  });

  it("has no file with a name that does not fit", () => {
    for (const name of ["", "é", "a b", "a".repeat(101), `${"a/".repeat(200)}b`]) {
      expect(() => tarEntry({ name, bytes: Buffer.alloc(0) })).toThrow(RangeError);
    }
  });
});
