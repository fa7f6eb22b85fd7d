import { homedir } from "node:os";
import { join } from "node:path";
import {
  type HourSpan,
  isOf,
  parseReplayState,
  type ReplayState,
  withHours,
} from "../../../archive/replay/replay-state.ts";
import { readControlFile, replaceControlFile } from "../../../backends/files/control-file.ts";
import { makeFolderDurably } from "../../../backends/files/durable-folder.ts";
import { ioError } from "../../../backends/files/io-error.ts";
import { UsageError } from "../../../core/fault.ts";

/** A note of how far a replay is, in a file. */
export interface ReplayNote {
  readonly state: ReplayState;
  /** Before the first line: whoever finds what a kill has left knows whose it is. Rejects with `IoError`. */
  begin(): Promise<void>;
  /** Notes that the lines of these hours are there. Rejects with `IoError`. */
  addHours(hours: HourSpan, lines: number, rejected: number): Promise<void>;
  complete(): Promise<void>;
}

/** Where notes of that name are kept, where nobody says another place. */
export function stateFile(name: string): string {
  const configured = process.env["XDG_STATE_HOME"];
  const folder = configured === undefined || configured === "" ? join(homedir(), ".local/state") : configured;
  return join(folder, "logtally", `${name}.json`);
}

/** The note of that path; null where there is none. Rejects with `UsageError` where it is one of another question. */
export async function readNote(path: string, asked: ReplayState["asked"]): Promise<ReplayState | null> {
  const text = await readControlFile(path);
  if (text === null) return null;
  const state = parseReplayState(text);
  if (state === null) {
    throw new UsageError(`read "${path}": it is no note of a replay by this version (hint: move it away)`);
  }
  if (isOf(state, asked)) return state;
  throw new UsageError(
    `go on by "${path}": it is of another question (hint: ask the same, with times that are no "so long ago", or take ` +
      "another name or folder)",
  );
}

/** Goes on with that state, in a folder that is made where it is missing. */
export function createNote(folder: string, name: string, first: ReplayState): ReplayNote {
  let state = first;
  const path = join(folder, name);
  const write = async (next: ReplayState): Promise<void> => {
    try {
      await makeFolderDurably(folder);
    } catch (error) {
      throw ioError(`make "${folder}"`, error);
    }
    await replaceControlFile(path, `${JSON.stringify(next, null, 2)}\n`);
    state = next;
  };
  return {
    get state() {
      return state;
    },
    begin: () => write(state),
    addHours(hours, lines, rejected) {
      return write({
        ...state,
        done: withHours(state.done, hours),
        lines: state.lines + lines,
        rejected: state.rejected + rejected,
      });
    },
    complete: () => write({ ...state, is_complete: true }),
  };
}
