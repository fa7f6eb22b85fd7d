/**
 * Goal: what pages have systemd and an administrator do beside the units works where run-as-a-service.md has put key and pipeline.
 * Method: the units of the pages are judged by systemd's own `verify`. What they start, and what is typed by `as_units`, is
 * carried out with its places moved into a folder, and with the key where systemd hands it over, nowhere else. A script stands in
 * for systemd-run; as root it takes user and rights seriously.
 */
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { tempFolder } from "../backends/temp-folder.ts";
import { generated } from "../cli/generated.ts";
import { type Outcome, run, start, succeeds } from "../cli/logtally.ts";
import { exposedSamples } from "../counts/formats/exposition.ts";
import { blocksOf } from "../page-blocks.ts";
import { CHECKOUT } from "./dockerfile.ts";

const PAGES = join(CHECKOUT, "docs/how-to");
const KEY = "/etc/logtally/pseudonym.key";
const REPORT = `version: 1
name: plans
pipeline: ../pipeline.yaml
by: plan
format: csv
destination: { kind: file, path: /var/lib/logtally/out/plans.csv }
`;
/** Its user is root's to become; of what it is asked for it does what matters here. */
const SYSTEMD_RUN = `#!/bin/bash
fence=()
for word; do
  case "$word" in
    --uid=logtally) [ "$(id -u)" = 0 ] && fence+=(setpriv --reuid=65534 --clear-groups) ;;
    --property=AmbientCapabilities=CAP_DAC_READ_SEARCH)
      [ "$(id -u)" = 0 ] && fence+=(--inh-caps +dac_read_search --ambient-caps +dac_read_search) ;;
    --property=LoadCredential=pseudonym.key:${KEY}) export CREDENTIALS_DIRECTORY="$CREDENTIALS" ;;
    --*) ;;
    *) break ;;
  esac
  shift
done
cd / && exec "\${fence[@]}" "$@"
`;

let folder = "";

/** The places of a text, where they are here. */
function moved(text: string): string {
  return text
    .replaceAll("/opt/logtally/node_modules/node/bin/node", process.execPath)
    .replaceAll("/opt/logtally", CHECKOUT)
    .replaceAll(/\/(?:etc\/logtally|var\/lib\/logtally|var\/lib\/node_exporter|var\/log\/gitlab)(?=\/)/g, `${folder}$&`)
    .replaceAll(/(?<==)\/etc\/logtally$/gm, `${folder}$&`);
}

