/**
 * Goal: `archive verify` proves a signed archive in place and on a copy, names what was changed, exits honestly, and says
 * in one line what it cannot do; a run that was interrupted is taken up by its file, and by no other one's.
 * Method: the commands as an auditor starts them, on archives that are whole and such as are not.
 */
import { cp, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newKeyPem } from "../archive/sample-signing.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { type Mishap, startScriptedGcs } from "../servers/scripted-gcs.ts";
import { expectOneLine, FIXTURES, filesBelow, logtally, type Outcome, run } from "./logtally.ts";

const INPUTS = ["ssh_push", "web_commit"].map((name) => join(FIXTURES, `local/${name}/input.ndjson`));

interface Report {
  readonly verified: boolean;
  readonly streams: readonly {
    readonly stream: string;
    readonly digests: number;
    readonly newest: { readonly sequence: number; readonly sha256: string } | null;
    readonly keys: readonly string[];
    readonly lines: number;
    readonly read_earlier_bytes: number;
  }[];
  readonly findings_total: number;
  readonly findings: readonly { readonly kind: string; readonly object: string; readonly what: string }[];
  readonly not_signed_total: number;
}

/** Sealed and signed twice. */
let original = "";

beforeAll(async () => {
  original = await mkdtemp(join(tmpdir(), "logtally-verify-"));
  for (const input of INPUTS) {
    await run(original, [input]);
    for (const command of ["seal", "sign"]) {
      expect(await logtally([command, "--archive", original])).toMatchObject({ code: 0, stderr: "" });
    }
  }
});

afterAll(() => rm(original, { recursive: true }));

async function copied(): Promise<string> {
  const copy = join(await tempFolder(), "copy");
  await cp(original, copy, { recursive: true });
  return copy;
}

const verify = (archive: string, ...more: readonly string[]): Promise<Outcome> =>
  logtally(["archive", "verify", "--archive", archive, ...more]);

async function reportOf(
  archive: string,
  ...more: readonly string[]
): Promise<Report & { readonly code: number | null }> {
  const { code, stdout, stderr } = await verify(archive, "--json", ...more);
  expect(stderr).toBe("");
  return { code, ...(JSON.parse(stdout) as Report) };
}

async function segmentOf(archive: string): Promise<string> {
  const names = await filesBelow(join(archive, "vault"));
  return `vault/${names.find((name) => name.endsWith("-10001.ndjson.zst"))}`;
}

