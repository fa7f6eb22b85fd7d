/**
 * Goal: the published package holds what it needs and nothing else, and works where there is no checkout.
 * Method: `npm pack`, an empty folder, `npm install` of that file there, and the program by `npx`, as a user has it.
 */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Outcome, start } from "../cli/logtally.ts";
import { CHECKOUT, readDeclared } from "./lock.ts";

/** The Node of the checkout goes first, as that of a user whose Node is new enough. */
const PATH = [dirname(process.execPath), process.env["PATH"]].join(delimiter);
/** Building, packing and installing, where everything is slow. */
const ALL_MS = 240_000;
const INSTALLED = "node_modules/logtally";

/** What the package holds. */
let files: readonly string[];
let place: string;
/** Where it is installed, below `place`. */
let folder: string;

async function runs(command: string, args: readonly string[], cwd: string): Promise<Outcome> {
  const { child, ended } = start(command, args, { cwd, env: { PATH } });
  child.stdin?.end();
  return ended;
}

async function fine(command: string, args: readonly string[], cwd = folder): Promise<string> {
  const outcome = await runs(command, args, cwd);
  expect({ command, args, ...outcome }).toMatchObject({ command, args, code: 0 });
  return outcome.stdout;
}

const npx = (...args: readonly string[]): Promise<string> => fine("npx", ["--no-install", "logtally", ...args]);

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), "logtally-packed-"));
  await fine("npm", ["pack", "--pack-destination", place], CHECKOUT);
  const [name = ""] = await readdir(place);
  const tarball = join(place, name);
  files = (await fine("tar", ["-tzf", tarball], place)).trimEnd().split("\n").toSorted();
  folder = join(place, "empty");
  await mkdir(folder);
  await writeFile(join(folder, "package.json"), "{}\n");
  // What was fetched for the checkout need not be fetched again.
  const quick = ["--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"];
  await fine("npm", ["install", ...quick, tarball]);
}, ALL_MS);

afterAll(() => rm(place, { recursive: true, force: true }));

describe("the packed package", () => {
  it("holds the built program, its data and its documentation, and no source, test or benchmark", () => {
    const tops = new Set(files.map((file) => /^package\/[^/]+\/?/.exec(file)?.[0]));
    expect([...tops]).toEqual([
      "package/LICENSE",
      "package/README.md",
      "package/bin/",
      "package/dist/",
      "package/docs/",
      "package/fixtures/",
      "package/kibana/",
      "package/package.json",
      "package/pipelines/",
      "package/reports/",
    ]);
    expect(files.filter((file) => /\.ts$|tsconfig|\/fixtures\/formats\/|\.map$|\.tgz$|\/\.[^/]+$/.test(file))).toEqual(
      [],
    );
  });

  it("has beside its modules every file that they read", async () => {
    const sources = (await readdir(join(CHECKOUT, "src"), { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(join(CHECKOUT, "src/").length))
      .filter((name) => !name.endsWith(".d.ts") && !name.endsWith("tsconfig.json"));
    const built = files.filter((file) => file.startsWith("package/dist/")).map((file) => file.slice(13));
    expect(built).toEqual(sources.map((name) => name.replace(/\.ts$/, ".js")).toSorted());
  });

  it("names no package of the checkout alone, and nothing that runs at its installation", async () => {
    const { dependencies } = readDeclared();
    const { scripts = {}, ...installed } = JSON.parse(
      await readFile(join(folder, INSTALLED, "package.json"), "utf8"),
    ) as { readonly scripts?: object; readonly dependencies: object; readonly bin: object };
    expect(installed).toMatchObject({ dependencies, bin: { logtally: "bin/logtally.js" } });
    expect(Object.keys(scripts).filter((name) => /^(?:pre|post)?(?:install|prepare)$/.test(name))).toEqual([]);
  });
});

describe("the installed package", () => {
  it("says what it can, and which version it is", async () => {
    expect(await npx("--help")).toContain("Usage: logtally");
    expect(await npx("--version")).toContain(readDeclared().version);
  });

  it("archives the lines that come with it, and counts them", async () => {
    const input = join(INSTALLED, "fixtures/local/ssh_push/input.ndjson");
    const lines = (await readFile(join(folder, input), "utf8")).trimEnd().split("\n").length;
    const summary = await npx("run", "--from", input, "--archive", "my-archive", "--json");
    expect(JSON.parse(summary)).toMatchObject({ lines_in: lines, archived: lines });
    const counts = JSON.parse(await npx("counts", "--archive", "my-archive", "--period", "all", "--json")) as {
      readonly rows: readonly { readonly event: string; readonly count: number }[];
    };
    expect(counts.rows.filter(({ event }) => event === "git_push")).toMatchObject([{ count: 1 }]);
    expect(await npx("seal", "--archive", "my-archive")).toContain("1 plan");
    expect(await npx("archive", "find", "--archive", "my-archive", "--event", "git_push")).toContain("{");
  });

  it("checks the pipeline that comes with it, and holds it against its own cases", async () => {
    expect(await npx("check")).toMatch(/^ok +/m);
    expect(await npx("test")).toMatch(/^ok +/m);
  });

  it("serves its page with all that it loads", async () => {
    const program = join(folder, INSTALLED, "bin/logtally.js");
    const { child, ended } = start(process.execPath, [program, "explore", "--port", "0", "--archive", "my-archive"], {
      cwd: folder,
    });
    try {
      const origin = await new Promise<string>((resolve, reject) => {
        let printed = "";
        child.stdout?.on("data", (bytes: Buffer) => {
          printed += String(bytes);
          const found = /http:\/\/[^/\s]+/.exec(printed);
          if (found !== null) resolve(found[0]);
        });
        void ended.then((outcome) => reject(new Error(`explore ended: ${JSON.stringify(outcome)}`)));
      });
      const page = await (await fetch(`${origin}/`)).text();
      const loaded = [...page.matchAll(/(?:src|href)="([^"#]+\.(?:js|css|svg)|\/page\/main)"/g)].map(
        ([, path = ""]) => path,
      );
      expect(loaded.length).toBeGreaterThan(10);
      for (const path of loaded) {
        const { status } = await fetch(new URL(path, origin));
        expect([path, status]).toEqual([path, 200]);
      }
    } finally {
      child.kill("SIGINT");
      await ended;
    }
  });
});
