import type { ObjectStore } from "../../core/object-store.ts";
import { isOver, type LineSpan, mayHold } from "../find.ts";
import { type IdPass, planIdPasses, type SizedObject } from "../id-pass.ts";
import { type LineObject, listLineObjects } from "../line-object.ts";

/** An object that may hold lines of the span. */
export interface ReplayObject extends SizedObject {
  /** Of its lines, before compression. */
  readonly rawBytes: number;
}

/** Filing hours, half-open, that are brought back together. No object has to be asked for their lines afterwards. */
export interface Stretch {
  readonly fromHour: number;
  readonly toHour: number;
  /** One after the other; each line falls into one of them. */
  readonly passes: readonly IdPass<ReplayObject>[];
  /** True where a line may lie in several places, or twice in one. */
  readonly mayRepeat: boolean;
}

/** Which lines may be brought back. */
export interface ReplaySpan extends LineSpan {
  /** Of this stream only; without it of all. */
  readonly stream?: string;
}

/** Ids that are held at once, so that no line comes twice: 64 MiB. More lines are gone through in several passes. */
export const IDS_PER_PASS = 2_000_000;

/**
 * What has to be read for a span, in order of hours. Opens each write-ahead object, and nothing of the vault but
 * manifests. Rejects with `IoError`.
 */
export async function planReplay(
  store: ObjectStore,
  span: ReplaySpan,
  signal: AbortSignal,
  idsPerPass: number = IDS_PER_PASS,
): Promise<Stretch[]> {
  const objects: ReplayObject[] = [];
  for await (const object of listLineObjects(store, (first, last) => mayHold(first, last, span))) {
    signal.throwIfAborted();
    const isOfStream = span.stream === undefined || object.stream === span.stream;
    if (isOfStream && !isOver(object, span)) objects.push(await sizedObject(object));
  }
  const passes = Map.groupBy(planIdPasses(objects, idsPerPass), ({ fromHour }) => fromHour);
  return [...passes.values()].flatMap((ofStretch) => stretchOf(ofStretch) ?? []);
}

async function sizedObject(object: LineObject): Promise<ReplayObject> {
  const { rows, rawBytes } = object;
  if (rows !== null && rawBytes !== null) return { object, rows, rawBytes };
  const { table } = await object.open();
  return { object, rows: table.rows, rawBytes: table.rawBytes };
}

/** Null where nothing lies in these hours. */
function stretchOf(passes: readonly IdPass<ReplayObject>[]): Stretch | null {
  const [first] = passes;
  if (first === undefined || first.objects.length === 0) return null;
  const { fromHour, toHour, objects } = first;
  const mayRepeat = !isOfOneVault(objects);
  // Where nothing has to be remembered one pass is enough, however many lines there are.
  return { fromHour, toHour, mayRepeat, passes: mayRepeat ? passes : [{ ...first, parts: 1 }] };
}

/** A stream has each line once in its vault. */
function isOfOneVault(objects: readonly ReplayObject[]): boolean {
  const [first] = objects;
  return objects.every(({ object }) => object.name.startsWith("vault/") && object.stream === first?.object.stream);
}
