import type { ArchivedLine } from "../../core/archived-line.ts";
import { IoError } from "../../core/fault.ts";
import { hourOfId, leafHash } from "../../core/identity.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { createMerkleTree, merkleRoot } from "../../segment/merkle.ts";
import { openVaultSegment, type SegmentReader } from "../../segment/segment-reader.ts";
import type { PlanOutput } from "../manifest.ts";
import type { SealedPlan } from "../sealed-plan.ts";
import { isInSpan } from "../span.ts";
import { eachLine } from "../wal-reader.ts";
import { type Difference, type DifferenceParts, differenceOf } from "./difference.ts";
import { hashedFile } from "./hashed-file.ts";

export interface VaultVisitor {
  line(line: ArchivedLine, hash: string): void;
  /** So many stored bytes more are done with. */
  bytes(count: number): void;
}

/**
 * Visits every line of a segment in order, and holds its bytes against its manifest: each block, each leaf of the Merkle
 * tree, its root, and the SHA-256 of both files. What cannot be trusted is told, and the rest visited. Rejects with
 * `IoError` where the store fails.
 */
export async function eachVaultLine(
  store: ObjectStore,
  plan: SealedPlan,
  output: PlanOutput,
  visitor: VaultVisitor,
): Promise<Difference[]> {
  const differences: Difference[] = [];
  const add = (object: string, parts: DifferenceParts): void => {
    differences.push(differenceOf(plan.span.stream, { hour: plan.manifest.first_hour, object, ...parts }));
  };
  const files = [hashedFile(store, output.lines), hashedFile(store, output.meta)] as const;
  const segment = await unlessBroken(
    () => openVaultSegment(...files),
    (why) => add(output.lines.name, { what: why }),
  );
  if (segment === null) return differences;
  await eachBlock(plan, output, segment, visitor, add);
  for (const [index, expected] of [output.lines.sha256, output.meta.sha256].entries()) {
    const file = files[index];
    const found = await file?.digest();
    if (found !== undefined && found !== expected) {
      add(file?.name ?? "", { what: "the segment has other bytes, by their SHA-256", found, expected });
    }
  }
  return differences;
}

async function eachBlock(
  { span }: SealedPlan,
  output: PlanOutput,
  segment: SegmentReader,
  visitor: VaultVisitor,
  add: (object: string, parts: DifferenceParts) => void,
): Promise<void> {
  const { name } = output.lines;
  const tree = createMerkleTree();
  const roots: string[] = [];
  let rows = 0;
  for (const block of segment.blocks) {
    const isRead = await unlessBroken(
      async () => {
        await eachLine(output.lines, segment, block, (line) => {
          const hash = leafHash(line.buffer, line.start, line.end);
          tree.add(hash);
          rows += 1;
          if (!isInSpan(span, hourOfId(line.meta.id))) {
            add(name, { what: "a line of an hour that is not of the span", row: line.row, id: line.meta.id });
          }
          visitor.line(line, hash);
        });
        return true;
      },
      (why) => add(name, { what: why }),
    );
    const expected = block.lines.root.toString("hex");
    const root = tree.take().toString("hex");
    // What could not be read is told already.
    roots.push(isRead === null ? expected : root);
    if (isRead !== null && root !== expected) {
      add(name, {
        what: `the lines from row ${block.lines.firstRow} on have another Merkle root`,
        found: root,
        expected,
      });
    }
    visitor.bytes(block.lines.storedBytes + block.meta.storedBytes);
  }
  const root = merkleRoot(roots).toString("hex");
  if (root !== output.root)
    add(name, { what: "the lines have another Merkle root", found: root, expected: output.root });
  if (rows !== output.rows) add(name, { what: "the segment has other lines", found: rows, expected: output.rows });
}

/** Null where an object is missing or damaged, which is told; other failures of the store are the caller's. */
export async function unlessBroken<Result>(
  work: () => Promise<Result>,
  onBroken: (why: string) => void,
): Promise<Result | null> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof IoError) || (error.code !== "corrupt" && error.code !== "not_found")) throw error;
    onBroken(error.message);
    return null;
  }
}