describe("archive verify", () => {
  it.each(["hashes", "full"])("proves an archive, and prints what to keep, at level %s", async (level) => {
    const outcome = await verify(original, "--level", level);
    expect(outcome).toMatchObject({ code: 0, stderr: "" });
    expect(outcome.stdout).toMatch(/\nverified: nothing is missing, extra or altered\n$/);
    expect(outcome.stdout).toMatch(/^local +2 .* local:2:[0-9a-f]{64}\n/m);
    expect(outcome.stdout).toContain("no key was given: the archive's own is believed");
    const report = await reportOf(original, "--level", level);
    expect(report).toMatchObject({ code: 0, verified: true, findings: [], not_signed_total: 0 });
    expect(report.streams).toMatchObject([{ stream: "local", digests: 2, lines: 16 }]);
  });

  it("needs the vault alone, and believes the key that is given, by its file or its fingerprint", async () => {
    const copy = await copied();
    for (const folder of ["wal", "ctl", "facts"]) await rm(join(copy, folder), { recursive: true, force: true });
    const [stream] = (await reportOf(copy)).streams;
    const [key = ""] = stream?.keys ?? [];
    for (const given of [key, join(original, `vault/v1/keys/${key}.pub`)]) {
      const outcome = await verify(copy, "--key", given, "--level", "full", "--strict");
      expect(outcome).toMatchObject({ code: 0, stderr: "" });
      expect(outcome.stdout).toContain(`what follows on it: ${key}`);
    }
    const foreign = await reportOf(copy, "--key", "0123456789abcdef");
    expect(foreign).toMatchObject({ code: 1, findings_total: 1, findings: [{ kind: "key" }] });
  });

  it("names what is wrong, prints it at once, and exits with 1", async () => {
    const copy = await copied();
    const segment = await segmentOf(copy);
    await truncate(join(copy, segment), 100);
    await writeFile(join(copy, "vault/v1/local/more"), "x");
    const { code, stdout } = await verify(copy, "--level", "full");
    expect(code).toBe(1);
    expect(stdout).toMatch(new RegExp(`^local \\S+, "${segment}": it was cut, in bytes: 100 instead of \\d+$`, "m"));
    expect(stdout).toContain('"vault/v1/local/more": it is extra');
    expect(stdout).toMatch(/\nnot verified: 2 findings\n$/);
  });

  it("finds by the digest that was kept that the newest end was cut off", async () => {
    const copy = await copied();
    const { streams } = await reportOf(copy);
    const { sequence = 0, sha256 = "" } = streams[0]?.newest ?? {};
    for (const kept of [`${sequence}:${sha256}`, `local:${sequence}:${sha256}`]) {
      expect(await reportOf(copy, "--after", kept)).toMatchObject({ code: 0 });
    }
    const digest = join(copy, "vault/v1/local/digest/00000002");
    const { objects } = JSON.parse(await readFile(`${digest}.json`, "utf8")) as { objects: { name: string }[] };
    for (const { name } of objects) await rm(join(copy, name));
    for (const end of [".json", ".sig"]) await rm(`${digest}${end}`);
    expect(await reportOf(copy)).toMatchObject({ code: 0 });
    const cut = await reportOf(copy, "--after", `${sequence}:${sha256}`);
    expect(cut).toMatchObject({ code: 1, findings: [{ kind: "end", object: "vault/v1/local/digest/00000002.json" }] });
  });

  it("says what is not signed yet, which is wrong for who is strict", async () => {
    const copy = await copied();
    await run(copy, [join(FIXTURES, "local/graphql_multiplex/input.ndjson")]);
    expect(await logtally(["seal", "--archive", copy])).toMatchObject({ code: 0 });
    const report = await reportOf(copy);
    expect(report).toMatchObject({ code: 0, verified: true });
    expect(report.not_signed_total).toBeGreaterThan(2);
    expect(await reportOf(copy, "--strict")).toMatchObject({ code: 1, findings_total: report.not_signed_total });
    expect((await verify(copy)).stdout).toContain("sealed, and no digest names it yet");
  });

  it("says that it has looked at nothing but the chain where no object is of the days that were asked for", async () => {
    const { code, stdout } = await verify(original, "--since", "2031-01-01");
    expect(code).toBe(0);
    expect(stdout).toContain("\nno digest names an object of these days: only the chain was verified\n0 objects, ");
    expect((await verify(original)).stdout).not.toContain("only the chain");
  });

  it("fails where there is no digest, and refuses what is no archive", async () => {
    const copy = await copied();
    await rm(join(copy, "vault/v1/local/digest"), { recursive: true });
    expect(await reportOf(copy)).toMatchObject({ code: 1, findings: [{ kind: "no_digest" }] });
    await rm(join(copy, "vault"), { recursive: true });
    expect(await reportOf(copy)).toMatchObject({ code: 1, findings: [{ kind: "no_digest" }] });
    const empty = await verify(await tempFolder());
    expect(empty).toMatchObject({ code: 2, stdout: "" });
    expectOneLine(empty.stderr, "no archive in this folder");
  });

  it("refuses options that cannot be", async () => {
    const noKey = join(await tempFolder(), "key.pem");
    await writeFile(noKey, "no key");
    for (const [args, words] of [
      [["--after", "2:abc"], "SEQUENCE:HASH"],
      [["--key", "nowhere.pem"], 'read public key "nowhere.pem": no such file'],
      [["--key", noKey], "no public key of Ed25519 in PEM"],
      [["--key", join(original, "ctl/signing.key")], "this is a private key: whoever has it can sign"],
      [["--level", "deep"], "hashes, full"],
      [["--since", "2020-12-23", "--until", "2020-12-22"], "--until is not later than --since"],
    ] as const) {
      const outcome = await verify(original, ...args);
      expect(outcome).toMatchObject({ code: 2, stdout: "" });
      expectOneLine(outcome.stderr, words);
    }
  });

  it("goes on where its file says, and takes no file of another archive, level or hand", async () => {
    const copy = await copied();
    const state = join(await tempFolder(), "verify.state");
    const first = await reportOf(copy, "--resume", state);
    const again = await reportOf(copy, "--resume", state);
    const [stream] = again.streams;
    expect(first.streams).toMatchObject([{ read_earlier_bytes: 0 }]);
    expect(stream?.read_earlier_bytes).toBeGreaterThan(0);
    expect({ ...again, streams: [{ ...stream, read_earlier_bytes: 0 }], elapsed_s: 0 }).toEqual({
      ...first,
      elapsed_s: 0,
    });
    expect((await verify(copy, "--resume", state)).stdout).toMatch(/, of which .*B were read by an earlier run, /);
    const refused = async (words: string, ...args: readonly string[]): Promise<void> => {
      const outcome = await verify(copy, "--resume", state, ...args);
      expect(outcome).toMatchObject({ code: 2, stdout: "" });
      expectOneLine(outcome.stderr, `resume "${state}": ${words}`, "(hint: ");
    };
    await refused("it is of a run at level hashes", "--level", "full");
    await rm(join(copy, "ctl/signing.key"));
    await rm(join(copy, "vault/v1/keys"), { recursive: true });
    await rm(join(copy, "vault/v1/local/digest"), { recursive: true });
    await writeFile(join(copy, "ctl/signing.key"), newKeyPem());
    expect(await logtally(["sign", "--archive", copy])).toMatchObject({ code: 0 });
    await refused("it is of another archive, or of another history");
    await writeFile(state, (await readFile(state, "utf8")).replace("hashes", "hashed"));
    await refused("it was altered, or is none");
  });
});

it("a bucket that one may list and not read is told in one line", async () => {
  let mayRead = true;
  const denied: Mishap = { status: 403, message: "auditor does not have storage.objects.get access" };
  const server = await startScriptedGcs(() =>
    mayRead || server.requests.at(-1)?.query["alt"] !== "media" ? null : denied,
  );
  try {
    for (const name of await filesBelow(original)) {
      (server.objects as Map<string, Buffer>).set(name, await readFile(join(original, name)));
    }
    const bucket = JSON.stringify({ kind: "gcs", bucket: "bucket", endpoint: server.url });
    const args = ["archive", "verify", "--set", `archive=${bucket}`];
    const outcome = await logtally(args);
    expect(outcome).toMatchObject({ code: 0, stderr: "" });
    mayRead = false;
    const refused = await logtally(args);
    expect(refused).toMatchObject({ code: 3, stdout: "" });
    expectOneLine(refused.stderr, "storage.objects.get");
  } finally {
    await server.close();
  }
});
