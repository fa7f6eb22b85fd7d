/**
 * Goal: the archive gives back what came in, byte for byte, to a reader without this program and to `archive find`.
 * Method: every sample line through `run`; what must be there is worked out here from the files themselves.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { tempFolder } from "../backends/temp-folder.ts";
import { archivedText, FIXTURES, logtally, run, succeeds, walPaths } from "./logtally.ts";

const SAMPLES = join(FIXTURES, "samples");
const DUMP = "envelope_pubsub_pull.ndjson";
const HAS_ZSTDCAT = succeeds("zstdcat", ["--version"]);

async function samplePaths(): Promise<string[]> {
  const names = (await readdir(SAMPLES)).filter((name) => name.endsWith(".ndjson") && name !== DUMP);
  return [...names.sort(), DUMP].map((name) => join(SAMPLES, name));
}

/** The lines of a file as they are kept: empty ones are nothing, and the last has an LF in any case. */
function keptLines(file: Buffer): string {
  const lines = file.toString("latin1").split("\n");
  return lines.map((line) => (line === "" ? "" : `${line}\n`)).join("");
}

interface DumpedMessage {
  readonly data: string;
  readonly attributes?: { readonly compression_algorithm?: string };
}

/** What a dumped message stands for: its lines, the records of its batch, or its bytes wrapped. */
function linesOfMessage({ data, attributes }: DumpedMessage): string {
  const bytes = Buffer.from(data, "base64");
  const algorithm = attributes?.compression_algorithm;
  if (algorithm === undefined) return keptLines(bytes);
  try {
    if (algorithm === "zlib")
      return keptLines(Buffer.from(inflateSync(bytes).toString("latin1").replaceAll("\x1e", "\n"), "latin1"));
  } catch {
    // It was cut: its bytes are kept as they are.
  }
  return `{"payload_base64":"${data}"}\n`;
}

async function expectedText(): Promise<string> {
  const kept: string[] = [];
  for (const path of await samplePaths()) {
    const file = await readFile(path);
    if (!path.endsWith(DUMP)) kept.push(keptLines(file));
    else {
      const messages = file.toString().trimEnd().split("\n");
      kept.push(...messages.map((line) => linesOfMessage((JSON.parse(line) as { message: DumpedMessage }).message)));
    }
  }
  return kept.join("");
}

async function archiveOfSamples(): Promise<string> {
  const archive = await tempFolder();
  const options = ["--archive", archive, "--set", "batch.max_lines=20"];
  const outcome = await logtally(["run", ...options, "--from", ...(await samplePaths())]);
  expect(outcome).toMatchObject({ code: 0, stderr: "" });
  return archive;
}

describe("the archive of all samples", () => {
  // Who has no zstd at hand can still run the next test; on CI it is there.
  it.skipIf(!HAS_ZSTDCAT && process.env["CI"] === undefined)("is read by zstdcat alone", async () => {
    const archive = await archiveOfSamples();
    const paths = await walPaths(archive);
    expect(paths.length).toBeGreaterThan(3);
    const printed = join(await tempFolder(), "printed");
    expect(succeeds("bash", ["-c", 'zstdcat "$@" >"$0"', printed, ...paths])).toBe(true);
    expect((await readFile(printed)).toString("latin1")).toBe(await expectedText());
  });

  it("is printed by archive find, each line once, and described line by line with --meta", async () => {
    const archive = await archiveOfSamples();
    expect((await archivedText(archive)).toString("latin1")).toBe(await expectedText());
    const found = await logtally(["archive", "find", "--archive", archive]);
    expect(found.code).toBe(0);
    const lines = Buffer.from(await expectedText(), "latin1")
      .toString()
      .split("\n");
    const once = lines.filter((line) => line !== "");
    const printed = found.stdout.split("\n").filter((line) => line !== "");
    expect(new Set(printed)).toEqual(new Set(once));
    expect(found.stderr).toContain(`${printed.length} lines found`);

    const described = await logtally(["archive", "find", "--archive", archive, "--meta"]);
    const metas = described.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(metas).toHaveLength(printed.length);
    expect(
      metas.every(({ id, object, row }) => String(id).length === 32 && object !== undefined && Number(row) >= 0),
    ).toBe(true);
    expect(metas.some(({ lane, reason }) => lane === "blob" && reason === "unknown_compression")).toBe(true);
    expect(metas.some(({ message_id: id, published_at: at }) => typeof id === "string" && typeof at === "string")).toBe(
      true,
    );
  });
});

describe("archive find", () => {
  it("prints the raw lines behind a number, by event, log, text, request and span", async () => {
    const archive = await tempFolder();
    await run(archive, [join(FIXTURES, "local/ssh_push_rejected/input.ndjson")]);
    const input = (await readFile(join(FIXTURES, "local/ssh_push_rejected/input.ndjson"), "utf8"))
      .trimEnd()
      .split("\n");
    const find = async (...options: readonly string[]): Promise<string[]> => {
      const outcome = await logtally(["archive", "find", "--archive", archive, ...options]);
      expect(outcome.code).toBe(0);
      return outcome.stdout.split("\n").slice(0, -1);
    };
    const parsed = input.map((line) => JSON.parse(line) as Record<string, unknown>);
    const where = (test: (record: Record<string, unknown>) => boolean): string[] =>
      input.filter((_, index) => test(parsed[index] ?? {}));
    expect(await find()).toEqual(input);
    expect(await find("--event", "git_push_rejected")).toEqual(where(({ status }) => status === 401));
    expect(await find("--log", "gitaly")).toEqual(where(({ tag }) => tag === "gitaly"));
    expect(await find("--text", "refs/heads/main")).toEqual(input.filter((line) => line.includes("refs/heads/main")));
    expect(await find("--correlation-id", "push00000R1", "--log", "shell")).toEqual(
      where(({ tag }) => tag === "shell"),
    );
    expect(await find("--correlation-id", "nobody")).toEqual([]);
    const time = String(parsed[2]?.["time"]);
    expect(await find("--since", time, "--until", new Date(Date.parse(time) + 1).toISOString())).toEqual([input[2]]);
    expect(await find("--until", time)).toEqual(input.slice(0, 2));
  });
});

describe("archive ls", () => {
  it("lists hours, lines and sizes of each segment", async () => {
    const archive = await tempFolder();
    await run(archive, [join(FIXTURES, "local/ssh_push/input.ndjson")]);
    const input = await readFile(join(FIXTURES, "local/ssh_push/input.ndjson"));
    const { code, stdout } = await logtally(["archive", "ls", "--archive", archive, "--json"]);
    expect(code).toBe(0);
    const [path = ""] = await walPaths(archive);
    expect(JSON.parse(stdout)).toEqual({
      name: path.slice(archive.length + 1),
      kind: "wal",
      first_hour: "2020-12-22T09:00:00Z",
      last_hour: "2020-12-22T09:00:00Z",
      lines: input.toString().trimEnd().split("\n").length,
      raw_bytes: input.length,
      stored_bytes: (await readFile(path)).length,
      sealed: "none",
    });
  });
});
