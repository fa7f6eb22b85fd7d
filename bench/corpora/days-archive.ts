/**
 * Goal: an archive of many days, sealed by the hour, of which one can be searched: a year has a hundred million lines.
 * Method: one day is real: generated, archived and sealed by the program. Of all other hours there are the names of their
 * objects, and manifests by the program's own functions; a search that is right opens nothing else of them. Their lines,
 * which would be a hundred gigabytes, are missing.
 */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeDayLookups } from "../../src/archive/lookup/day-lookup.ts";
import { manifestBytes } from "../../src/archive/manifest.ts";
import { readSealedPlans } from "../../src/archive/sealed-plan.ts";
import { dayOfHour, type Span } from "../../src/archive/span.ts";
import { manifestName } from "../../src/archive/vault-name.ts";
import { openArchiveStore, openViewsRemover } from "../../src/cli/open/archive/archive-store.ts";
import { hourOf } from "../../src/core/hour.ts";
import { DAY_MS, SECOND_MS } from "../../src/core/units.ts";
import { logtally, measure } from "../measuring/measure.ts";
import { DATA } from "./corpus.ts";
import { manifestOf } from "./fact-archive.ts";

const STREAM = "local";
export const YEAR_DAYS = 365;
const DAY_HOURS = 24;
const LINES_PER_HOUR = Math.ceil(100_000_000 / (YEAR_DAYS * DAY_HOURS));
/** They leave about as many lines in a day. */
const USERS = 200;
/** The last one, so that all others are before it. */
const REAL_DAY_MS = Date.UTC(2020, 11, 22);
const BASIS = { catalogue: `sha256:${"0".repeat(64)}`, pseudonymKey: "0".repeat(16) };
/** To be raised with every change of what is made here. */
const VERSION = 2;

export const REAL_DAY = new Date(REAL_DAY_MS).toISOString().slice(0, 10);

export interface DaysArchive {
  readonly path: string;
  readonly lines: number;
}

/** It is made unless it is there. */
export async function openDaysArchive(days: number): Promise<DaysArchive> {
  mkdirSync(DATA, { recursive: true });
  const path = join(DATA, `days-${days}-${VERSION}`);
  if (!existsSync(path)) {
    rmSync(`${path}.tmp`, { recursive: true, force: true });
    await makeRealDay(`${path}.tmp`);
    const firstHour = hourOf(REAL_DAY_MS - (days - 1) * DAY_MS);
    for (let hour = firstHour; hour < hourOf(REAL_DAY_MS); hour += 1) makeHour(`${path}.tmp`, hour);
    await writeDays(`${path}.tmp`);
    renameSync(`${path}.tmp`, path);
  }
  return { path, lines: LINES_PER_HOUR * days * DAY_HOURS };
}

async function makeRealDay(archive: string): Promise<void> {
  const file = `${archive}.ndjson`;
  const amount = ["--seconds", String(DAY_MS / SECOND_MS), "--users", String(USERS), "--start", REAL_DAY];
  process.stderr.write(`a day of lines in ${archive}\n`);
  await measure(logtally("generate", ...amount, "--output", file));
  await measure(logtally("run", "--from", file, "--archive", archive));
  await measure(logtally("seal", "--archive", archive, "--set", "seal.lateness_ms=0", "--set", "seal.hours=1"));
  rmSync(file);
  // As after sign and gc.
  rmSync(join(archive, "wal"), { recursive: true });
}

/** As the sealer of each day has left them. */
async function writeDays(path: string): Promise<void> {
  const archive = { kind: "folder", path } as const;
  const store = await openArchiveStore(archive);
  await writeDayLookups({ store, remover: await openViewsRemover(archive) }, await readSealedPlans(store, STREAM));
}

function makeHour(archive: string, hour: number): void {
  const span: Span = { stream: STREAM, day: dayOfHour(hour), firstHour: hour, hours: 1 };
  const manifest = manifestOf(span, LINES_PER_HOUR, BASIS);
  const path = join(archive, manifestName(span, 1));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, manifestBytes(manifest));
  for (const { lines, meta } of manifest.outputs) {
    writeFileSync(join(archive, lines.name), "x");
    writeFileSync(join(archive, meta.name), "x");
  }
}
