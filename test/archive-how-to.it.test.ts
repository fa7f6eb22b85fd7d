/**
 * Goal: the how-tos on bringing lines back, asking SQL and keeping the archive work as they are written.
 * Method: their commands, one after the other, in an empty folder, by bash, on real servers in the place of the services; a
 * scripted one where holds and policies have to be kept. Those of other programs' accounts are left out.
 */
import { randomBytes } from "node:crypto";
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, inject, it } from "vitest";
import { tempFolder } from "./backends/temp-folder.ts";
import { generated } from "./cli/generated.ts";
import { FIXTURES, logtally, start } from "./cli/logtally.ts";
import { blocksOf } from "./page-blocks.ts";
import { startScriptedGcs } from "./servers/scripted-gcs.ts";
import { countOf } from "./servers/search.ts";

const PAGES = join(import.meta.dirname, "../docs/how-to");
const PROGRAM = join(FIXTURES, "../bin/logtally.js");
const elasticsearchUrl = inject("elasticsearchUrl") ?? "";

/** Does what a page says, with other names; gives what each block of commands prints. */
async function follow(
  page: string,
  cwd: string,
  env: Readonly<Record<string, string>>,
  replaced: (text: string) => string = (text) => text,
): Promise<string[]> {
  const printed: string[] = [];
  for (const { language, text, before } of blocksOf(await readFile(join(PAGES, page), "utf8"))) {
    const [, file] = /^`([\w.]+)`:$/.exec(before) ?? [];
    if (file !== undefined) await writeFile(join(cwd, file), replaced(text));
    else if (language === "sh" && !text.includes("gcloud")) {
      const script = replaced(text).replaceAll("npx logtally", `'${process.execPath}' '${PROGRAM}'`);
      const { child, ended } = start("bash", ["-eu", "-c", script], { cwd, env });
      child.stdin?.end();
      const outcome = await ended;
      expect({ text, ...outcome }).toMatchObject({ code: 0 });
      printed.push(outcome.stdout);
    }
  }
  return printed;
}

// Without Maven and Java there is no server; on CI that fails in test/servers/setup.ts.
it.skipIf(elasticsearchUrl === "")("bringing lines back works as written", async () => {
  const cwd = await tempFolder();
  const prefix = `test-${randomBytes(6).toString("hex")}`;
  const { path, truth } = await generated("--lines", "500");
  await cp(path, join(cwd, "traffic.ndjson"));
  await writeFile(
    join(cwd, "first.yaml"),
    "name: search\nsource: {kind: files, paths: [traffic.ndjson]}\narchive: {kind: folder, path: archive}\n",
  );
  expect(await logtally(["run", "first.yaml"], { cwd })).toMatchObject({ code: 0 });
  const printed = await follow("bring-lines-back.md", cwd, { XDG_STATE_HOME: cwd }, (text) =>
    text.replace("urls: [https://es.example:9200]", `urls: [${elasticsearchUrl}]\n  prefix: ${prefix}`),
  );
  expect(printed).toHaveLength(4);
  expect(printed[0]).toMatch(/^lines {5}at most 50\d, /);
  const lines = Number(printed[1]?.trimEnd().split("\n").at(-1));
  expect(lines).toBeGreaterThan(400);
  expect(lines).toBeLessThanOrEqual(truth.archived);
  expect(await countOf(elasticsearchUrl, `${prefix}.replay-audit-*`)).toBe(lines);
  expect(printed[3]).toBe("");
});

it("asking SQL works as written", async () => {
  const cwd = await tempFolder();
  await cp(FIXTURES, join(cwd, "fixtures"), { recursive: true });
  const [, byHour, projects, share, users, lines] = await follow("ask-sql.md", cwd, {});
  expect(byHour).toMatch(/^hour +event +events\n2020-/);
  expect(projects).toMatch(/^project,events\n.+,\d+\n/);
  expect(share).toMatch(/^rejected +pushed\n +\d+ +3\n$/);
  expect(users).toMatch(/^root_group +users\n/);
  expect(JSON.parse(lines ?? "")).toHaveLength(3);
});

it("keeping the archive works as written", async () => {
  const server = await startScriptedGcs([]);
  try {
    const cwd = await tempFolder();
    const env = { LOGTALLY_PSEUDONYM_KEY: "k".repeat(32) };
    const replaced = (text: string): string =>
      text.replace("bucket: BUCKET", `bucket: my-bucket\n  endpoint: ${server.url}`).replaceAll("VAULT", "my-vault");
    const place = ["--archive", "gs://my-bucket", "--set", "archive.vault_bucket=my-vault"];
    const settings = [
      ...place,
      "--set",
      `archive.endpoint=${server.url}`,
      "--set",
      "pseudonym_key.env=LOGTALLY_PSEUDONYM_KEY",
    ];
    const input = join(FIXTURES, "local/ssh_push/input.ndjson");
    expect(await logtally(["run", "--from", input, ...settings], { env })).toMatchObject({ code: 0 });
    expect(await logtally(["seal", ...settings], { env })).toMatchObject({ code: 0 });
    const printed = await follow("keep-the-archive.md", cwd, env, replaced);
    expect(printed[0]).toContain("sealed in gs://my-vault as ARCHIVE, kept for 365 days, not locked");
    expect(printed[0]).toContain("create   retention of 365 days in gs://my-vault\n");
    expect(printed[1]).toContain("create   lock of that retention in gs://my-vault\n");
    expect(printed[2]).toMatch(/: \d+ objects held\n/);
    expect(server.bucket("my-vault")["retentionPolicy"]).toMatchObject({ isLocked: true });
  } finally {
    await server.close();
  }
});
