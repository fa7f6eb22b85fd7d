import type { Digest } from "../digest/digest.ts";
import { signatureName } from "../digest/digest-name.ts";
import type { VerifyingKey } from "../digest/signing-key.ts";
import type { StoredObject } from "../manifest.ts";
import { checkStructure, disproving } from "../proof/check-proof.ts";
import { checkSignedManifest } from "../proof/signed-objects.ts";
import type { SealedPlan } from "../sealed-plan.ts";
import { storedObject } from "../stored-bytes.ts";
import { parseStored, type Refuse } from "../stored-json.ts";
import { parseSealedName } from "../vault-name.ts";
import { checkFoundLines } from "./check-found-lines.ts";
import { createFilesSum, type FilesSum, PACK_FILES } from "./pack-files.ts";
import { createPackKeys } from "./pack-keys.ts";
import { PACK_README } from "./pack-readme.ts";
import {
  PACK_REPORT_SHAPE,
  type PackDigest,
  type PackReport,
  reportBytes,
  reportText,
  type SearchedSegment,
} from "./pack-report.ts";
import type { TarEntry } from "./tar.ts";

/** What a pack has shown. */
export interface ProvedPack {
  /** Proved but for the query, the segments without such lines, and what is not in the pack. */
  readonly report: PackReport;
  /** How many lines have an id that follows from their bytes. */
  readonly idsProved: number;
}

/** Takes the files of a pack in their order. Throws `IoError` `corrupt`, naming the pack, at the first that does not hold. */
export interface PackChecker {
  take(entry: TarEntry): void;
  /** To be called behind the last one. */
  finish(): ProvedPack;
}

/** A report has four for each segment. */
const MOST_PARTS = 4_000_000;

/** What a manifest needs of the digest that names it. */
interface Signed {
  readonly digest: Pick<Digest, "stream" | "sequence">;
  readonly name: string;
  readonly object: StoredObject;
}

/** What was seen of a pack. */
interface Seen {
  readonly digests: Map<string, PackDigest>;
  /** By the name of a manifest. */
  readonly signed: Map<string, Signed>;
  /** By the name of a segment. */
  readonly plans: Map<string, SealedPlan>;
  /** Without those in which nothing was found. */
  readonly segments: Map<string, SearchedSegment>;
  /** Digests and manifests by which a line was proved. */
  readonly used: Set<string>;
  readonly blocks: Set<string>;
  readonly sum: FilesSum;
  lines: number;
  lineBytes: number;
  idsProved: number;
}

/**
 * For whoever trusts the key and has the pack and nothing else. Keeps in mind what the manifests in the pack say of their
 * segments, and the name of each block.
 */
export function createPackChecker(name: string, trusted: VerifyingKey): PackChecker {
  const refuse = disproving(name);
  const keys = createPackKeys(trusted, refuse);
  const seen = nothingSeen();
  const files = new Map<string, Buffer>();
  /** One whose other half comes next: a signature, or paths. */
  let first: TarEntry | null = null;
  const takePair = (one: TarEntry, other: TarEntry): void => {
    if (other.name === signatureName(one.name)) {
      if (keys.takeStatement(one, other.bytes)) return;
      if (seen.digests.has(one.name)) throw refuse(`"${one.name}" is in it twice`);
      noteDigest(seen, one, keys.checkDigest(one, other.bytes));
    } else noteLines(seen, one, other, refuse);
  };
  return {
    take(entry) {
      seen.sum.add(entry);
      const half = first;
      first = null;
      if (half !== null) takePair(half, entry);
      else if (Object.values<string>(PACK_FILES).includes(entry.name) && !files.has(entry.name)) {
        files.set(entry.name, entry.bytes);
      } else if (parseSealedName(entry.name) !== null) noteManifest(seen, entry, refuse);
      else if (!keys.takePublic(entry)) first = entry;
    },
    finish() {
      if (first !== null) throw refuse(`"${first.name}" is no part of a pack, or what belongs to it is missing`);
      keys.finish();
      const unused = [...seen.digests.keys(), ...new Set(seen.plans.values().map((plan) => plan.name))].find(
        (each) => !seen.used.has(each),
      );
      if (unused !== undefined) throw refuse(`"${unused}" is in it, and proves no line of it`);
      return { report: checkFiles(files, seen, refuse), idsProved: seen.idsProved };
    },
  };
}

