import type { Clock } from "../../../core/clock.ts";
import type { Delivery, Source } from "../../../core/delivery.ts";
import { SECOND_MS } from "../../../core/units.ts";
import type { OnRead } from "../file-source.ts";
import { ioError } from "../io-error.ts";
import { CHUNK_LIMITS, type ChunkLimits } from "../line-chunks.ts";
import type { FollowState } from "./checkpoints.ts";
import { isOfSystem } from "./file-look.ts";
import { createScan, type Scan } from "./file-scan.ts";
import { checkpointOf, type FollowedFile, isRotatedName, takesRest, wanted } from "./followed-file.ts";
import { createFollowedFiles, type FollowedFiles } from "./followed-files.ts";
import { createChunkRoom, type NextLines, nextLines } from "./next-lines.ts";
import { createOpenFiles, type OpenFiles } from "./open-files.ts";
import { BEGINNING, type Position } from "./position.ts";
import { followCopy } from "./truncated-copy.ts";

export interface FollowOptions {
  /** Paths and globs, looked at again and again; what they name need not be there yet. */
  readonly named: readonly string[];
  /** Closed by the caller. */
  readonly state: FollowState;
  readonly onRead: OnRead;
  /** Is told, in words, what a user should know. */
  readonly tell: (message: string) => void;
  readonly clock: Clock;
  /** Resolves early where the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** How often files are looked at. */
  readonly pollMs?: number;
  readonly maxOpen?: number;
  readonly limits?: ChunkLimits;
}

const POLL_MS = SECOND_MS;
/** Systems allow 1024 at least, also for everything else. */
const MAX_OPEN = 256;
/** A file that was changed so lately may be changed again without a sign: the clocks of file systems tick. */
const TICK_MS = 2 * SECOND_MS;

const MAX_TOLD = 10_000;

/** What the parts of a follower share. */
interface Follower {
  readonly options: FollowOptions;
  readonly files: FollowedFiles;
  readonly scan: Scan;
  readonly openFiles: OpenFiles;
  readonly take: (file: FollowedFile, mayTakeRest: boolean) => Promise<NextLines | null | "other">;
  /** Tells of trouble with a path once, until `isFine` is said of it. */
  readonly trouble: Trouble;
}

/**
 * Lines of plain files that grow, are rotated and come anew; never ends by itself. Each file is read from its checkpoint
 * to its last whole line, and goes on in turn with the others, a chunk at a time. An ack makes the checkpoint of its
 * file durable; what was delivered and not acked is delivered again by the next process, with the same identity.
 * Trouble with a file is told once, and the file tried again. Rejects with `IoError` where checkpoints cannot be read
 * or written.
 */
export function createFollowSource(options: FollowOptions): Source {
  return {
    async *deliveries(signal) {
      const follower = await createFollower(options);
      const { files, openFiles, scan } = follower;
      const save = inOneGo(() => options.state.save(Array.from(files.all(), checkpointOf)));
      try {
        /** Each file whose turn comes, in this order. */
        const queue = new Set<FollowedFile>();
        let scannedAtMs = Number.NEGATIVE_INFINITY;
        while (!signal.aborted) {
          const waitMs = scannedAtMs + (options.pollMs ?? POLL_MS) - options.clock.monotonicMs();
          if (waitMs <= 0) {
            for (const file of await scan()) queue.add(file);
            // Also of a file of which nothing is acked yet: it may be rotated before it is, and be looked for then.
            if (files.hasChanged()) await save();
            scannedAtMs = options.clock.monotonicMs();
          }
          const [file] = queue;
          if (file === undefined) {
            await options.sleep(Math.max(waitMs, 0), signal);
            continue;
          }
          queue.delete(file);
          const lines = await linesOf(follower, file);
          if (lines === "again") queue.add(file);
          if (lines === null || lines === "again" || signal.aborted) continue;
          queue.add(file);
          yield deliveryOf(file, lines, save);
        }
      } finally {
        await openFiles.closeAll();
      }
    },
  };
}

