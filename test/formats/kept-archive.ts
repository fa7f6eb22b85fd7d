/**
 * A small archive as some version has written it, and what it answers to each question. Such archives are kept in
 * `fixtures/formats`, a folder for each version of the formats, and whatever is written later still reads them.
 */
import { execFile } from "node:child_process";
import { createPrivateKey } from "node:crypto";
import { copyFile, cp, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const CHECKOUT = join(import.meta.dirname, "../..");
const PROGRAM = join(CHECKOUT, "bin/logtally.js");
export const KEPT = join(CHECKOUT, "fixtures/formats");
const MOST_BYTES = 64 * 1024 * 1024;

/** In a kept archive's folder. */
export const PIPELINE = "pipeline.yaml";
const PROOF = "proof.json";
const PACK = "pack.tar.gz";
const PUBLIC_KEY = "key.pub";
const ANSWERS = "answers";

/** The catalogue lies beside, so that the counts of then do not change with the standard one. */
const PIPELINE_TEXT = `name: first
source: {kind: stdin}
archive: {kind: folder, path: archive}
catalogue: catalogue.yaml
pseudonym_key: {file: pseudonym.key}
`;
const PSEUDONYM_KEY = "0123456789abcdef".repeat(4);
const ALL_SPANS = ["--as-of", "2020-12-24", "--days", "3"];

/** What is asked, by the name of the file in which the answer is kept; in the folder of the archive. */
export const QUESTIONS: Readonly<Record<string, readonly string[]>> = {
  "counts.json": ["counts", PIPELINE, ...ALL_SPANS, "--json", "--evidence"],
  "counts-by-group.json": ["counts", PIPELINE, ...ALL_SPANS, "--by", "group", "--level", "identifiable", "--json"],
  "counts-by-user.json": ["counts", PIPELINE, ...ALL_SPANS, "--by", "user", "--json"],
  "find.ndjson": ["archive", "find", PIPELINE, "--since", "2020-12-22T09:30:00Z", "--until", "2020-12-22T09:35:00Z"],
  "find-event.ndjson": ["archive", "find", PIPELINE, "--event", "any", "--since", "2020-12-22T10:00:00Z", "--meta"],
  "find-unknown.ndjson": ["archive", "find", PIPELINE, "--log", "unknown", "--meta"],
  "ls.ndjson": ["archive", "ls", PIPELINE, "--json"],
  "ledger.json": ["ledger", PIPELINE, "--deep", "--json"],
  "verify.json": ["archive", "verify", "--archive", "archive", "--level", "full", "--key", PUBLIC_KEY, "--json"],
  "check-proof.json": ["archive", "check-proof", PROOF, "--key", PUBLIC_KEY, "--json"],
  "check-pack.json": ["archive", "check-proof", PACK, "--key", PUBLIC_KEY, "--json"],
};

export async function logtally(folder: string, args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, ...args], {
    cwd: folder,
    maxBuffer: MOST_BYTES,
  });
  return stdout;
}

/** Asks anew, without what says how long that took. Rejects where the command ends badly. */
export async function answerTo(folder: string, question: string): Promise<string> {
  const answer = await logtally(folder, QUESTIONS[question] ?? []);
  return answer.replace(/,\s*"elapsed_s":\s*[\d.]+/, "");
}

export function answerPath(folder: string, question: string): string {
  return join(folder, ANSWERS, question);
}

/** The kept archives, oldest first: `v1`, `v2`, … */
export async function keptVersions(): Promise<string[]> {
  const names = (await readdir(KEPT)).filter((name) => /^v\d+$/.test(name));
  return names.toSorted((a, b) => Number(a.slice(1)) - Number(b.slice(1)));
}

