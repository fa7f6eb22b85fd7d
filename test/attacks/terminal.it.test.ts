/**
 * Goal: nothing that comes from outside moves a terminal's cursor, colours it, names its window or hides text in it:
 * neither in results nor in errors and hints. Raw lines stay exact for whoever reads them from a pipe or a file.
 * Method: escape sequences in everything that a command repeats (lines, names, settings, catalogues, answers of
 * services, objects of the archive), and every byte that is printed looked at; on a terminal too.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { tempFolder } from "../backends/temp-folder.ts";
import { logtally, PROGRAM, run, start } from "../cli/logtally.ts";
import { type LoopbackServer, listenOnLoopback } from "../servers/loopback-http.ts";
import { expectHarmless, HOSTILE } from "./hostile-text.ts";

const servers: LoopbackServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** A request whose every dimension is hostile, as a line. */
const LINE = `${JSON.stringify({
  time: "2020-12-22T09:30:00.123Z",
  tag: "rails.api",
  method: "GET",
  path: HOSTILE,
  status: 200,
  route: "/api/:version/projects",
  "meta.user": HOSTILE,
  "meta.project": `${HOSTILE}/${HOSTILE}`,
  "meta.root_namespace": HOSTILE,
  "meta.feature_category": HOSTILE,
  "meta.subscription_plan": HOSTILE,
  correlation_id: HOSTILE,
})}\n`;

/** An archive of that line. */
async function archiveOfLine(): Promise<string> {
  const folder = await tempFolder();
  const file = join(folder, "a.ndjson");
  // As a writer that escapes nothing would: a terminal gets what was not written as \u001b.
  await writeFile(file, LINE.replaceAll("\\u", "\\\\u"));
  await writeFile(join(folder, "b.ndjson"), LINE);
  const archive = join(folder, "archive");
  await run(archive, [file, join(folder, "b.ndjson")]);
  return archive;
}

const RESULTS = [
  ["counts", "--by", "group"],
  ["counts", "--by", "project", "--json"],
  ["counts", "--by", "plan", "--evidence"],
  ["counts", "--format", "service-ping"],
  ["archive", "ls"],
  ["archive", "find", "--meta"],
  ["ledger"],
  ["recount"],
  ["seal"],
  ["gc", "--dry-run"],
];

describe("results", () => {
  it("of commands on an archive are harmless", async () => {
    const archive = await archiveOfLine();
    for (const args of RESULTS) {
      const { code, stdout, stderr } = await logtally([...args, "--archive", archive]);
      expect({ args, code }).toEqual({ args, code: 0 });
      expectHarmless(stdout, stderr);
    }
  });

  it("of explain are harmless", async () => {
    for (const args of [[], ["--json"]]) {
      const { code, stdout, stderr } = await logtally(["explain", ...args], { input: LINE });
      expect({ code, isLong: stdout.length > 100 }).toEqual({ code: 0, isLong: true });
      expectHarmless(stdout, stderr);
    }
  });

  it("are the raw bytes where lines are asked for, but not on a terminal", async () => {
    const raw = Buffer.from(`${LINE.trimEnd()}\u001b[31m\u009b0m\n`);
    const archive = join(await tempFolder(), "archive");
    await logtally(["run", "--archive", archive, "--from", "-"], { input: raw });
    const find = ["archive", "find", "--archive", archive];
    expect((await logtally(find)).stdout).toBe(raw.toString());
    const shown = await onTerminal(find);
    expect(shown).toContain("\\u001b[31m\\u009b0m");
    // The terminal itself begins lines anew.
    expectHarmless(shown.replaceAll("\r\n", "\n"));
  });
});

/** What a command writes to a terminal. */
async function onTerminal(args: readonly string[]): Promise<string> {
  const program = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)";
  const { ended, child } = start("python3", ["-c", program, process.execPath, PROGRAM, ...args]);
  child.stdin?.end();
  const { code, stdout } = await ended;
  expect({ code, stdout }).toMatchObject({ code: 0 });
  return stdout;
}

const REFUSED = [
  [HOSTILE],
  [`--${HOSTILE}`],
  ["counts", "--by", HOSTILE],
  ["counts", "--event", HOSTILE],
  ["counts", "--as-of", HOSTILE],
  ["run", "--from", HOSTILE],
  ["run", `${HOSTILE}.yaml`],
  ["run", "--set", `${HOSTILE}=1`],
  ["run", "--set", `batch.max_lines=${HOSTILE}`],
  ["run", "--archive", `ftp://${HOSTILE}`],
  ["counts", "--archive", HOSTILE],
  ["archive", "find", "--log", HOSTILE],
  ["explain", "--pipeline", HOSTILE],
  ["explain", HOSTILE],
  ["test", HOSTILE],
  ["sign", "--old-key", HOSTILE, "--archive", "."],
  ["generate", "--output", `${HOSTILE}/x`],
];

