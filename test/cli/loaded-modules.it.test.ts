/**
 * Goal: a command starts with what it needs and no more, since each module that is loaded takes half a millisecond.
 * Method: the modules that Node loads for a command, by a hook in the process.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { FIXTURES, logtally } from "./logtally.ts";

const HOOK = `
  import { registerHooks } from "node:module";
  import { writeSync } from "node:fs";
  registerHooks({ load: (url, context, next) => (writeSync(2, url + "\\n"), next(url, context)) });
`;
const ENV = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(HOOK)}` };
const INPUT = join(FIXTURES, "local/http_push/input.ndjson");
const folder = await mkdtemp(join(tmpdir(), "logtally-loaded-"));
afterAll(() => rm(folder, { recursive: true }));

/** What the command loads: `src/ROOM` for each of the program's modules, `PACKAGE` for each of a package's. */
async function loadedBy(...args: string[]): Promise<string[]> {
  const { code, stderr } = await logtally(args, { env: ENV });
  expect(code).toBe(0);
  const urls = stderr.split("\n").filter((url) => url.startsWith("file:"));
  return urls.map(
    (url) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)\/|\/(src\/[^/]+)\//.exec(url)?.slice(1).join("") ?? url,
  );
}

describe("what is loaded", () => {
  it.each([[["--help"]], [["--version"]], [["archive", "--help"]]])("for %j is no command", async (args) => {
    const loaded = await loadedBy(...args);
    expect(loaded).toContain("commander");
    expect(loaded.filter((name) => !/^(?:commander|src\/(?:backends|cli|core|observe))$|\/bin\//.test(name))).toEqual(
      [],
    );
    expect(loaded.length).toBeLessThan(40);
  });

  it("for a run over files is nothing of an index, of counts and of bars", async () => {
    const loaded = new Set(await loadedBy("run", "--from", INPUT, "--archive", join(folder, "archive")));
    expect(loaded).toContain("src/decode");
    for (const name of [
      "src/indexing",
      "@duckdb/node-api",
      "cli-progress",
      "google-gax",
      "prom-client",
      "@opentelemetry/api",
    ]) {
      expect(loaded).not.toContain(name);
    }
  });
});
