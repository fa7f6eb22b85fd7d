import { UsageError } from "../../core/fault.ts";
import { standsBefore, type VariantKey } from "../manifest.ts";
import { type PlacedLine, readPlacedLine } from "./placed-line.ts";
import type { LinePlace } from "./vault-place.ts";

/** Which line is meant by an id. */
export interface WantedLine {
  readonly id: string;
  /** Null: that of which `preferred` tells, else the first that has the id. */
  readonly stream: string | null;
  readonly preferred: string;
  /** Of a conflict: how the leaf hash of the variant begins. Null: the one that stands. */
  readonly variant: string | null;
}

/** The line that is to be proved, and what else has its id. */
export interface LineToProve {
  readonly line: PlacedLine;
  readonly stream: string;
  /** Leaf hashes of all its variants in the stream, in their order: the first one stands. */
  readonly variants: readonly string[];
  readonly otherStreams: readonly string[];
}

/** The sealed line that is meant. Rejects with `UsageError` where there is no such stream or variant, and with `IoError`. */
export async function chooseLine(places: readonly LinePlace[], wanted: WantedLine): Promise<LineToProve> {
  const byStream = Map.groupBy(places, ({ plan }) => plan.span.stream);
  const stream = streamOf([...byStream.keys()], wanted);
  const { line, variants } = await chooseVariant(byStream.get(stream) ?? [], wanted);
  return { line, stream, variants, otherStreams: [...byStream.keys()].filter((each) => each !== stream) };
}

function streamOf(streams: readonly string[], { id, stream, preferred }: WantedLine): string {
  const chosen = stream ?? (streams.includes(preferred) ? preferred : streams[0]);
  if (chosen !== undefined && streams.includes(chosen)) return chosen;
  throw new UsageError(
    `prove line ${id}: stream "${chosen}" has no such line (hint: it is in ${streams.map((each) => `"${each}"`).join(", ")})`,
  );
}

/** Of many variants only one is held at a time. */
async function chooseVariant(
  places: readonly LinePlace[],
  { id, variant }: WantedLine,
): Promise<Pick<LineToProve, "line" | "variants">> {
  const keys: VariantKey[] = [];
  let chosen: PlacedLine | null = null;
  for (const place of places) {
    const line = await readPlacedLine(place);
    keys.push(variantOf(line));
    const isMeant = variant === null || line.hash.startsWith(variant);
    if (isMeant && (chosen === null || standsBefore(id, variantOf(line), variantOf(chosen)))) chosen = line;
  }
  const variants = keys.toSorted((a, b) => (standsBefore(id, a, b) ? -1 : 1)).map(({ hash }) => hash);
  if (chosen !== null) return { line: chosen, variants };
  throw new UsageError(
    `prove line ${id}: no variant of it has a hash that begins with ${variant} (hint: it has ${variants.join(", ")})`,
  );
}

function variantOf({ hash, meta }: PlacedLine): VariantKey {
  return { hash, log: meta.log };
}
