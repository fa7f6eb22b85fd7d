/**
 * Goal: a cluster that is away for a moment keeps no report from being published, one that takes nothing is told before
 * anything is counted, and hints name the fields where these stand.
 * Method: the program as a user starts it, on a scripted server; an archive that is not there, which a count would tell.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { tempFolder } from "../backends/temp-folder.ts";
import {
  type BulkMishap,
  type ScriptedElasticsearch,
  startScriptedElasticsearch,
} from "../servers/scripted-elasticsearch.ts";
import { generated } from "./generated.ts";
import { expectOneLine, logtally, type Outcome, run } from "./logtally.ts";

const NOTHING_PUBLISHED: BulkMishap = { answer: { hits: { hits: [] } } };

let server: ScriptedElasticsearch | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

/** A report into that cluster, which meets these mishaps: of its template, then of documents, then of a search. */
async function reportAmid(cwd: string, ...mishaps: readonly (BulkMishap | null)[]): Promise<Outcome> {
  server = await startScriptedElasticsearch({ mishaps });
  const destination = `destination: { kind: elasticsearch, urls: ["${server.url}"] }`;
  await writeFile(join(cwd, "a.yaml"), `version: 1\nname: a\n${destination}\n`);
  return logtally(["report", "a.yaml"], { cwd });
}

describe("publishing", () => {
  it("waits out what passes, from the first request to the last", async () => {
    const cwd = await tempFolder();
    const { path } = await generated("--lines", "100");
    await run(join(cwd, "archive"), [path]);
    const { code, stderr } = await reportAmid(cwd, 503, null, 503, null, 503, NOTHING_PUBLISHED);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const told = stderr.trimEnd().split("\n");
    expect(told[0]).toContain(`ask "${server?.url}": in words: 503`);
    expect(told.at(-1)).toMatch(/report "a\.yaml": \d+ documents in "logtally\.counts-\w{12}", view [0-9a-f]{32}$/);
    expect(server?.documents.size).toBeGreaterThan(10);
  });

  it("says that the cluster takes nothing before anything is counted, and where the key stands", async () => {
    const { code, stderr } = await reportAmid(await tempFolder(), 401);
    expect(code).toBe(3);
    expectOneLine(stderr, "in words: 401 (hint: give an API key that the cluster knows: destination.api_key)");
    expect(stderr).not.toContain("archive");
  });

  it("says that what answers is no cluster, and where its URL stands", async () => {
    const { code, stderr } = await reportAmid(await tempFolder(), "stranger");
    expect(code).toBe(3);
    expectOneLine(stderr, "(hint: destination.urls must name Elasticsearch 9)");
  });

  it("says that the key may not look at the template", async () => {
    const { stderr } = await reportAmid(await tempFolder(), 403);
    expect(stderr).toContain('index template "logtally.counts" in "http');
    expect(stderr).toContain("may not be looked at, and a new index without it would guess at its fields");
  });
});
