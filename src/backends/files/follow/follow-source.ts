import type { Clock } from "../../../core/clock.ts";
import type { Delivery, Source } from "../../../core/delivery.ts";
import { SECOND_MS } from "../../../core/units.ts";
import type { OnRead } from "../file-source.ts";
import { ioError } from "../io-error.ts";
import { CHUNK_LIMITS, type ChunkLimits } from "../line-chunks.ts";
import { isOfSystem } from "../of-system.ts";
import type { FollowState } from "./checkpoints.ts";
import { createScan, type Scan } from "./file-scan.ts";
import { checkpointOf, type FollowedFile, isRotatedName, takesRest, wanted } from "./followed-file.ts";
import { createFollowedFiles } from "./followed-files.ts";
import { linesLeftBehind, type Surroundings } from "./left-behind.ts";
import { createChunkRoom, type NextLines, nextLines } from "./next-lines.ts";
import { createOpenFiles } from "./open-files.ts";
import { BEGINNING, type Position } from "./position.ts";

export interface FollowOptions {
  /** Paths and globs, looked at again and again; what they name need not be there yet. */
  readonly named: readonly string[];
  /** Closed by the caller. */
  readonly state: FollowState;
  readonly onRead: OnRead;
  /** Is told, in words, what a user should know. */
  readonly tell: (message: string) => void;
  readonly clock: Clock;
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
interface Follower extends Surroundings {
  readonly options: FollowOptions;
  readonly scan: Scan;
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
            await options.clock.sleep(Math.max(waitMs, 0), signal);
            continue;
          }
          queue.delete(file);
          const lines = await linesOf(follower, file);
          if (lines === null || signal.aborted) continue;
          if (lines === "other") {
            if (isElsewhere(file) && file.unacked > 0) continue;
            for await (const left of linesLeftBehind(file, follower, signal)) yield deliveryOf(file, left, save);
            if (!signal.aborted && (await mayGoOn(follower, file))) queue.add(file);
            continue;
          }
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
  return { options, files, scan, openFiles, tell, onUnseen: trouble.tell, take, trouble };
}

/** The next lines of a file; null where there are none now, "other" where what was read is not there any more. */
async function linesOf(follower: Follower, file: FollowedFile): Promise<NextLines | null | "other"> {
  if (file.isGone) return "other";
  const { options, openFiles, trouble } = follower;
  const nowMs = options.clock.nowMs();
  const path = file.look?.path || file.path;
  try {
    const all = wanted(file, nowMs);
    const lines = await follower.take(file, takesRest(file, nowMs));
    trouble.isFine(path);
    if (lines === "other") return lines;
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

/**
 * True for a file that has gone, and for one of the same inode at another place: perhaps another file. Its checkpoint
 * and its place say where lines are looked for that it left behind, and hold until what is in hand is acked.
 */
function isElsewhere({ isGone, look, path }: FollowedFile): boolean {
  return isGone || (look !== null && look.path !== "" && look.path !== path);
}

/**
 * A file whose beginning is another now is begun anew. False for one that has to wait, or is let go: it is gone, or
 * nothing but its inode says that it is the same.
 */
async function mayGoOn({ files }: Follower, file: FollowedFile): Promise<boolean> {
  if (isElsewhere(file) && file.unacked > 0) return false;
  const place = file.look?.path || file.path;
  if (file.isGone || !(file.isNamed || isRotatedName(place, file.path))) {
    await files.letGo(file);
    return false;
  }
  file.position = BEGINNING;
  // Else what is in hand comes first; whoever goes on from there sees by the first bytes that it is of the copy.
  if (file.unacked === 0) file.acked = BEGINNING;
  if (file.isNamed) file.path = place;
  file.taken = null;
  files.add(file);
  return true;
}

function deliveryOf(file: FollowedFile, { payload, next }: NextLines, save: () => Promise<void>): Delivery {
  file.position = next;
  file.unacked += 1;
  return { payload, ack: () => acked(file, next, save) };
}

/** Acks come in the order of deliveries. Holds nothing of the payload. */
function acked(file: FollowedFile, next: Position, save: () => Promise<void>): Promise<void> {
  file.acked = next;
  file.unacked -= 1;
  return save();
}

/**
 * Does the work once for all who ask before it begins: the engine acks a whole batch at once. Never twice at a time, as the
 * one that began first could end last, and what it saved would stay.
 */
function inOneGo(work: () => Promise<void>): () => Promise<void> {
  let last = Promise.resolve();
  let pending: Promise<void> | null = null;
  const start = async (): Promise<void> => {
    // Whoever asked for that one hears of its failure.
    await Promise.allSettled([last]);
    pending = null;
    await work();
  };
  return () => {
    if (pending === null) {
      pending = start();
      last = pending;
    }
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
