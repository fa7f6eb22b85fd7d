/**
 * Goal: an image that is built from the Dockerfile has a program that runs, on a read-only file system, without any right.
 * Method: its steps without an engine: what .dockerignore shows is copied into a folder and built there, what the last stage
 * copies into another one, which is made read-only; the program runs there without capabilities. The packages are those of
 * the checkout in the place of `npm ci` and `npm prune`.
 */
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { filesBelow, type Outcome, start } from "../cli/logtally.ts";
import { startContained } from "./container.ts";
import { CHECKOUT, contextEntries, dockerfileSteps, imageConfig, wordsOf } from "./dockerfile.ts";

const exec = promisify(execFile);
const STEPS = dockerfileSteps();
const BUILD_STAGE = 0;
const IMAGE_STAGE = 1;

let folder = "";
const root = (path: string): string => join(folder, "root", path);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "logtally-image-"));
  await build();
  await copyIntoImage();
  for (const writable of ["data", "tmp"]) await mkdir(root(writable));
  await exec("chmod", ["-R", "a-w", root("opt")]);
});

afterAll(async () => {
  await exec("chmod", ["-R", "u+w", root("opt")]);
  await rm(folder, { recursive: true });
});

async function build(): Promise<void> {
  const app = join(folder, "app");
  for (const entry of contextEntries()) await cp(join(CHECKOUT, entry), join(app, entry), { recursive: true });
  await symlink(join(CHECKOUT, "node_modules"), join(app, "node_modules"));
  for (const { keyword, text, stage } of STEPS) {
    if (keyword !== "RUN" || stage !== BUILD_STAGE || /^npm (?:ci|prune) /.test(text)) continue;
    const [program, ...args] = text.split(" ");
    expect(program).toBe("node");
    await exec(process.execPath, args, { cwd: app });
  }
}

async function copyIntoImage(): Promise<void> {
  for (const { keyword, text, stage } of STEPS) {
    if (keyword !== "COPY" || stage !== IMAGE_STAGE) continue;
    const [from, ...paths] = text.split(" ");
    expect(from).toBe("--from=build");
    const target = paths.pop() ?? "";
    for (const path of paths) {
      const to = root(target.endsWith("/") ? join(target, path.replace(/^.*\//, "")) : target);
      await mkdir(dirname(to), { recursive: true });
      await cp(join(folder, path), to, { recursive: true, verbatimSymlinks: true });
    }
  }
}

/** The program of the image. */
function run(args: readonly string[]): Promise<Outcome> {
  const { entrypoint, env, workingFolder } = imageConfig();
  const [, program = ""] = entrypoint;
  const { child, ended } = startContained([process.execPath, root(program), ...args], {
    cwd: root(workingFolder),
    env: { ...env, HOME: "/nowhere", TMPDIR: root("tmp"), XDG_CACHE_HOME: root("tmp") },
  });
  child.stdin?.end();
  return ended;
}

/** But for packages, which are those of the checkout. */
async function imageFiles(): Promise<readonly string[]> {
  return (await filesBelow(root("opt"))).filter((path) => !path.includes("/node_modules/"));
}

it("the program says what it can", async () => {
  const { code, stdout, stderr } = await run(["--help"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/^Usage: logtally /);
});

it("the program archives and counts, and writes to /data and /tmp alone", async () => {
  const before = await imageFiles();
  const made = await run([
    "run",
    "--from",
    root("opt/logtally/fixtures/local/*/input.ndjson"),
    "--archive",
    "archive",
    "--json",
  ]);
  expect(made).toMatchObject({ code: 0, stderr: "" });
  expect(JSON.parse(made.stdout)).toMatchObject({ interrupted: false, quarantined: {} });
  const counted = await run(["counts", "--archive", "archive", "--format", "csv", "--event", "git_push"]);
  expect(counted).toMatchObject({ code: 0, stderr: "" });
  expect(counted.stdout).toContain("git_push,");
  expect(await imageFiles()).toEqual(before);
  expect((await filesBelow(root("data"))).every((path) => path.startsWith("archive/"))).toBe(true);
});

it("the program knows what it ships: a pipeline and a report", async () => {
  const report = root("opt/logtally/reports/pushes-by-plan.yaml");
  for (const args of [
    ["check", "--archive", "archive"],
    ["report", "--check", report],
  ]) {
    expect(await run(args)).toMatchObject({ code: 0 });
  }
});

it.each([
  ["lives", 200, 0],
  ["says that it does not", 503, 1],
  ["does not answer", null, 1],
])("the health check tells of one that %s", async (_what, status, code) => {
  const server = createServer((_request, response) => response.writeHead(status ?? 500).end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  if (status === null) server.close();
  const { text = "" } = STEPS.find(({ keyword }) => keyword === "HEALTHCHECK") ?? {};
  const [, ...args] = wordsOf(text.replace(/^.* CMD /, "")) ?? [];
  const looked = start(
    process.execPath,
    args.map((arg) => arg.replace(":9464/livez", `:${port}/livez`)),
  );
  expect((await looked.ended).code).toBe(code);
  server.close();
});
