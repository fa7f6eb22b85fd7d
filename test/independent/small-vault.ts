import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { manifestBytes, type PlanInput, type PlanOutput, type StoredObject } from "../../src/archive/manifest.ts";
import { dayOfHour } from "../../src/archive/span.ts";
import { manifestName, recordName, segmentNames } from "../../src/archive/vault-name.ts";
import { eachLine, openWalBytes } from "../../src/archive/wal-reader.ts";
import { hourText } from "../../src/core/hour.ts";
import { hourOfId, leafHash } from "../../src/core/identity.ts";
import type { SegmentLine } from "../../src/core/line.ts";
import { createVaultSegmentWriter } from "../../src/segment/segment-writer.ts";

/** What a plan is made of: an hour of the stream `local`, and names of write-ahead objects. */
interface SmallPlan {
  readonly hour: number;
  readonly plan: number;
  readonly inputs: readonly string[];
}

/**
 * Seals an hour as a plan does, in so far as the recount asks; `sealed` remembers the lines of plans before. The
 * ledger is left out. Resolves with the names of what was written; a plan that adds no line leaves a record only.
 */
export async function sealByHand(
  archive: string,
  { hour, plan, inputs }: SmallPlan,
  sealed: Set<string>,
): Promise<string[]> {
  const span = { stream: "local", day: dayOfHour(hour), firstHour: hour, hours: 1 };
  const lines = (await linesOf(archive, inputs)).filter((line) => line.hour === hour);
  const fresh = lines.filter((line) => !sealed.has(line.id + line.hash));
  const once = [...new Map(fresh.map((line) => [line.id + line.hash, line])).values()];
  for (const line of once) sealed.add(line.id + line.hash);
  const written: string[] = [];
  const put = async (name: string, bytes: Buffer): Promise<StoredObject> => {
    await mkdir(dirname(join(archive, name)), { recursive: true });
    await writeFile(join(archive, name), bytes);
    written.push(name);
    return storedObject(name, bytes);
  };
  const outputs: PlanOutput[] = [];
  if (once.length > 0) {
    const writer = createVaultSegmentWriter();
    for (const line of once) writer.append(line);
    const segment = writer.finish();
    const number = 10_001;
    const names = segmentNames(span, plan, number);
    const [linesObject, meta] = [await put(names.lines, segment.lines), await put(names.meta, segment.meta)];
    const figures = { rows: segment.rows, raw_bytes: segment.rawBytes, root: segment.root.toString("hex") };
    outputs.push({ number, lines: linesObject, meta, ...figures });
  }
  const manifest = {
    format: 1,
    stream: "local",
    first_hour: hourText(hour),
    hours: 1,
    plan,
    revision: plan,
    attempt: 1,
    inputs: await Promise.all(inputs.map((name) => planInput(archive, name))),
    outputs,
    abandoned: [],
    lines: once.length,
    duplicates_total: lines.length - once.length,
    duplicates: [],
    conflicts: [],
    lanes: {},
    by_hour: {},
    counts: { catalogue: "", events: {} },
    makes: { program: "", segment_format: 1, zstd: "", catalogue: "", pseudonym_key: "", instance: null },
  } as const;
  await put(once.length > 0 ? manifestName(span, plan) : recordName(span, plan), manifestBytes(manifest));
  return written;
}

async function linesOf(archive: string, names: readonly string[]): Promise<SegmentLine[]> {
  const lines: SegmentLine[] = [];
  for (const name of names.toSorted()) {
    const segment = await openWalBytes({ name, bytes: await readFile(join(archive, name)) });
    for (const block of segment.blocks) {
      await eachLine({ name }, segment, block, ({ buffer, start, end, meta }) => {
        const bytes = Buffer.concat([Buffer.alloc(1), buffer.subarray(start, end)]);
        const place = { buffer: bytes, start: 1, end: bytes.length, hash: leafHash(bytes, 1, bytes.length) };
        lines.push({ ...meta, ...place, hour: hourOfId(meta.id) });
      });
    }
  }
  return lines;
}

async function planInput(archive: string, name: string): Promise<PlanInput> {
  return storedObject(name, await readFile(join(archive, name)));
}

function storedObject(name: string, bytes: Buffer): StoredObject {
  return { name, size_bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
}
