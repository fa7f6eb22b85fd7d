/**
 * Goal: a proof holds by the words of its page alone: every line of an archive has one, and nothing else is one.
 * Method: `check_proof.py`, which shares nothing with the program, beside the program's own check, on the proofs of all
 * lines of an archive with lines of all lanes, of before and after a change of the key, and on altered ones.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { changeKey } from "../../src/archive/digest/key-change.ts";
import { signStream } from "../../src/archive/digest/sign.ts";
import { parseVerifyingKey } from "../../src/archive/digest/signing-key.ts";
import { checkProof } from "../../src/archive/proof/check-proof.ts";
import { IoError } from "../../src/core/fault.ts";
import { linesOfAllKinds, provedLine, signedArchive } from "../archive/proof-archive.ts";
import { putObject, walObjects } from "../archive/sample-archive.ts";
import { newKey, signing } from "../archive/sample-signing.ts";
import { sealAll } from "../archive/sample-vault.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { type Outcome, start, succeeds } from "../cli/logtally.ts";
import { SAMPLE_MS, sampleLine } from "../segment/sample-line.ts";

const PROGRAM = join(import.meta.dirname, "check_proof.py");
const HAS_PYTHON = succeeds("python3", ["--version"]) && succeeds("openssl", ["version"]);

/** Checks the proofs by the other program. */
async function checkedApart(publicPem: string, proofs: readonly Buffer[]): Promise<Outcome> {
  const folder = await tempFolder();
  const key = join(folder, "key.pub");
  await writeFile(key, publicPem);
  const paths = proofs.map((_, index) => join(folder, `${index}.json`));
  for (const [index, bytes] of proofs.entries()) await writeFile(paths[index] ?? "", bytes);
  return start("python3", [PROGRAM, key, ...paths]).ended;
}

// Who has neither Python nor OpenSSL at hand can still run all other tests; on CI both are there.
describe.skipIf(!HAS_PYTHON && process.env["CI"] === undefined)("a proof, by the word of its page", () => {
  it("holds for every line of an archive with lines of all lanes", async () => {
    const lines = linesOfAllKinds();
    const { store, key } = await signedArchive(lines);
    const proofs: Buffer[] = [];
    for (const line of lines) proofs.push((await provedLine(store, line)).bytes);
    const { code, stdout, stderr } = await checkedApart(key.publicPem, proofs);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const expected = lines.map(({ hash, id, start, end }) => {
      const follows = id.endsWith(hash.slice(0, 24)) ? "True" : "False";
      return `${hash} ${id} ${follows} ${end - start}`;
    });
    expect(stdout.trimEnd().split("\n")).toEqual(expected);
  });

  it("holds with a key before the one that signed, by their statements, and with no other", async () => {
    const { store, key: first } = await signedArchive([sampleLine("old")]);
    const second = newKey();
    await changeKey(["local"], { ...signing(store, second), oldKey: first });
    const later = sampleLine("later", { timeMs: SAMPLE_MS + 3_600_000 });
    await putObject(store, [later], { sequence: 2 });
    await sealAll(store, await walObjects(store));
    await signStream("local", signing(store, second));
    const { bytes } = await provedLine(store, later);
    for (const key of [first, second]) {
      expect(await checkedApart(key.publicPem, [bytes])).toMatchObject({ code: 0, stderr: "" });
    }
    const stranger = await checkedApart(newKey().publicPem, [bytes]);
    expect(stranger).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("not trusted") });
  });

  it("does not hold where one byte of it is another, as the program says too", async () => {
    const line = linesOfAllKinds()[1] ?? sampleLine("none");
    const { store, key } = await signedArchive(linesOfAllKinds());
    const { bytes } = await provedLine(store, line);
    const step = Math.ceil(bytes.length / 150);
    const altered = Array.from({ length: Math.floor(bytes.length / step) }, (_, n) => {
      const copy = Buffer.from(bytes);
      copy[n * step] = (copy[n * step] ?? 0) ^ 1;
      return copy;
    });
    const { code, stdout, stderr } = await checkedApart(key.publicPem, altered);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr.trimEnd().split("\n")).toHaveLength(altered.length);
    for (const each of altered) {
      expect(() => checkProof("p", each, parseVerifyingKey(key.publicPem))).toThrow(IoError);
    }
  });

  it("is refused where it is another version", async () => {
    const { store, key } = await signedArchive([sampleLine("a")]);
    const { bytes } = await provedLine(store, sampleLine("a"));
    const newer = Buffer.from(bytes.toString("utf8").replace('"format":1', '"format":2'));
    const { stderr } = await checkedApart(key.publicPem, [newer]);
    expect(stderr).toContain("another format");
    // The program and the page share no code.
    expect(await readFile(PROGRAM, "utf8")).not.toContain("logtally.js");
  });
});
