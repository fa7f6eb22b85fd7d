import { isIdOf } from "../core/identity.ts";
import type { Lane } from "../core/line.ts";
import { DAY_HOURS } from "../core/units.ts";
import { canonicalJson, type Json } from "./canonical-json.ts";
import { parseHourText } from "./hour-text.ts";
import { MANIFEST_SHAPE } from "./manifest-shape.ts";
import { dayOfHour, isSpan, type Span } from "./span.ts";
import { parseStored, type Refuse, refusing } from "./stored-json.ts";
import { segmentNames, spanPrefix } from "./vault-name.ts";
import { walPrefix } from "./wal-name.ts";

/** An object as the archive names it elsewhere. */
export interface StoredObject {
  readonly name: string;
  readonly size_bytes: number;
  /** 64 hex digits. */
  readonly sha256: string;
}

/** A write-ahead object that a plan read. */
export interface PlanInput extends StoredObject {
  /** Every hour that it has lines of, in order, where there are several: also such as other plans seal. */
  readonly hours?: readonly string[];
}

export interface PlanOutput {
  readonly number: number;
  readonly lines: StoredObject;
  readonly meta: StoredObject;
  readonly rows: number;
  readonly raw_bytes: number;
  /** Merkle root over the lines, 64 hex digits. */
  readonly root: string;
}

/** The files of these segments. */
export function filesOf(outputs: readonly PlanOutput[]): StoredObject[] {
  return outputs.flatMap(({ lines, meta }) => [lines, meta]);
}

/** A line that was left out, because the same bytes with the same id came before. */
export interface DuplicateLine {
  readonly id: string;
  readonly message_id?: string;
  readonly published_at?: string;
  /** Where it lay in the write-ahead log. */
  readonly place: { readonly object: string; readonly row: number };
}

/**
 * An id that came with different bytes, or with the same bytes from different logs. All variants are kept; the events of
 * the one that stands count, which is the first by `standsBefore`.
 */
export interface Conflict {
  readonly id: string;
  /** Of this plan and all before. */
  readonly variants: number;
  /** Leaf hash of the one that stands, 64 hex digits. */
  readonly standing: string;
  /** Its log. */
  readonly log: string;
}

/** What tells variants of an id apart. */
export interface VariantKey {
  /** Leaf hash, 64 hex digits. */
  readonly hash: string;
  /** Of equal bytes: the log that the transport said they are of. */
  readonly log: string;
}

/**
 * The order of the variants of an id: the first one stands. First comes the one of whose bytes the id is made, since no
 * forger can find others that are; of the rest, which are as good as each other, the smallest hash, then the smallest log.
 */
export function standsBefore(id: string, a: VariantKey, b: VariantKey): boolean {
  const [isOwn, isOtherOwn] = [isIdOf(id, a.hash), isIdOf(id, b.hash)];
  if (isOwn !== isOtherOwn) return isOwn;
  return a.hash === b.hash ? a.log < b.log : a.hash < b.hash;
}

/** What a plan changes in the figures of an hour (I3). Sums over all plans of the hour are its figures. */
export interface HourFigures {
  /** Lines of the inputs. */
  readonly received: number;
  /** Ids that were not there before. */
  readonly archived: number;
  readonly duplicates: number;
  /** Lines among the duplicates that are kept, since their bytes are others. */
  readonly conflicts: number;
  readonly counted: number;
  readonly eventless: number;
  readonly quarantined: number;
}

/** Everything that shapes what a sealer writes: of two that differ in it each works as an attempt of its own. */
export interface Makes {
  readonly program: string;
  readonly segment_format: number;
  readonly zstd: string;
  readonly catalogue: string;
  /** Fingerprint. */
  readonly pseudonym_key: string;
  readonly instance: string | null;
}

