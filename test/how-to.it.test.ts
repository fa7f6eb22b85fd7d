/**
 * Goal: the how-tos work as they are written, and print what they say.
 * Method: their commands, one after the other, in an empty folder, by bash, on real servers in the place of the services;
 * those of other programs' accounts are left out. Each line of a block of output must be among what the commands before
 * it printed, where `…` stands for whatever.
 */
import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, inject, it } from "vitest";
import { newKeyPem } from "./archive/sample-signing.ts";
import { tempFolder } from "./backends/temp-folder.ts";
import { generated } from "./cli/generated.ts";
import { FIXTURES, logtally, type RunningProcess, run, start, succeeds } from "./cli/logtally.ts";
import { exposedSamples } from "./counts/formats/exposition.ts";
import { blocksOf } from "./page-blocks.ts";
import { makeBucket, upload } from "./servers/bucket.ts";
import { openPublisher, publishDump } from "./servers/topic.ts";

const PAGES = join(import.meta.dirname, "../docs/how-to");
const PROGRAM = join(FIXTURES, "../bin/logtally.js");

it("adding an event works as written", async () => {
  const cwd = await tempFolder();
  const blocks = blocksOf(await readFile(join(PAGES, "add-an-event.md"), "utf8"));
  let printed = "";
  for (const { language, text, before } of blocks) {
    if (language === "sh") {
      const script = text.replaceAll("npx logtally", `'${process.execPath}' '${PROGRAM}'`);
      const { child, ended } = start("bash", ["-eu", "-c", script], { cwd });
      child.stdin?.end();
      const outcome = await ended;
      expect(outcome).toMatchObject({ code: 0 });
      printed = outcome.stdout + outcome.stderr;
    } else if (before.startsWith("`catalogue.yaml`")) await writeFile(join(cwd, "catalogue.yaml"), text);
    else if (language === "text" && !text.startsWith("bad ")) {
      for (const line of text.split("\n").filter((each) => !each.includes("…"))) expect(printed).toContain(line);
    }
  }
  expect(blocks.filter(({ language }) => language === "sh").length).toBeGreaterThan(3);

  const mistake = blocks.find(({ text }) => text.startsWith("bad "))?.text ?? "";
  const catalogue = await readFile(join(cwd, "catalogue.yaml"), "utf8");
  await writeFile(
    join(cwd, "catalogue.yaml"),
    catalogue.replace("method: POST, status: 201,", "method: POST, status: 200,"),
  );
  const { stderr } = await logtally(["check", "--set", "catalogue=catalogue.yaml"], { cwd });
  expect(stderr).toBe(mistake);
});

it("having reports works as written", async () => {
  const cwd = await tempFolder();
  const { path } = await generated("--lines", "300");
  await writeFile(join(cwd, "traffic.ndjson"), await readFile(path));
  const commands = await prepare("reports.md", cwd, (text) => text);
  expect(commands).toHaveLength(1);
  expect(await carryOut(commands.join(), { cwd, env: {} })).toContain("ok   pushes.yaml\n");
  const today = (await readdir(join(cwd, "out"))).join();
  expect(today).toMatch(/^\d{4}-\d\d-\d\d$/);
  expect(await readFile(join(cwd, "out", today, "pushes.csv"), "utf8")).toMatch(/^event,segment,key,period/);
});

const pubsubHost = inject("pubsubHost") ?? "";
const gcsUrl = inject("gcsUrl") ?? "";
const elasticsearchUrl = inject("elasticsearchUrl") ?? "";
const POLL_MS = 200;

