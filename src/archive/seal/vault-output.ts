import type { ArchivedLine } from "../../core/archived-line.ts";
import { hourOfId } from "../../core/identity.ts";
import type { Lane } from "../../core/line.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { createVaultSegmentWriter } from "../../segment/segment-writer.ts";
import type { PlanOutput, StoredObject } from "../manifest.ts";
import { storedObject } from "../stored-bytes.ts";
import { NUMBERS_PER_ATTEMPT, segmentNames } from "../vault-name.ts";
import type { Plan } from "./plan.ts";

/** A name is taken by other bytes: an attempt whose bytes differ has used it. */
export class TakenError extends Error {
  constructor(name: string) {
    super(`create "${name}": it exists with other bytes`);
    this.name = "TakenError";
  }
}

/** The segments that a plan brings about. */
export interface VaultOutput {
  /** Of the segment in the making. */
  readonly storedBytes: number;
  readonly outputs: readonly PlanOutput[];
  /** Kept lines by lane. */
  readonly lanes: Readonly<Partial<Record<Lane, number>>>;
  append(line: ArchivedLine, hash: string): void;
  /**
   * Stores the lines since the last call, if any; resolves with the segment, or null. Rejects with `TakenError`, or
   * `IoError`.
   */
  endSegment(): Promise<WrittenSegment | null>;
}

/** A segment that is stored. */
export interface WrittenSegment {
  readonly output: PlanOutput;
  /** Rows of each of its blocks, in order. */
  readonly blockRows: readonly number[];
}

export function createVaultOutput(store: ObjectStore, { span, number: plan, attempt }: Plan): VaultOutput {
  const writer = createVaultSegmentWriter();
  const outputs: PlanOutput[] = [];
  const lanes: Partial<Record<Lane, number>> = {};
  return {
    outputs,
    lanes,
    get storedBytes() {
      return writer.storedBytes;
    },
    append({ meta, buffer, start, end }, hash) {
      lanes[meta.lane] = (lanes[meta.lane] ?? 0) + 1;
      writer.append({ ...meta, buffer, start, end, hash, hour: hourOfId(meta.id) });
    },
    async endSegment() {
      if (writer.rows === 0) return null;
      const number = attempt * NUMBERS_PER_ATTEMPT + outputs.length + 1;
      const names = segmentNames(span, plan, number);
      const { lines, meta, rows, rawBytes, root, blockRows } = writer.finish();
      const output: PlanOutput = {
        number,
        lines: await createSame(store, names.lines, lines),
        meta: await createSame(store, names.meta, meta),
        rows,
        raw_bytes: rawBytes,
        root: root.toString("hex"),
      };
      outputs.push(output);
      return { output, blockRows };
    },
  };
}

/** Creates an object, or finds that an earlier run has. */
async function createSame(store: ObjectStore, name: string, bytes: Buffer): Promise<StoredObject> {
  if ((await store.create(name, bytes)) === "exists") {
    const stored = await store.read(name, 0, bytes.length + 1);
    if (!stored.equals(bytes)) throw new TakenError(name);
  }
  return storedObject(name, bytes);
}
