/**
 * Goal: the first command that a newcomer types works anywhere, shows exact counts, leads to the page, and touches nothing
 * of the user's.
 * Method: the demonstration in a folder without and with a pipeline of its own, beside other lines, and on a terminal.
 */
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { tempFolder } from "../backends/temp-folder.ts";
import {
  FIXTURES,
  filesBelow,
  logtally,
  type Outcome,
  PROGRAM,
  type RunningProcess,
  start,
  walPaths,
} from "./logtally.ts";

const SCRIPT = "/usr/bin/script";
const USUAL_PORT = 8740;
/** Each demonstration takes some seconds. */
const LONG_MS = 300_000;
const CTRL_C = "\u0003";
const CTRL_D = "\u0004";
const QUESTION = "Look at it in the browser now? [Y/n] ";

const running = new Set<RunningProcess>();

const OWN_PIPELINE = `name: own
instance: prod
source: { kind: stdin }
archive: { kind: folder, path: ../real }
`;

it("simulates a day, counts it, and proves the counts; again, and whatever pipelines the folder has", async () => {
  const cwd = await tempFolder();
  const first = await logtally(["demo"], { cwd });
  expect(first).toMatchObject({ code: 0, stderr: "" });
  expect(first.stdout).toMatch(/^a simulated day of a GitLab instance with 80 users: [\d,]+ lines, /);
  expect(first.stdout).toMatch(/^archived +[1-9][\d,]+ +new to the archive$/m);
  expect(first.stdout).toMatch(/^git_push +gprd +[1-9]/m);
  expect(first.stdout).toMatch(/^exact: all [\d,]{5,} counts, in 9 segments, are what was done on the instance$/m);
  expect(first.stdout).toMatch(/^archive "archive": [\d,]+ lines in \d segments? of the write-ahead log, /m);
  // All of them, also those without a time.
  const [, archived] = /^archived +([\d,]+) /m.exec(first.stdout) ?? [];
  const [, sealed] = /^([\d,]+) lines sealed, and \d objects signed with key [0-9a-f]{16}: /m.exec(first.stdout) ?? [];
  expect(sealed).toBe(archived);
  expect(first.stdout).toMatch(/worth typing next:\n\n {2}npx logtally explore /);
  expect(first.stdout).not.toContain(QUESTION);
  expect(await logtally(["archive", "verify"], { cwd })).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("verified: nothing is missing, extra or altered"),
  });
  expect((await filesBelow(cwd)).every((path) => path.startsWith("archive/"))).toBe(true);

  await mkdir(join(cwd, "pipelines"));
  await writeFile(join(cwd, "pipelines/local.yaml"), OWN_PIPELINE);
  const second = await logtally(["demo"], { cwd });
  expect(second).toMatchObject({ code: 0, stderr: "" });
  expect(second.stdout).toMatch(/^duplicates +[\d,]+ +all came before: no count changes$/m);
  expect(second.stdout).toContain("\nexact: all ");
  expect(second.stdout).toContain("\nsealed and signed before: nothing is new\n");
  expect(await filesBelow(join(cwd, "real"))).toEqual([]);
});

it("keeps away from lines that are not simulated", async () => {
  const cwd = await tempFolder();
  await logtally(["run", "--from", join(FIXTURES, "local/ssh_push/input.ndjson")], { cwd });
  const before = await walPaths(join(cwd, "archive"));
  expect(before).toHaveLength(1);
  const refused = {
    code: 2,
    signal: null,
    stdout: "",
    stderr:
      'logtally: run the demonstration: "archive" holds lines of pipeline "local" (hint: run it in another folder)\n',
  };
  expect(await logtally(["demo"], { cwd })).toEqual(refused);
  expect(await walPaths(join(cwd, "archive"))).toEqual(before);
  await logtally(["seal", "--set", "seal.lateness_ms=0"], { cwd });
  await rm(join(cwd, "archive/wal"), { recursive: true });
  expect(await logtally(["demo"], { cwd })).toEqual(refused);
});

/**
 * On a terminal that `script` makes; what is written to its standard input is typed there. A shell that waited for the
 * program would end by the signal of Ctrl-C, whatever the program makes of it: the program takes the place of the shell.
 */
function demoOnTerminal(cwd: string): RunningProcess {
  const demo = start(SCRIPT, ["-qec", `exec "${process.execPath}" "${PROGRAM}" demo`, "/dev/null"], { cwd });
  running.add(demo);
  void demo.ended.finally(() => running.delete(demo));
  return demo;
}

afterEach(async () => {
  // What a failed test has left: without its terminal the program ends as well.
  for (const { child } of running) child.kill("SIGKILL");
  await Promise.all([...running].map(({ ended }) => ended));
});

/** Resolves with what was shown once that text is there. */
function shows({ child, ended }: RunningProcess, text: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let shown = "";
    child.stdout?.on("data", (bytes: Buffer) => {
      shown += String(bytes);
      if (text.test(shown)) resolve(shown);
    });
    void ended.then((outcome) => reject(new Error(`the demonstration ended: ${JSON.stringify(outcome)}`)));
  });
}

/** How it ends; what it shows instead where it serves the page, which has no end of its own. */
function endOf(demo: RunningProcess): Promise<Outcome | string> {
  return Promise.race([demo.ended, shows(demo, /http:/)]);
}

// Not every system has a `script` of these options; where the tests run for a change it is there.
it.skipIf(!existsSync(SCRIPT) || process.platform !== "linux")(
  "offers the page on a terminal",
  async () => {
    const cwd = await tempFolder();
    const taken = createServer();
    await new Promise<void>((resolve) => {
      // Then somebody else has taken it already.
      taken.once("error", () => resolve());
      taken.listen(USUAL_PORT, "127.0.0.1", () => resolve());
    });
    try {
      const first = demoOnTerminal(cwd);
      await shows(first, /in the browser now\? \[Y\/n\] /);
      first.child.stdin?.write("\r");
      const shown = await shows(first, /until Ctrl-C:\s+http:\S+\s/);
      expect(shown).toContain(`port ${USUAL_PORT} is taken, so the page is at another one`);
      const url = new URL(/http:\S+/.exec(shown)?.[0] ?? "");
      const headers = { Authorization: `Bearer ${url.searchParams.get("token")}` };
      const about = await fetch(new URL("/api/about", url), { headers });
      expect(await about.json()).toMatchObject({ archive: join(cwd, "archive"), streams: ["demo"] });
      first.child.stdin?.write(CTRL_C);
      expect(await first.ended).toMatchObject({ code: 0 });
    } finally {
      taken.close();
    }

    // As an earlier version has left it.
    for (const made of ["vault", "facts", "ctl/signing.key"]) {
      await rm(join(cwd, "archive", made), { recursive: true });
    }
    const second = demoOnTerminal(cwd);
    const shown = await shows(second, /in the browser now\? \[Y\/n\] /);
    expect(shown).toMatch(/[\d,]+ lines sealed, and \d objects signed/);
    second.child.stdin?.write("n\r");
    expect(await endOf(second)).toMatchObject({ code: 0 });

    for (const key of [CTRL_C, CTRL_D]) {
      const next = demoOnTerminal(cwd);
      await shows(next, /in the browser now\? \[Y\/n\] /);
      next.child.stdin?.write(key);
      expect(await endOf(next)).toMatchObject({ code: 0, signal: null });
    }
  },
  LONG_MS,
);