async function createFollower(options: FollowOptions): Promise<Follower> {
  const { named, state, tell, clock } = options;
  const room = createChunkRoom(options.limits ?? CHUNK_LIMITS);
  const openFiles = createOpenFiles(options.maxOpen ?? MAX_OPEN);
  const trouble = createTrouble(tell);
  const files = createFollowedFiles(await state.load(), openFiles, tell);
  const scan = createScan({ named, files, openFiles, nowMs: clock.nowMs, tell, onUnseen: trouble.tell });
  const take: Follower["take"] = async (file, mayTakeRest) => {
    const handle = await openFiles.open(file);
    return handle === null ? null : nextLines(handle, file.position, room, mayTakeRest);
  };
  return { options, files, scan, openFiles, take, trouble };
}

/** The next lines of a file; null where there are none now, "again" where it is read from its beginning now. */
async function linesOf(follower: Follower, file: FollowedFile): Promise<NextLines | null | "again"> {
  const { options, files, openFiles, trouble } = follower;
  const nowMs = options.clock.nowMs();
  const path = file.look?.path || file.path;
  try {
    const all = wanted(file, nowMs);
    const lines = await follower.take(file, takesRest(file, nowMs));
    trouble.isFine(path);
    if (lines === "other") {
      // Somebody else's file may have its inode by now.
      if (!file.isNamed && !isRotatedName(path, file.path)) return await files.giveUp(file).then(() => null);
      await beginAnew(follower, file);
      return "again";
    }
    if (lines === null) {
      const isSettled = file.look !== null && nowMs - file.look.changedAtMs > TICK_MS;
      file.taken = isSettled ? all : null;
      return null;
    }
    options.onRead(lines.payload.end - lines.payload.start);
    return lines;
  } catch (error) {
    if (!isOfSystem(error)) throw error;
    // Tried again after the next look at it.
    trouble.tell(path, error);
    await openFiles.close(file);
    return null;
  }
}

/** The file of that device and inode was truncated, or is another one by now. */
async function beginAnew({ files, options, trouble }: Follower, file: FollowedFile): Promise<void> {
  if (file.position.offset > 0) await followCopy(files, file, { tell: options.tell, onUnseen: trouble.tell });
  file.position = BEGINNING;
  file.acked = BEGINNING;
  if (file.isNamed) file.path = file.look?.path ?? file.path;
  file.taken = null;
}

function deliveryOf(file: FollowedFile, { payload, next }: NextLines, save: () => Promise<void>): Delivery {
  file.position = next;
  file.unacked += 1;
  return { payload, ack: () => acked(file, next, save) };
}

/**
 * Acks come in the order of deliveries. One of what was there before a file was begun anew is seen to be of that by the
 * first bytes, whoever goes on from it. Holds nothing of the payload.
 */
function acked(file: FollowedFile, next: Position, save: () => Promise<void>): Promise<void> {
  file.acked = next;
  file.unacked -= 1;
  return save();
}

/** Does the work once for all who ask in the same turn: the engine acks a whole batch at once. */
function inOneGo(work: () => Promise<void>): () => Promise<void> {
  let pending: Promise<void> | null = null;
  const start = async (): Promise<void> => {
    await Promise.resolve();
    pending = null;
    await work();
  };
  return () => {
    pending ??= start();
    return pending;
  };
}

interface Trouble {
  readonly tell: (path: string, error: unknown) => void;
  readonly isFine: (path: string) => void;
}

function createTrouble(tell: (message: string) => void): Trouble {
  const told = new Set<string>();
  return {
    tell(path, error) {
      if (told.has(path)) return;
      // Rather told again than remembered without a limit.
      if (told.size >= MAX_TOLD) told.clear();
      told.add(path);
      tell(`${ioError(`follow "${path}"`, error).message}; trying again`);
    },
    isFine: (path) => {
      told.delete(path);
    },
  };
}