/** The units that a page has, by the names that it gives them. */
async function unitsOf(page: string): Promise<ReadonlyMap<string, string>> {
  const blocks = blocksOf(await readFile(join(PAGES, page), "utf8")).filter(({ language }) => language === "ini");
  return new Map(blocks.map(({ before, text }) => [/([\w-]+\.(?:service|timer))`/.exec(before)?.[1] ?? "", text]));
}

/** Carries out what a unit starts. */
function carriedOut(unit: string): Promise<Outcome> {
  const valuesOf = (name: string) =>
    [...unit.matchAll(new RegExp(`^${name}=(.*)$`, "gm"))].map(([, value]) => value ?? "");
  expect(valuesOf("User")).toEqual(["logtally"]);
  expect(valuesOf("LoadCredential")).toEqual([`pseudonym.key:${KEY}`]);
  const variables = valuesOf("Environment").map((text) => moved(text.replace(/^"(.*)"$/, "$1")).split(/=(.*)/s));
  const script = moved(valuesOf("ExecStart").join()).replaceAll("%d", join(folder, "credentials"));
  const cwd = moved(`=${valuesOf("WorkingDirectory").join() || "/"}`).slice(1);
  const { child, ended } = start("bash", ["--norc", "-c", script], {
    cwd,
    env: Object.fromEntries(variables) as Record<string, string>,
  });
  child.stdin?.end();
  return ended;
}

/** Types commands where `as_units` is, as the page has it. */
async function typed(commands: string): Promise<Outcome> {
  const page = await readFile(join(PAGES, "run-as-a-service.md"), "utf8");
  const [, helper = ""] = /^(as_units\(\) \{\n.*?^\})$/ms.exec(page) ?? [];
  const env = { PATH: `${join(folder, "bin")}:${process.env["PATH"]}`, CREDENTIALS: join(folder, "credentials") };
  const here = moved(helper.replace(KEY, "KEY")).replace("KEY", KEY);
  const { child, ended } = start("bash", ["--norc", "-eu", "-c", `${here}\n${moved(commands)}`], { env });
  child.stdin?.end();
  return ended;
}

beforeAll(async () => {
  folder = await tempFolder();
  // Another user is to get there.
  await chmod(folder, 0o755);
  const [archive, logs] = [join(folder, "var/lib/logtally/archive"), join(folder, "var/log/gitlab/gitlab-rails")];
  for (const each of ["bin", "credentials", "etc/logtally/reports", "var/lib/node_exporter/textfile"])
    await mkdir(join(folder, each), { recursive: true });
  for (const each of [archive, logs]) await mkdir(each, { recursive: true });
  await writeFile(join(folder, "credentials/pseudonym.key"), "00".repeat(32));
  await writeFile(join(folder, "bin/systemd-run"), SYSTEMD_RUN, { mode: 0o755 });
  const pipeline = await readFile(join(CHECKOUT, "pipelines/self-managed.yaml"), "utf8");
  await writeFile(join(folder, "etc/logtally/pipeline.yaml"), moved(pipeline));
  await writeFile(join(folder, "etc/logtally/reports/plans.yaml"), moved(REPORT));
  const { path } = await generated("--lines", "300");
  await run(archive, [path, "--set", `pseudonym_key.file=${join(folder, "credentials/pseudonym.key")}`]);
  // Of a user whom the units are not, as GitLab's are.
  await writeFile(join(logs, "production_json.log"), await readFile(path), { mode: 0o600 });
  await chmod(logs, 0o700);
  if (process.getuid?.() === 0) expect(succeeds("chown", ["-R", "65534", join(folder, "var/lib")])).toBe(true);
});

// Where there is no systemd; on CI that is a failure in units.it.test.ts.
it.skipIf(!succeeds("systemd-analyze", ["--version"])).each(["prometheus.md", "reports.md"])(
  "the units of %s are taken by systemd",
  async (page) => {
    const units = await tempFolder();
    const written: string[] = [];
    for (const [name, text] of await unitsOf(page)) {
      written.push(join(units, name));
      await writeFile(join(units, name), moved(text));
    }
    expect(written.map((path) => path.replace(/.*\./, ""))).toEqual(["service", "timer"]);
    const judged = start("systemd-analyze", ["verify", "--man=no", ...written], { env: { SYSTEMD_PAGER: "cat" } });
    const { code, stderr } = await judged.ended;
    expect(stderr.split("\n").filter((line) => line.includes("logtally"))).toEqual([]);
    expect(code).toBe(0);
  },
);

it("counts are written for Prometheus by the unit of its page", async () => {
  const unit = (await unitsOf("prometheus.md")).get("logtally-counts.service") ?? "";
  expect(await carriedOut(unit)).toMatchObject({ code: 0, stderr: "" });
  const textfile = join(folder, "var/lib/node_exporter/textfile");
  expect((await readdir(textfile)).toSorted()).toEqual(["logtally-instance.prom", "logtally-plan.prom"]);
  const samples = exposedSamples(await readFile(join(textfile, "logtally-plan.prom"), "utf8"));
  expect(samples.length).toBeGreaterThan(10);
});

it("reports are answered by the unit of their page", async () => {
  const unit = (await unitsOf("reports.md")).get("logtally-report.service") ?? "";
  expect(await carriedOut(unit)).toMatchObject({ code: 0 });
  const rows = await readFile(join(folder, "var/lib/logtally/out/plans.csv"), "utf8");
  expect(rows).toMatch(/^event,segment,key,period/);
});

it("an administrator's commands are carried out with the key and the rights of the units", async () => {
  const page = await readFile(join(PAGES, "run-as-a-service.md"), "utf8");
  const commands = page.match(/^as_units [a-z].*$/gm) ?? [];
  expect(commands.map((command) => command.split(" ")[1])).toEqual(["counts", "facts", "check"]);
  for (const command of commands) expect(await typed(command)).toMatchObject({ code: 0, stderr: "" });
  expect((await typed("as_units check /etc/logtally/pipeline.yaml")).stdout).toContain("1 file to follow now");
});