interface Surroundings {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

const SECRETS = { LOGTALLY_PSEUDONYM_KEY: randomBytes(32).toString("hex"), LOGTALLY_ELASTICSEARCH_API_KEY: "a2V5OmE=" };

/** Writes the files of a page; gives its commands but those that need an account elsewhere. */
async function prepare(page: string, cwd: string, replaced: (text: string, language: string) => string) {
  const commands: string[] = [];
  for (const { language, text, before } of blocksOf(await readFile(join(PAGES, page), "utf8"))) {
    const [, file] = /^`([\w.]+)`:$/.exec(before) ?? [];
    if (file !== undefined) await writeFile(join(cwd, file), replaced(text, language));
    else if (language === "sh" && !/gcloud|openssl|kubectl/.test(text)) commands.push(replaced(text, language));
  }
  return commands;
}

function begin(command: string, surroundings: Surroundings): RunningProcess {
  const script = command.replaceAll("npx logtally", `'${process.execPath}' '${PROGRAM}'`);
  const running = start("bash", ["-eu", "-c", script], surroundings);
  running.child.stdin?.end();
  return running;
}

/** To its end. Resolves with what it prints. */
async function carryOut(command: string, surroundings: Surroundings): Promise<string> {
  const outcome = await begin(command, surroundings).ended;
  expect(outcome).toMatchObject({ code: 0 });
  return outcome.stdout;
}

/** One that only a signal ends is given one once `isDone`. */
async function carryOn(command: string, surroundings: Surroundings, isDone: () => Promise<boolean>): Promise<void> {
  const { child, ended } = begin(`exec ${command}`, surroundings);
  while (!(await isDone())) {
    if (child.exitCode !== null) throw new Error(`it has ended: ${JSON.stringify(await ended)}`);
    await sleep(POLL_MS);
  }
  child.kill("SIGTERM");
  expect(await ended).toMatchObject({ code: 130 });
}

async function documentsIn(prefix: string): Promise<number> {
  await fetch(`${elasticsearchUrl}/${prefix}.logs-*/_refresh`, { method: "POST" });
  const { count } = (await (await fetch(`${elasticsearchUrl}/${prefix}.logs-*/_count`)).json()) as { count: number };
  return count;
}

it("writing counts for Prometheus works as written", async () => {
  const cwd = await tempFolder();
  const { path } = await generated("--lines", "300");
  await run(join(cwd, "my-archive"), [path]);
  const commands = await prepare("prometheus.md", cwd, (text) => text);
  for (const command of commands) await carryOut(command, { cwd, env: {} });
  expect(commands).toHaveLength(1);
  expect(await readdir(join(cwd, "textfile"))).toEqual(["logtally-plan.prom"]);
  const samples = exposedSamples(await readFile(join(cwd, "textfile/logtally-plan.prom"), "utf8"));
  expect(samples.length).toBeGreaterThan(10);
});

// Where there is no jq; CI installs it.
it.skipIf(!succeeds("jq", ["--version"]))("laying counts beside Service Ping works as written", async () => {
  const cwd = await tempFolder();
  const { path } = await generated("--lines", "2000", "--start", "2020-12-15T08:00:00Z");
  await run(join(cwd, "my-archive"), [path]);
  const theirs = { counts: { source_code_pushes: 1234 }, redis_hll_counters: { source_code: {} } };
  await writeFile(join(cwd, "theirs.json"), JSON.stringify(theirs));
  const commands = await prepare("compare-with-service-ping.md", cwd, (text) => text);
  expect(commands).toHaveLength(4);
  const printed: string[] = [];
  for (const command of commands) printed.push(await carryOut(command, { cwd, env: {} }));
  const [, beside = "", explained = "", rows = ""] = printed;
  const [pushes, ...others] = beside.trimEnd().split("\n");
  expect(pushes).toMatch(/^counts\.source_code_pushes\t[1-9]\d*\t1234$/);
  expect(others).toHaveLength(5);
  for (const line of others) expect(line).toMatch(/^[\w.[\]]+\t\d+\tnone$/);
  expect(explained.match(/^\S/gm)).toHaveLength(6);
  const found = JSON.parse(rows) as { rows: { count: number }[] };
  expect(found.rows.length).toBeGreaterThan(0);
});

// Without Maven and Java there is no server; on CI that fails in test/servers/setup.ts.
it.skipIf(elasticsearchUrl === "")("searching in Elasticsearch works as written", async () => {
  const cwd = await tempFolder();
  const prefix = `test-${randomBytes(6).toString("hex")}`;
  const { path, truth } = await generated("--lines", "500");
  await writeFile(join(cwd, "traffic.ndjson"), await readFile(path));
  const commands = await prepare("elasticsearch.md", cwd, (text) =>
    text
      .replace("https://es.example:9200", elasticsearchUrl)
      .replace("prefix: logtally", `prefix: ${prefix}`)
      .replaceAll("--since 2026-11-20 --until 2026-11-22", "--since 2020-12-22 --until 2020-12-23"),
  );
  const [expire = "", ...before] = commands.toReversed();
  const outcomes: string[] = [];
  for (const command of before.reverse()) outcomes.push(await carryOut(command, { cwd, env: SECRETS }));
  const [, document, , redriven, rebuilt, again] = outcomes;
  expect(outcomes).toHaveLength(6);
  expect(document).toContain('"@timestamp": "2020-12-22T');
  expect(redriven).toContain("0");
  expect(rebuilt).toContain(truth.archived.toLocaleString("en-US"));
  expect(JSON.parse(again ?? "")).toMatchObject({ archived: 0, index_complete: true });
  expect(await documentsIn(prefix)).toBe(truth.archived);
  // The traffic is of a day that is long over.
  const expired = await carryOut(expire, { cwd, env: SECRETS });
  expect(expired).toContain(`removed  ${prefix}.logs-sidekiq-2020.12.22`);
  expect(await documentsIn(prefix)).toBe(0);
});

// Without Go, Maven or Java there are no servers; on CI that fails in test/servers/setup.ts.
describe.skipIf([pubsubHost, gcsUrl, elasticsearchUrl].includes(""))("the page for Google Cloud", () => {
  it("works as written", async () => {
    const cwd = await tempFolder();
    const id = randomBytes(6).toString("hex");
    const [project, prefix, bucket] = [`project-${id}`, `test-${id}`, await makeBucket(gcsUrl)];
    const shipped = await readFile(join(FIXTURES, "../pipelines/gitlab-com.yaml"), "utf8");
    await mkdir(join(cwd, "pipelines"));
    await writeFile(join(cwd, "signing.key"), newKeyPem());
    const ours = shipped
      .replace(/^ {2}# endpoint: .*$/m, `  endpoint: ${gcsUrl}`)
      .replace(/^ {2}prefix: logtally$/m, `  prefix: ${prefix}`);
    await writeFile(join(cwd, "pipelines/gitlab-com.yaml"), ours);
    const { path } = await generated("--lines", "200");
    const exported = await generated("--lines", "100", "--form", "logentry", "--seed", "9");
    const exports = await makeBucket(gcsUrl);
    await upload(gcsUrl, exports, "stdout/2020/12/22/08:00:00_08:59:59_S0.json", await readFile(exported.path));
    const commands = await prepare("google-cloud.md", cwd, (text, language) =>
      (language === "yaml" ? text.replace("bucket: BUCKET", `bucket: BUCKET\n  endpoint: ${gcsUrl}`) : text)
        .replaceAll("BUCKET", bucket)
        .replaceAll("EXPORTS", exports)
        .replace("--archive my-archive", `--archive my-archive --set source.endpoint=${gcsUrl}`)
        .replaceAll("PROJECT", project)
        .replace("/var/log/gitlab/*/*_json.log", path)
        .replace("https://es.example:9200", elasticsearchUrl),
    );

    const publisher = openPublisher(pubsubHost);
    let documents = 0;
    const publish = async (topic: string, seed: string): Promise<void> => {
      const { path: dump, truth } = await generated("--lines", "300", "--seed", seed, "--form", "pubsub");
      await publishDump(publisher, `projects/${project}/topics/${topic}`, dump);
      documents += truth.archived;
    };
    const names = ["rails", "sidekiq", "workhorse"];
    for (const name of names)
      await publisher.createTopic({ name: `projects/${project}/topics/pubsub-${name}-inf-gprd` });
    const surroundings = { cwd, env: { ...SECRETS, PUBSUB_EMULATOR_HOST: pubsubHost } };
    const printed: string[] = [];
    const isIndexed = async (): Promise<boolean> => (await documentsIn(prefix)) >= documents;
    for (const command of commands) {
      if (command.includes("dead-letter")) {
        await publish("logtally-rails-dead-letter", "4");
        await carryOn(command, surroundings, isIndexed);
      } else if (command.includes("run pipelines/")) {
        for (const [at, name] of names.entries()) await publish(`pubsub-${name}-inf-gprd`, String(at + 1));
        await carryOn(command, surroundings, isIndexed);
      } else printed.push(await carryOut(command, surroundings));
    }
    await publisher.close();
    expect(printed).toHaveLength(7);
    for (const name of names) {
      expect(printed[4]).toMatch(new RegExp(`^${name} +1 +\\d{4}-.* [0-9a-f]{64}$`, "m"));
      expect(printed[4]).toMatch(new RegExp(`^stream ${name}: removed 1 object,`, "m"));
    }
    const { stdout } = await logtally(["archive", "find", "--archive", join(cwd, "my-archive")]);
    expect(stdout.trimEnd().split("\n")).toHaveLength(exported.truth.archived);
    const created = new Set(printed[1]?.match(/^create .*subscription "\S+?"/gm));
    expect(created.size).toBe(2 * names.length);
    expect(await documentsIn(prefix)).toBe(documents);
  });
});
