/**
 * Goal: systemd takes the units, and they let the program do little more than it must.
 * Method: systemd's own `verify` and `security`, on copies whose program lies in this checkout; the first is seen to tell a
 * planted fault.
 */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ARCHIVE_GRACE_MS } from "../../src/cli/open/worker.ts";
import { REPEATS_GRACE_MS } from "../../src/cli/run/run-all.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { type Outcome, start, succeeds } from "../cli/logtally.ts";
import { CHECKOUT } from "./dockerfile.ts";

const FOLDER = join(CHECKOUT, "deploy/systemd");
const SERVICES = ["logtally.service", "logtally-sign.service", "logtally-gc.service", "logtally-ledger.service"];
/** Tenths, as systemd rates: 100 is a service without any fence. */
const MOST_EXPOSURE = 25;

const isThere = succeeds("systemd-analyze", ["--version"]);
if (!isThere && process.env["CI"] !== undefined) throw new Error("no systemd-analyze: install systemd");

/** The units, as they would be here. */
async function unitsHere(change: (text: string) => string = (text) => text): Promise<string> {
  const folder = join(await tempFolder(), "units");
  await mkdir(folder);
  for (const name of await readdir(FOLDER)) {
    const text = await readFile(join(FOLDER, name), "utf8");
    const here = text
      .replaceAll("/opt/logtally/node_modules/node/bin/node", process.execPath)
      .replaceAll("/opt/logtally", CHECKOUT);
    await writeFile(join(folder, name), change(here));
  }
  return folder;
}

function analyze(args: readonly string[]): Promise<Outcome> {
  return start("systemd-analyze", args, { env: { SYSTEMD_PAGER: "cat" } }).ended;
}

async function verified(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => /\.(?:service|timer)$/.test(name));
  const { code, stderr } = await analyze(["verify", "--man=no", ...names.map((name) => join(folder, name))]);
  // What it says of other units of the machine is theirs.
  const said = stderr.split("\n").filter((line) => line.includes("logtally"));
  return code === 0 && said.length === 0 ? "" : stderr;
}

// Where there is no systemd; on CI that is a failure, above.
describe.skipIf(!isThere)("the units", () => {
  it("are taken by systemd", async () => {
    expect(await verified(await unitsHere())).toBe("");
  });

  it("would be told of a setting that there is not", async () => {
    const folder = await unitsHere((text) => text.replace("ProtectHome=", "ProtectHomes="));
    expect(await verified(folder)).toContain("ProtectHomes");
  });

  it("would be told of a program that there is not", async () => {
    const folder = await unitsHere((text) => text.replaceAll(`=${process.execPath}`, "=/nowhere/node"));
    expect(await verified(folder)).toContain("/nowhere/node");
  });

  it.each(SERVICES)("%s is fenced in", async (name) => {
    const folder = await unitsHere();
    const rated = await analyze([
      "security",
      "--offline=yes",
      "--no-pager",
      `--threshold=${MOST_EXPOSURE}`,
      join(folder, name),
    ]);
    expect(rated).toMatchObject({ code: 0 });
  });
});

it("a stop of the worker has the time that it takes", async () => {
  const text = await readFile(join(FOLDER, "logtally.service"), "utf8");
  const stopSeconds = Number(/^TimeoutStopSec=(\d+)$/m.exec(text)?.[1]);
  expect(stopSeconds).toBeGreaterThanOrEqual((ARCHIVE_GRACE_MS + REPEATS_GRACE_MS) / 1000 + 5);
});

it("the keys are handed over by systemd, to the unit that needs them", async () => {
  const keys = SERVICES.map(async (name) => {
    const text = await readFile(join(FOLDER, name), "utf8");
    return [...text.matchAll(/^LoadCredential=(\S+):(\S+)$/gm)].map(([, key = "", path]) => {
      expect(text, `${name} has ${path}`).toContain(`key.file=%d/${key}`);
      return key;
    });
  });
  expect(await Promise.all(keys)).toEqual([["pseudonym.key"], ["signing.key"], [], []]);
});
