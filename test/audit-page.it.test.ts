/**
 * Goal: an auditor who has a bucket, a fingerprint and the page for auditors comes to evidence that holds, in the bucket
 * and on a copy, and changes nothing on the way.
 * Method: all commands of the page in its order, by one bash in an empty folder, on a scripted server in the place of Cloud
 * Storage; `npx logtally` is this checkout, which is told where the server is, and `gcloud` copies from it. Each line of a
 * block of output must be among what the commands before it printed, where `…` stands for whatever.
 */
import { spawnSync } from "node:child_process";
import { createHash, createPublicKey } from "node:crypto";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newKeyPem } from "./archive/sample-signing.ts";
import { tempFolder } from "./backends/temp-folder.ts";
import { FIXTURES, filesBelow, logtally, type Outcome, PROGRAM, start, succeeds } from "./cli/logtally.ts";
import { type Block, blocksOf } from "./page-blocks.ts";
import { type ScriptedGcs, type SeenRequest, startScriptedGcs } from "./servers/scripted-gcs.ts";

const PAGE = join(import.meta.dirname, "../docs/how-to/audit.md");
const GCLOUD = join(import.meta.dirname, "servers/gcloud.ts");
const PLACE = "gs://acme-logs/gitlab";
/** Some thirty commands, one after the other. */
const PATIENCE_MS = 300_000;
const HAS_TOOLS = succeeds("zstdcat", ["--version"]) && succeeds("openssl", ["version"]);
// Who has no zstd or openssl at hand can still run the rest; on CI both are there.
const CANNOT_RUN = !HAS_TOOLS && process.env["CI"] === undefined;

/** What is sealed and signed before the next one comes: the auditor was there after the first. */
const HISTORY = [
  ["ssh_push_gitlab_13_4"],
  ["ssh_push"],
  ["graphql_multiplex", "http_clone_v2", "http_push", "ssh_push_rejected", "web_commit"],
];

/** For all tests of this file. */
let server: ScriptedGcs;
let blocks: readonly Block[] = [];
let folder = "";
let bin = "";
/** As the page goes, but for the hold; with what was asked of the bucket on the way. */
let walk: Followed & { readonly requests: readonly SeenRequest[] };

/** A command of those who run the archive. */
async function operate(...args: readonly string[]): Promise<string> {
  const settings = [`archive.endpoint=${server.url}`, "pseudonym_key.env=TEST_KEY"].flatMap((each) => ["--set", each]);
  const outcome = await logtally([...args, "--archive", PLACE, ...settings], { env: { TEST_KEY: "k".repeat(32) } });
  expect(outcome).toMatchObject({ code: 0 });
  return outcome.stdout;
}

/** A bucket as an auditor finds it; resolves with the newest digest at the time of the last audit. */
async function makeArchive(signingKey: string): Promise<string> {
  const kept: string[] = [];
  for (const cases of HISTORY) {
    await operate("run", "--from", ...cases.map((each) => join(FIXTURES, "local", each, "input.ndjson")));
    await operate("seal");
    const { sequence, sha256 } = JSON.parse(
      await operate("sign", "--json", "--set", `signing_key.file=${signingKey}`),
    ) as { sequence: number; sha256: string };
    kept.push(`local:${sequence}:${sha256}`);
  }
  return kept[0] ?? "";
}

async function standIn(name: string, script: string): Promise<void> {
  await writeFile(join(bin, name), `#!/bin/bash\n${script}\n`);
  await chmod(join(bin, name), 0o755);
}

beforeAll(async () => {
  server = await startScriptedGcs([]);
  folder = await mkdtemp(join(tmpdir(), "logtally-audit-"));
  const signingKey = join(folder, "signing.key");
  await writeFile(signingKey, newKeyPem());
  const publicKey = createPublicKey(await readFile(signingKey)).export({ type: "spki", format: "der" });
  const fingerprint = createHash("sha256").update(publicKey).digest("hex").slice(0, 16);
  const kept = await makeArchive(signingKey);
  const page = await readFile(PAGE, "utf8");
  const said = /KEY=([0-9a-f]{16})$/m.exec(page)?.[1] ?? "";
  const named = page.replaceAll(said, fingerprint).replace(/local:1:[0-9a-f]{64}/, kept);
  blocks = blocksOf(named.slice(0, named.indexOf("\n## What you may meet\n")));
  bin = join(folder, "bin");
  await mkdir(bin);
  const here = `if [[ $each == gs://* ]]; then set -- "$@" --set 'archive.endpoint=${server.url}'; break; fi`;
  await standIn("npx", `shift\nfor each in "$@"; do ${here}; done\nexec '${process.execPath}' '${PROGRAM}' "$@"`);
  await standIn("gcloud", `exec '${process.execPath}' '${GCLOUD}' '${server.url}' "$@"`);
  const before = server.requests.length;
  const desk = join(folder, "audit");
  await mkdir(desk);
  const followed = await follow(
    desk,
    blocks.filter(({ text }) => !text.includes("archive hold")),
    "",
  );
  walk = { ...followed, requests: server.requests.slice(before) };
}, PATIENCE_MS);

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