/** What became of a plan, in the words of the stored JSON; docs/reference/archive-format.md describes it. */
export interface Manifest {
  readonly format: 1;
  readonly stream: string;
  /** RFC 3339, or `undated`. */
  readonly first_hour: string;
  readonly hours: number;
  readonly plan: number;
  /** Counts the plans of the span that added lines, from 1; 0 in the record of one that added none. */
  readonly revision: number;
  readonly attempt: number;
  readonly inputs: readonly PlanInput[];
  readonly outputs: readonly PlanOutput[];
  /** Objects in the folder of the span that no manifest names: of attempts that were given up. */
  readonly abandoned: readonly string[];
  /** Rows of the outputs. */
  readonly lines: number;
  readonly duplicates_total: number;
  /** The first of them. */
  readonly duplicates: readonly DuplicateLine[];
  readonly conflicts: readonly Conflict[];
  readonly lanes: Readonly<Partial<Record<Lane, number>>>;
  readonly by_hour: Readonly<Record<string, HourFigures>>;
  /** Changes of the counts, by event. */
  readonly counts: { readonly catalogue: string; readonly events: Readonly<Record<string, number>> };
  readonly makes: Makes;
}

/** The stored bytes. */
export function manifestBytes(manifest: Manifest): Buffer {
  return Buffer.from(canonicalJson(manifest as unknown as Json));
}

/** Reads one; throws `IoError` `corrupt`, naming it and what is wrong, for what no sealer wrote. */
export function parseManifest(name: string, bytes: Buffer): Manifest {
  const refuse = refusing(name);
  const manifest = parseStored(bytes, MANIFEST_SHAPE, refuse) as Manifest;
  const span = checkedSpan(manifest, refuse);
  if (Object.keys(manifest.by_hour).length > DAY_HOURS) throw refuse('"by_hour" has more hours than a day');
  checkInputs(manifest, refuse);
  const stray = strayName(manifest, span);
  if (stray !== undefined) throw refuse(`it names "${stray}", of another place`);
  return manifest;
}

/** A name of the vault that does not belong to the plan: a reader would look there for lines, a signer sign it. */
function strayName({ plan, outputs, abandoned }: Manifest, span: Span): string | undefined {
  for (const { number, lines, meta } of outputs) {
    const names = segmentNames(span, plan, number);
    if (lines.name !== names.lines) return lines.name;
    if (meta.name !== names.meta) return meta.name;
  }
  const folder = spanPrefix(span);
  return abandoned.find((name) => !name.startsWith(folder));
}

/** Throws what `refuse` makes of an input of a manifest or a plan that belongs to another stream. */
export function checkInputs(
  { stream, inputs }: { readonly stream: string; readonly inputs: readonly { readonly name: string }[] },
  refuse: Refuse,
): void {
  const prefix = walPrefix(stream);
  const stray = inputs.find(({ name }) => !name.startsWith(prefix));
  if (stray !== undefined) throw refuse(`it names "${stray.name}", of another stream`);
}

/** The span that a manifest or a plan is of; throws what `refuse` makes where it is none. */
export function checkedSpan(stored: Pick<Manifest, "stream" | "first_hour" | "hours">, refuse: Refuse): Span {
  const span = spanOfManifest(stored);
  if (!isSpan(span)) throw refuse(`no hours that are sealed together: ${span.hours} from ${stored.first_hour}`);
  return span;
}

/** True where a line may have a time after the hour that it is filed under. */
export function runsAhead({ lanes: { future = 0, wrapped = 0 } }: Pick<Manifest, "lanes">): boolean {
  return future + wrapped > 0;
}

/** True where it has lines that are no record. */
export function hasQuarantined({ lanes: { quarantine = 0, blob = 0 } }: Pick<Manifest, "lanes">): boolean {
  return quarantine + blob > 0;
}

/** The span that a manifest seals. */
export function spanOfManifest({
  stream,
  first_hour: first,
  hours,
}: Pick<Manifest, "stream" | "first_hour" | "hours">): Span {
  const firstHour = parseHourText(first);
  return { stream, day: dayOfHour(firstHour), firstHour, hours };
}