describe("what is refused", () => {
  it("on the command line is told harmlessly", async () => {
    const cwd = await tempFolder();
    for (const args of REFUSED) {
      const { code, stdout, stderr } = await logtally(args, { cwd });
      expect({ args, code }).toEqual({ args, code: 2 });
      expectHarmless(stdout, stderr);
    }
  });

  it("in a pipeline and in a catalogue is told harmlessly", async () => {
    const folder = await tempFolder();
    const key = JSON.stringify(HOSTILE);
    const texts = [
      `name: ${key}\n${key}: 1\nsource: {kind: ${key}}\narchive: {kind: folder, path: x, ${key}: 1}\n`,
      `name: a\nidentity: {${key}: ${key}, __proto__: x}\nsource: {kind: stdin}\narchive: {kind: folder, path: 1}\n`,
      `name: ${HOSTILE}\n`,
      `name: *${HOSTILE}\n`,
      `name: !${HOSTILE} x\n`,
      `${key}: 1\n${key}: 2\n`,
    ];
    for (const [at, text] of texts.entries()) {
      const file = join(folder, `${at}.yaml`);
      await writeFile(file, text);
      for (const args of [
        ["check", file],
        ["explain", "--catalogue", file],
      ]) {
        const { code, stdout, stderr } = await logtally(args, { cwd: folder });
        expect(code).toBe(2);
        expectHarmless(stdout, stderr);
      }
    }
  });
});

describe("what services say", () => {
  const HEADERS = { "content-type": "application/json", "x-elastic-product": "Elasticsearch", warning: "299 x" };

  async function refusingAt(body: unknown): Promise<string> {
    const server = await listenOnLoopback(
      createServer((request, response) => {
        request.resume();
        response.writeHead(400, HEADERS).end(typeof body === "string" ? body : JSON.stringify(body));
      }),
    );
    servers.push(server);
    return server.url;
  }

  const REASONS = [
    { error: { type: HOSTILE, reason: HOSTILE, message: HOSTILE, errors: [{ reason: HOSTILE }] } },
    HOSTILE,
    { error: HOSTILE },
  ];

  it.each(REASONS)("as Elasticsearch is told harmlessly: %j", async (body) => {
    const index = `index={kind: elasticsearch, urls: ["${await refusingAt(body)}"]}`;
    const set = ["--set", index, "--set", "source={kind: stdin}", "--archive", await tempFolder()];
    for (const command of ["check", "setup"]) {
      const pipeline = command === "setup" ? [join(import.meta.dirname, "../../pipelines/local.yaml")] : [];
      const { code, stdout, stderr } = await logtally([command, ...pipeline, ...set]);
      expect({ command, code, stderr }).toMatchObject({ code: 3 });
      expectHarmless(stdout, stderr);
    }
  });

  it.each(REASONS)("as Cloud Storage is told harmlessly: %j", async (body) => {
    const archive = `archive={kind: gcs, bucket: some-bucket, endpoint: "${await refusingAt(body)}"}`;
    for (const args of [["counts"], ["archive", "ls"], ["check", "--set", "source={kind: stdin}"]]) {
      const { code, stdout, stderr } = await logtally([...args, "--set", archive, "--set", "pseudonym_key.env=KEY"], {
        env: { KEY: "0123456789abcdef" },
      });
      expect(code).toBe(3);
      expectHarmless(stdout, stderr);
    }
  });
});

describe("names in an archive", () => {
  it("that nobody gave are told harmlessly, or nothing", async () => {
    const archive = await archiveOfLine();
    expect((await logtally(["seal", "--archive", archive])).code).toBe(0);
    const hour = "2020-12-22/00";
    for (const folder of [
      `wal/${HOSTILE}/2020-12-22/aa`,
      `wal/local/${HOSTILE}/aa`,
      `vault/v1/local/${hour}`,
      `vault/v1/${HOSTILE}/${hour}`,
      `ctl/plan/local/${hour}`,
    ]) {
      await mkdir(join(archive, folder), { recursive: true });
      for (const name of [`${HOSTILE}.zst`, "000001-10001.ndjson.zst", `00000001.2020122209-2020122209.ndjson.zst`]) {
        await writeFile(join(archive, folder, name), HOSTILE, { flag: "wx" }).catch(() => undefined);
      }
    }
    for (const command of [["archive", "ls"], ["ledger"], ["recount"], ["counts"], ["seal"], ["sign"], ["gc"]]) {
      const { stdout, stderr } = await logtally([...command, "--archive", archive]);
      expectHarmless(stdout, stderr);
    }
  });
});

it("a fault of the program shows its stack harmlessly", async () => {
  const fault = `setTimeout(() => { throw Object.assign(new Error(${JSON.stringify(HOSTILE)}), { x: 1 }) }, 200)`;
  const preload = `--import=data:text/javascript,${encodeURIComponent(fault)}`;
  const { child, ended } = start(process.execPath, [PROGRAM, "run", "--archive", await tempFolder(), "--from", "-"], {
    env: { NODE_OPTIONS: preload },
  });
  const { code, stdout, stderr } = await ended;
  child.stdin?.end();
  expect(code).toBe(1);
  expect(stderr).toContain("this is a fault of the program");
  expectHarmless(stdout, stderr);
});
