/**
 * Goal: an archive of a busy instance's last four weeks, as sealing leaves it, with as many facts as one likes.
 * Method: DuckDB makes the rows of each hour, in the columns of real facts; manifests, receipts and roll-ups are written
 * by the program's own functions. The lines themselves are missing: a count of sealed hours never opens them.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Manifest, manifestBytes, type StoredObject } from "../../src/archive/manifest.ts";
import { readSealedPlan, type SealedPlan } from "../../src/archive/sealed-plan.ts";
import { dayOfHour, type Span } from "../../src/archive/span.ts";
import { storedObject } from "../../src/archive/stored-bytes.ts";
import { manifestName, segmentNames } from "../../src/archive/vault-name.ts";
import { walObjectName } from "../../src/archive/wal-name.ts";
import { createScratchFolder } from "../../src/backends/files/scratch-folder.ts";
import { openArchiveStore, openViewsRemover } from "../../src/cli/open/archive/archive-store.ts";
import { openLocalObjects } from "../../src/cli/open/archive/local-objects.ts";
import { factsBasis } from "../../src/cli/open/counts/fact-reader.ts";
import { openPseudonymKey } from "../../src/cli/open/keys/pseudonym-key.ts";
import { loadCatalogue, loadSettings } from "../../src/cli/settings.ts";
import { hourOf, hourText } from "../../src/core/hour.ts";
import type { ObjectStore } from "../../src/core/object-store.ts";
import { HOUR_MS } from "../../src/core/units.ts";
import type { FactsBasis } from "../../src/counts/facts/facts-basis.ts";
import { factsName, receiptName } from "../../src/counts/facts/facts-name.ts";
import { copyOf, FACTS_COLUMNS } from "../../src/counts/facts/facts-writer.ts";
import { receiptBytes, receiptOf } from "../../src/counts/facts/receipt.ts";
import { writeRollups } from "../../src/counts/facts/rollup-writer.ts";
import { openDuckDb, sqlText } from "../../src/counts/tables/duck-db.ts";
import { DATA } from "./corpus.ts";

const FIRST_HOUR = hourOf(Date.UTC(2020, 10, 26));
const MOST_HOURS = 28 * 24;
/** Of few facts there are fewer hours: what an hour costs would be all that is measured. */
const LEAST_FACTS_AN_HOUR = 100;
const STREAM = "local";
/** As the first attempt of a plan numbers it. */
const FIRST_SEGMENT = 10_001;
const MEMORY = { memoryLimit: "2GB", spillDirectory: join(tmpdir(), "logtally-bench") };
/** To be raised with every change of what is made here. */
const VERSION = 7;

export interface FactArchive {
  readonly path: string;
  readonly facts: number;
}

/** An archive of that many facts, or some less; it is made unless it is there. */
export async function openFactArchive(wanted: number): Promise<FactArchive> {
  mkdirSync(DATA, { recursive: true });
  const path = join(DATA, `facts-${wanted}-${VERSION}`);
  const hours = Math.min(MOST_HOURS, Math.ceil(wanted / LEAST_FACTS_AN_HOUR));
  const rows = Math.floor(wanted / hours);
  if (!existsSync(path)) {
    rmSync(`${path}.tmp`, { recursive: true, force: true });
    await makeArchive(`${path}.tmp`, hours, rows);
    renameSync(`${path}.tmp`, path);
  }
  return { path, facts: rows * hours };
}

async function makeArchive(path: string, hours: number, rows: number): Promise<void> {
  mkdirSync(join(path, "vault"), { recursive: true });
  const settings = await loadSettings(undefined, { archive: path });
  const catalogue = await loadCatalogue(null);
  const store = await openArchiveStore(settings.archive);
  const basis = factsBasis(settings, catalogue, await openPseudonymKey(settings, store));
  const scratch = createScratchFolder(tmpdir(), Date.now);
  const db = await openDuckDb(MEMORY, 2);
  const plans: SealedPlan[] = [];
  try {
    await db.run(people());
    for (let hour = FIRST_HOUR; hour < FIRST_HOUR + hours; hour += 1) {
      if (hour % 24 === 0) process.stderr.write(`facts of ${dayOfHour(hour)}\n`);
      const bytes = await scratch.collect((file) => db.run(copyOf(factsOfHour(hour, rows), file)));
      plans.push(await putPlan(store, basis, hour, rows, bytes));
    }
  } finally {
    db.close();
  }
  process.stderr.write("roll-ups\n");
  await writeRollups({
    ...MEMORY,
    views: { store, remover: await openViewsRemover(settings.archive) },
    local: openLocalObjects(settings.archive, store),
    scratch,
    basis,
    stream: STREAM,
    plans,
    days: plans.map(({ span }) => span.day),
    always: true,
    dueThroughMs: Number.POSITIVE_INFINITY,
    tell: (sentence) => process.stderr.write(`${sentence}\n`),
  });
}

