/**
 * Goal: whoever counts an archive again by the two pages of the reference finds exactly what `counts` says.
 * Method: recount.py, which shares no code and no data with the program, on archives that the program wrote: traffic of
 * every form with its truth, all fixtures, lines near them, tricky bytes, conflicts, several streams. It checks also
 * that each line is filed as the pages say. What was altered must be refused.
 */
import { randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { differences } from "../../src/generate/agreement.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { generated } from "../cli/generated.ts";
import { FIXTURES, logtally, run, walPaths } from "../cli/logtally.ts";
import { envelope, type LineObject, mutatedLine } from "../derive/line-mutations.ts";
import { STANDARD } from "../derive/standard-events.ts";
import { simulated } from "../generate/simulated.ts";
import { expectAgreement, expectNamedAgreement, HAS_RECOUNT, recount, recounted } from "./recounted.ts";

const AS_OF = "2020-12-24";
const TIME = "2020-12-22T09:00:00.5Z";
const ALL_EVENTS = STANDARD.events.map(({ event }) => event).toSorted();

/** Archives the lines, in the order in which they stand. */
async function archiveOf(lines: readonly string[], archive?: string, options: readonly string[] = []): Promise<string> {
  const folder = await tempFolder();
  const [place, input] = [archive ?? folder, join(await tempFolder(), "input.ndjson")];
  await writeFile(input, `${lines.join("\n")}\n`);
  const outcome = await logtally(["run", "--archive", place, "--from", input, ...options]);
  expect(outcome).toMatchObject({ code: 0, stderr: "" });
  return place;
}

const request = (more: object): string =>
  JSON.stringify({ time: TIME, tag: "rails.api", method: "GET", route: "/api/:version/x", status: 200, ...more });

/** A message as a pull prints it. */
function message(data: string | Buffer, more: object = {}): string {
  const id = randomBytes(4).toString("hex");
  const shape = { data: Buffer.from(data).toString("base64"), messageId: id, publishTime: "2020-12-22T09:00:01Z" };
  return JSON.stringify({ message: { ...shape, ...more } });
}

// Who has neither Python nor zstd at hand can still run all other tests; on CI both are there.
describe.skipIf(!HAS_RECOUNT && process.env["CI"] === undefined)("the independent recount", () => {
  it.each([
    ["bare lines", ["--form", "bare", "--seed", "2"]],
    ["lines of FluentD", ["--form", "fluentd", "--seed", "3"]],
    ["entries of Cloud Logging", ["--form", "logentry", "--seed", "4"]],
    ["batches of Pub/Sub", ["--form", "pubsub", "--seed", "5", "--batch", "100", "--redeliver", "0.1"]],
  ])("of %s finds what counts finds, and what was done", async (_name, args) => {
    const trouble = ["--republish", "0.05", "--poison", "0.05"];
    const { path, truth } = await generated("--lines", "6000", ...trouble, ...args);
    const archive = await tempFolder();
    await run(archive, [path]);
    const counted = await expectAgreement(archive, truth.as_of);
    expect(differences(truth.rows, counted)).toEqual([]);
    expect((await expectNamedAgreement(archive, truth.as_of)).length).toBeGreaterThan(100);
    const { lines, rows } = await recounted(archive);
    expect(lines).toBe(truth.archived);
    expect([...new Set(rows.map(({ event }) => event))].toSorted()).toEqual(ALL_EVENTS);
  });

  it("of all fixtures finds what counts finds, on any day", async () => {
    const paths = ["samples", "local"].flatMap((folder) =>
      readdirSync(join(FIXTURES, folder), { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".ndjson"))
        .map((name) => join(FIXTURES, folder, name)),
    );
    const archive = await tempFolder();
    await run(archive, paths);
    for (const asOf of [AS_OF, "2027-01-01"]) {
      expect((await expectAgreement(archive, asOf)).length).toBeGreaterThan(10);
      expect((await expectNamedAgreement(archive, asOf)).length).toBeGreaterThan(10);
    }
  });

  it("of lines near those that count finds what counts finds", async () => {
    const lines = simulated({ lines: 600, seed: 8 }).rows.map((row) => JSON.parse(row.toString()) as LineObject);
    const near = fc.tuple(fc.oneof(...lines.map(mutatedLine)), envelope).map(([line, wrap]) => wrap(line));
    const archive = await archiveOf(fc.sample(near, { numRuns: 20_000, seed: 1 }));
    expect((await expectAgreement(archive, AS_OF)).length).toBeGreaterThan(1000);
  });

  it("reads wrapped lines, blobs, lines of the future and of no log as counts does", async () => {
    const bare = { time: TIME, method: "GET", route: "/api/:version/x", status: 200, params: [] };
    const archive = await archiveOf([
      message(JSON.stringify({ ...bare, tag: "rails.api", project: "wrapped" }, null, 2)),
      message(JSON.stringify({ ...bare, user: "by attribute" }), { attributes: { log: "gitlab.rails.api" } }),
      message(JSON.stringify({ ...bare, time: "2020-12-23T09:00:00Z", user: "of the future" })),
      message(JSON.stringify({ ...bare, time: undefined, user: "without time" })),
      message(deflateSync(`${request({ user_id: 1 })}\x1e${request({ user_id: 2 })}\n\n`), {
        attributes: { compression_algorithm: "zlib" },
      }),
      message("cut", { attributes: { compression_algorithm: "zlib" } }),
      message("not\x00json\n[1]\nnull\n{", {}),
      "text",
      JSON.stringify(bare),
      `{"logName":"projects/p/logs/rails.api","insertId":"1","textPayload":${JSON.stringify(request({}))}}`,
    ]);
    const lanes = await logtally(["archive", "find", "--archive", archive, "--meta"]);
    for (const lane of ["line", "future", "quarantine", "wrapped", "blob"]) {
      expect(lanes.stdout).toContain(`"lane":"${lane}"`);
    }
    const { rows } = await recounted(archive);
    const requests = rows.filter(({ event }) => event === "rest_request");
    expect(requests.reduce((sum, { count }) => sum + count, 0)).toBe(8);
    await expectAgreement(archive, AS_OF);
  });

  it("counts of a conflict the variant with the smallest hash, and copies of lines once", async () => {
    const entry = (insertId: number, more: object): string =>
      `{"logName":"projects/p/logs/x","timestamp":"${TIME}","insertId":"${insertId}","jsonPayload":${request(more)}}`;
    const ids = Array.from({ length: 40 }, (_, id) => id);
    const first = ids.map((id) => entry(id, { meta: { project: `first/${id}` } }));
    const second = ids.map((id) => entry(id, { meta: { project: `second/${id}` } }));
    const archive = await archiveOf([...first, ...first.slice(9)]);
    await archiveOf([...second, ...first], archive);
    const { lines, rows } = await recounted(archive);
    expect(lines).toBe(40);
    const groups = new Set(rows.map(({ group }) => group));
    expect(groups).toEqual(new Set(["first", "second"]));
    const said = "logtally: 40 ids came with different bytes: counted once, all are kept\n";
    await expectAgreement(archive, AS_OF, { stderr: said });
  });

  it("counts a line once that several streams have", async () => {
    const lines = [1, 2, 3].map((user) => request({ user_id: user }));
    const archive = await archiveOf(lines.slice(1));
    await archiveOf(lines.slice(0, 2), archive, ["--set", "name=other"]);
    const { lines: found, rows } = await recounted(archive);
    expect(found).toBe(3);
    expect(rows.filter(({ event }) => event === "rest_request").map(({ count }) => count)).toEqual([1, 1, 1]);
    await expectAgreement(archive, AS_OF);
  });

  it("makes the pseudonyms with a deployment's own key", async () => {
    const archive = await archiveOf([request({ user_id: 101 })]);
    const [own] = (await recounted(archive)).rows;
    const { stdout } = await recount(archive, ["--key-env", "TEST_KEY"], { env: { TEST_KEY: "k".repeat(32) } });
    const [other] = (JSON.parse(stdout) as { rows: { user: string }[] }).rows;
    expect(own?.user).toMatch(/^[0-9a-f]{32}$/);
    // By `printf 'logtally user\0id:101' | openssl dgst -sha256 -hmac kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk`
    expect(other?.user).toBe("5a3bc938b5387baeacc257572160e27b");
  });

  it("prints rows of the days that are asked for", async () => {
    const days = ["2020-12-21", "2020-12-22", "2020-12-23"];
    const archive = await archiveOf(days.map((day) => request({ time: `${day}T23:59:59.999Z` })));
    const { rows } = await recounted(archive, "--since", "2020-12-22", "--until", "2020-12-23");
    expect(new Set(rows.map(({ day }) => day))).toEqual(new Set(["2020-12-22"]));
  });

  it("refuses an object of which a single bit was changed, and names it", async () => {
    const archive = await archiveOf([request({ user_id: 1 }), request({ user_id: 2 })]);
    const [path = ""] = await walPaths(archive);
    const bytes = await readFile(path);
    const latestTime = bytes.length - 96 - 144 + 40; // of the meta, which nothing but the table's hash protects
    for (const at of [20, bytes.length >> 1, latestTime, bytes.length - 50, bytes.length - 1]) {
      const altered = Buffer.from(bytes);
      altered[at] = (altered[at] ?? 0) ^ 1;
      await writeFile(path, altered);
      const outcome = await recount(archive);
      expect(outcome).toMatchObject({ code: 1, stdout: "" });
      expect(outcome.stderr).toContain(path.slice(archive.length + 1));
    }
  });
});