/** Writes into a new folder what this version makes of some hours of traffic, and what it answers. */
export async function makeKeptArchive(kept: string): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), "logtally-kept-"));
  // A pack says where its archive lay: that should be nobody's checkout.
  const folder = join(scratch, "kept");
  try {
    await mkdir(folder);
    await writeFile(join(folder, PIPELINE), PIPELINE_TEXT);
    await copyFile(join(CHECKOUT, "src/derive/standard-catalogue.yaml"), join(folder, "catalogue.yaml"));
    await writeFile(join(folder, "pseudonym.key"), `${PSEUDONYM_KEY}\n`);
    await fill(folder, scratch);
    await prove(folder);
    await mkdir(join(folder, ANSWERS));
    for (const question of Object.keys(QUESTIONS)) {
      await writeFile(answerPath(folder, question), await answerTo(folder, question));
    }
    await cp(folder, kept, { recursive: true, errorOnExist: true, force: false });
  } finally {
    await rm(scratch, { recursive: true });
  }
}

/** Two streams of three hours, sealed and signed, with facts, look-ups, repeats and a conflict; some lines came later. */
async function fill(folder: string, scratch: string): Promise<void> {
  const first = await traffic(scratch, "first", "--form", "fluentd", "--seed", "26");
  const second = await traffic(scratch, "second", "--form", "pubsub", "--batch", "4", "--seed", "13");
  const twice = join(scratch, "twice.ndjson");
  await writeFile(twice, ["one", "another"].map(entry).join(""));
  const key = await writeSigningKey(scratch);
  const asSecond = ["--set", "name=second"];
  await logtally(folder, ["run", PIPELINE, "--from", first, twice]);
  await logtally(folder, ["run", PIPELINE, "--from", second, ...asSecond]);
  await logtally(folder, ["seal", PIPELINE]);
  await logtally(folder, ["seal", PIPELINE, ...asSecond]);
  await logtally(folder, ["sign", PIPELINE, "--set", `signing_key.file=${key}`]);
  await logtally(folder, ["gc", PIPELINE]);
  await logtally(folder, ["run", PIPELINE, "--from", join(CHECKOUT, "fixtures/local/web_commit/input.ndjson")]);
}

/** Some 600 lines, of which some are bad and some come twice. */
async function traffic(scratch: string, name: string, ...form: readonly string[]): Promise<string> {
  const path = join(scratch, `${name}.ndjson`);
  const amount = ["--start", "2020-12-22T08:00:00Z", "--seconds", "10800", "--users", "1"];
  const mishaps = ["--republish", "0.05", "--poison", "0.03"];
  await logtally(scratch, ["generate", ...amount, ...mishaps, ...form, "--output", path]);
  return path;
}

/** Each has the same id. */
function entry(text: string): string {
  const jsonPayload = { method: "GET", status: 200, text };
  const what = { logName: "projects/p/logs/rails.api", timestamp: "2020-12-22T09:00:00.5Z", insertId: "twice" };
  return `${JSON.stringify({ ...what, jsonPayload })}\n`;
}

/** Everybody may know it, and nobody should think that it was lost: it is always the same, and lies nowhere. */
export async function writeSigningKey(folder: string): Promise<string> {
  const algorithm = Buffer.from("302e020100300506032b657004220420", "hex");
  const key = createPrivateKey({ key: Buffer.concat([algorithm, Buffer.alloc(32, 7)]), format: "der", type: "pkcs8" });
  const path = join(folder, "signing.key");
  await writeFile(path, key.export({ type: "pkcs8", format: "pem" }));
  return path;
}

async function prove(folder: string): Promise<void> {
  const [key = ""] = await readdir(join(folder, "archive/vault/v1/keys"));
  await copyFile(join(folder, "archive/vault/v1/keys", key), join(folder, PUBLIC_KEY));
  const [found = ""] = (await logtally(folder, ["archive", "find", PIPELINE, "--event", "any", "--meta"])).split("\n");
  const { id } = JSON.parse(found) as { readonly id: string };
  await logtally(folder, ["archive", "prove", id, PIPELINE, "--output", PROOF]);
  await logtally(folder, ["archive", "export", PIPELINE, "--event", "any", "--output", PACK]);
}