interface Followed {
  readonly cwd: string;
  readonly outcome: Outcome;
  /** What the commands of each block print, by its number. */
  readonly printed: readonly string[];
}

/** Does what the page says, as far as it goes; `between` is done behind the block that copies. */
async function follow(cwd: string, wanted: readonly Block[], between: string): Promise<Followed> {
  const logs = join(cwd, ".printed");
  await mkdir(logs);
  const script = await Promise.all(
    wanted.map(async ({ language, text, before }, at) => {
      const [, file] = /^`([\w.-]+)`:$/.exec(before) ?? [];
      if (file !== undefined) await writeFile(join(cwd, file), text);
      if (language !== "sh") return "";
      return `exec >'${logs}/${at}.out' 2>'${logs}/${at}.err'\n${text}${text.includes("rsync") ? between : ""}`;
    }),
  );
  const path = `${bin}${delimiter}${process.env["PATH"] ?? ""}`;
  const { child, ended } = start("bash", ["-eu", "-c", script.join("\n")], { cwd, env: { PATH: path } });
  child.stdin?.end();
  const outcome = await ended;
  const textsOf = (at: number): Promise<string>[] =>
    ["out", "err"].map((kind) => readFile(join(logs, `${at}.${kind}`), "utf8").catch(() => ""));
  const printed = await Promise.all(wanted.map(async (_, at) => (await Promise.all(textsOf(at))).join("")));
  return { cwd, outcome, printed };
}

/** The lines of blocks of output that no command before them printed. */
function unprinted(wanted: readonly Block[], printed: readonly string[]): string[] {
  return wanted.flatMap(({ language, text }, at) => {
    if (language !== "text") return [];
    const before = printed.slice(0, at).findLast((each) => each !== "") ?? "";
    const isPrinted = (line: string): boolean => patternOf(line).test(before);
    return text.split("\n").filter((line) => line !== "" && !isPrinted(line));
  });
}

function patternOf(line: string): RegExp {
  const parts = line.split("…").map((part) => RegExp.escape(part.trim()).replace(/(?:\\x20|\s)+/g, " +"));
  return new RegExp(`^ *${parts.join(".*")} *$`, "m");
}

// Without the tools there is nothing to check with.
describe.skipIf(CANNOT_RUN)("the page for auditors", () => {
  it("leads from a bucket to evidence that holds, and changes nothing", async () => {
    const { outcome, printed, cwd } = walk;
    expect({ ...outcome, last: printed.findLast((each) => each !== "") }).toMatchObject({ code: 0 });
    expect(unprinted(blocks, printed)).toEqual([]);
    const methods = new Set(walk.requests.map(({ method }) => method));
    expect([...methods]).toEqual(["GET"]);
    expect(JSON.parse(await readFile(join(cwd, "verify.json"), "utf8"))).toMatchObject({ verified: true });
    const checked = JSON.parse(await readFile(join(cwd, "desk/checked.json"), "utf8")) as unknown;
    expect(checked).toMatchObject({ proved: true, lines: 2 });
  });

  it(
    "leads there on a copy too, and has the span held",
    async () => {
      const { outcome, printed } = await follow(await tempFolder(), blocks, "export ARCHIVE=copy\n");
      expect({ ...outcome, last: printed.findLast((each) => each !== "") }).toMatchObject({ code: 0 });
      expect(unprinted(blocks, printed)).toEqual([]);
      const held = [...server.metadata].filter(([, { temporaryHold }]) => temporaryHold === true).map(([name]) => name);
      expect(held.some((name) => name.endsWith("000001.manifest.json"))).toBe(true);
      expect(held.every((name) => name.startsWith("gitlab/vault/"))).toBe(true);
    },
    PATIENCE_MS,
  );

  it("has a check by hand that fails where anything is another", async () => {
    const { cwd } = walk;
    const byHand = (): number | null => spawnSync("bash", ["by-hand.sh"], { cwd }).status;
    const packed = await filesBelow(join(cwd, "pack"));
    const inPack = (pattern: RegExp): string => `pack/${packed.find((name) => pattern.test(name)) ?? ""}`;
    const altered = [
      inPack(/digest\/.*\.json$/),
      inPack(/\.sig$/),
      inPack(/^lines\/.*\.ndjson$/),
      "copy/vault/v1/local/2020-12-22/00/000001-10001.ndjson.zst",
      "pushes.ndjson",
      "acme.pub",
    ];
    // It unpacks the pack anew each time, so that nothing altered in it would be seen.
    const script = await readFile(join(cwd, "by-hand.sh"), "utf8");
    await writeFile(join(cwd, "by-hand.sh"), script.replace("tar -xzf evidence.tar.gz -C pack\n", ""));
    expect(byHand()).toBe(0);
    for (const name of altered) {
      const bytes = await readFile(join(cwd, name));
      const other = Buffer.from(bytes);
      const middle = Math.floor(bytes.length / 2);
      other[middle] = (other[middle] ?? 0) ^ 1;
      await writeFile(join(cwd, name), other);
      expect({ name, code: byHand() }).not.toEqual({ name, code: 0 });
      await writeFile(join(cwd, name), bytes);
    }
    expect(byHand()).toBe(0);
  });
});