function nothingSeen(): Seen {
  return {
    digests: new Map(),
    signed: new Map(),
    plans: new Map(),
    segments: new Map(),
    used: new Set(),
    blocks: new Set(),
    sum: createFilesSum(),
    lines: 0,
    lineBytes: 0,
    idsProved: 0,
  };
}

function noteDigest(seen: Seen, { name, bytes }: TarEntry, digest: Digest): void {
  const { stream, sequence, key, window } = digest;
  seen.digests.set(name, { name, sha256: storedObject(name, bytes).sha256, key, signed_at: window.to });
  for (const object of digest.objects) {
    if (parseSealedName(object.name) !== null) {
      seen.signed.set(object.name, { digest: { stream, sequence }, name, object });
    }
  }
}

function noteManifest(seen: Seen, { name, bytes }: TarEntry, refuse: Refuse): void {
  const signed = seen.signed.get(name);
  if (signed === undefined) throw refuse(`no digest before it in the pack names "${name}"`);
  const plan = checkSignedManifest({ ...signed.digest, objects: [signed.object] }, name, bytes, refuse);
  for (const { lines } of plan.manifest.outputs) seen.plans.set(lines.name, plan);
}

function noteLines(seen: Seen, lines: TarEntry, paths: TarEntry, refuse: Refuse): void {
  if (!lines.name.endsWith(".ndjson") || seen.blocks.has(lines.name)) {
    throw refuse(`"${lines.name}" is no part of a pack, or is in it twice`);
  }
  seen.blocks.add(lines.name);
  const checked = checkFoundLines(lines, paths, (segment) => seen.plans.get(segment), refuse);
  const { name, sha256 } = checked.segment;
  const found = (seen.segments.get(name)?.found ?? 0) + checked.lines;
  seen.segments.set(name, { segment: name, sha256, rows: checked.rows, found });
  const manifest = checked.plan.name;
  seen.used.add(manifest).add(seen.signed.get(manifest)?.name ?? manifest);
  seen.lines += checked.lines;
  seen.lineBytes += checked.bytes;
  seen.idsProved += checked.idsProved;
}

/** The report, once it was seen to say what the pack holds. */
function checkFiles(files: ReadonlyMap<string, Buffer>, seen: Seen, refuse: Refuse): PackReport {
  const fileOf = (name: string): Buffer => {
    const bytes = files.get(name);
    if (bytes === undefined) throw refuse(`"${name}" is missing (hint: it was cut, or is no pack)`);
    return bytes;
  };
  if (!fileOf(PACK_FILES.readme).equals(Buffer.from(PACK_README))) throw refuse(`"${PACK_FILES.readme}" was altered`);
  const json = fileOf(PACK_FILES.json);
  const refuseReport: Refuse = (why, cause) => refuse(`"${PACK_FILES.json}": ${why}`, cause);
  checkStructure(json, refuseReport, MOST_PARTS);
  const said = parseStored(json, PACK_REPORT_SHAPE, refuseReport) as PackReport;
  const report: PackReport = {
    ...said,
    lines: seen.lines,
    line_bytes: seen.lineBytes,
    // In which nothing was found is stated.
    segments: said.segments.map((each) => seen.segments.get(each.segment) ?? { ...each, found: 0 }),
    digests: [...seen.digests.values()],
    files_sha256: seen.sum.take(),
  };
  const names = new Set(said.segments.map(({ segment }) => segment));
  const unnamed = seen.segments.keys().find((segment) => !names.has(segment));
  if (report.files_sha256 !== said.files_sha256) {
    throw refuse("its files are not those that its report was written of: one was altered, added or removed");
  }
  if (unnamed !== undefined || names.size < said.segments.length || !reportBytes(report).equals(json)) {
    throw refuse(
      `"${PACK_FILES.json}" says something else than the pack holds: ${said.lines} lines in ` +
        `${said.segments.filter(({ found }) => found > 0).length} segments, and there are ${seen.lines} in ` +
        `${seen.segments.size} (hint: something was removed, added or altered)`,
    );
  }
  if (!fileOf(PACK_FILES.text).equals(Buffer.from(reportText(report))))
    throw refuse(`"${PACK_FILES.text}" was altered`);
  return report;
}