/** 100,000 users in 5000 groups: a few do much, most do little. */
function people(): string {
  return `
    CREATE TABLE person AS
    SELECT range AS number, md5(range::VARCHAR)::UUID AS "user", md5('v' || range)::UUID AS visitor,
      'group-' || (range * 7 % 5000) AS root_group,
      ['free', 'free', 'free', 'silver', 'silver', 'gold', '(unknown)'][1 + range * 13 % 7] AS plan
    FROM range(100000)`;
}

/** Reads are more than writes, and jobs more than both. */
const EVENTS = [
  ..."job_done job_done job_done job_done rest_request rest_request rest_request record_read record_read".split(" "),
  ..."rails_request rails_request pageview graphql_query graphql_query git_fetch git_push login job_failed".split(" "),
];

function factsOfHour(hour: number, rows: number): string {
  const prefix = hour.toString(16).padStart(8, "0");
  const chance = (salt: number, choices: number): string => `(hash(range, ${salt}, ${hour}) % ${choices})::BIGINT`;
  return `
    SELECT ${FACTS_COLUMNS.map((column) => `"${column}"`).join(", ")} FROM (
      SELECT
        make_timestamp_ms(${hour * HOUR_MS} + range * 3600000 // ${Math.max(1, rows)}) AS time,
        [${EVENTS.map(sqlText).join(", ")}][1 + ${chance(1, EVENTS.length)}] AS event,
        'rails.api' AS log,
        ['read', 'read', 'update', 'create', 'none'][1 + ${chance(2, 5)}] AS operation,
        'detail ' || ${chance(3, 300)} AS detail,
        'gprd' AS instance,
        plan,
        root_group,
        false AS own_group,
        root_group || '/project-' || ${chance(4, 20)} AS project,
        'category ' || ${chance(5, 40)} AS category,
        "user",
        visitor,
        ('${prefix}' || left(md5(${sqlText(prefix)} || range), 24))::UUID AS id,
        NULL::UBIGINT AS variant,
        range
      FROM range(${rows})
      JOIN person ON person.number = (power(${chance(6, 1_000_000)} / 1e6, 3) * 100000)::BIGINT % 100000
    ) ORDER BY range`;
}

async function putPlan(
  store: ObjectStore,
  basis: FactsBasis,
  hour: number,
  rows: number,
  bytes: Buffer,
): Promise<SealedPlan> {
  const span: Span = { stream: STREAM, day: dayOfHour(hour), firstHour: hour, hours: 1 };
  const manifest = manifestBytes(manifestOf(span, rows, basis));
  await store.create(manifestName(span, 1), manifest);
  const sealed = await readSealedPlan(store, manifestName(span, 1), manifest.length);
  const name = factsName(basis.catalogue, span, 1, FIRST_SEGMENT);
  await store.create(name, bytes);
  const receipt = receiptOf(sealed, basis, "bench", [{ number: FIRST_SEGMENT, rows, ...storedObject(name, bytes) }]);
  await store.create(receiptName(basis.catalogue, span, 1), receiptBytes(receipt));
  return sealed;
}

/** As a sealer writes it, of a segment that is not there. */
export function manifestOf(
  span: Span,
  rows: number,
  { catalogue, pseudonymKey }: Omit<FactsBasis, "instance">,
): Manifest {
  const segment = segmentNames(span, 1, FIRST_SEGMENT);
  const [lines, meta] = [nothingNamed(segment.lines), nothingNamed(segment.meta)];
  const figures = { received: rows, archived: rows, duplicates: 0, conflicts: 0, eventless: 0, quarantined: 0 };
  return {
    format: 1,
    stream: STREAM,
    first_hour: hourText(span.firstHour),
    hours: 1,
    plan: 1,
    revision: 1,
    attempt: 1,
    // An object of a worker every minute.
    inputs: Array.from({ length: 60 }, (_, minute) => nothingNamed(inputName(span, minute))),
    outputs: [{ number: FIRST_SEGMENT, lines, meta, rows, raw_bytes: 1, root: "0".repeat(64) }],
    abandoned: [],
    lines: rows,
    duplicates_total: 0,
    duplicates: [],
    conflicts: [],
    lanes: { line: rows },
    by_hour: { [hourText(span.firstHour)]: { ...figures, counted: rows } },
    counts: { catalogue, events: {} },
    makes: {
      program: "bench",
      segment_format: 1,
      zstd: "1",
      catalogue,
      pseudonym_key: pseudonymKey,
      instance: null,
    },
  };
}

function inputName({ stream, day, firstHour }: Span, minute: number): string {
  const writer = "0123456789abcdef";
  const sequence = firstHour * 60 + minute;
  return walObjectName({ stream, ingestDay: day, writer, sequence, firstHour, lastHour: firstHour });
}

function nothingNamed(name: string): StoredObject {
  return { name, size_bytes: 1, sha256: "0".repeat(64) };
}
