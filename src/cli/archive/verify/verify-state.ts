import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { ChainSurvey } from "../../../archive/verify/chain-survey.ts";
import type { ReadLedger } from "../../../archive/verify/verify.ts";
import { replaceFile } from "../../../backends/files/replace-file.ts";
import { UsageError } from "../../../core/fault.ts";

/** What an interrupted verification has read, in a file of the auditor's own. */
export interface VerifyState extends ReadLedger {
  /** Throws `UsageError` where the file is of another archive, or of another history; else it holds for these chains. */
  bindTo(surveys: readonly ChainSurvey[]): void;
}

/** How a run reads, which must be the same in the next one. */
export interface ReadingManner {
  readonly level: string;
  /** Digest of the catalogue that events are derived by; null where none are. */
  readonly catalogue: string | null;
}

interface StateFile extends ReadingManner {
  readonly format: 1;
  /** By stream the newest digest that was there: `SEQUENCE:HASH`. */
  readonly digests: Readonly<Record<string, string>>;
  /** Fingerprints of days. */
  readonly days: readonly string[];
}

const FILE_MODE = 0o600;

/** Of a run that keeps nothing. */
export const NO_STATE: VerifyState = { has: () => false, note: () => Promise.resolve(), bindTo: () => undefined };

/** Reads the file, where there is one, and writes it anew with each day. Rejects with `UsageError` or `IoError`. */
export async function openVerifyState(path: string, manner: ReadingManner): Promise<VerifyState> {
  const read = await readState(path);
  if (read !== null && (read.level !== manner.level || read.catalogue !== manner.catalogue)) {
    throw refusal(path, `it is of a run at level ${read.level}, or by another catalogue`);
  }
  const days = new Set(read?.days);
  let digests = read?.digests ?? {};
  return {
    has: (fingerprint) => days.has(fingerprint),
    async note(fingerprint) {
      days.add(fingerprint);
      await replaceFile(path, stateText({ format: 1, ...manner, digests, days: [...days] }), FILE_MODE);
    },
    bindTo(surveys) {
      for (const [stream, end] of Object.entries(digests)) {
        const known = surveys.find((survey) => survey.stream === stream)?.digests ?? [];
        if (known.some((digest) => endOf(digest) === end)) continue;
        throw refusal(path, `it is of another archive, or of another history: stream "${stream}" has no digest ${end}`);
      }
      const newest = surveys.flatMap(({ stream, digests: all }) => {
        const last = all.findLast(({ isSigned }) => isSigned);
        return last === undefined ? [] : [[stream, endOf(last)] as const];
      });
      digests = { ...digests, ...Object.fromEntries(newest) };
    },
  };
}

function endOf({ sequence, sha256 }: ChainSurvey["digests"][number]): string {
  return `${sequence}:${sha256}`;
}

function stateText(state: StateFile): string {
  const text = JSON.stringify(state);
  return `${text}\n${createHash("sha256").update(text).digest("hex")}\n`;
}

async function readState(path: string): Promise<StateFile | null> {
  let content: string;
  try {
    content = await readFile(path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return null;
    throw new UsageError(`resume "${path}": ${message}`, { cause: error });
  }
  const [text = "", check] = content.split("\n");
  if (createHash("sha256").update(text).digest("hex") !== check) throw refusal(path, "it was altered, or is none");
  const state = JSON.parse(text) as Partial<StateFile>;
  if (state.format !== 1) throw refusal(path, "it is of another version of logtally");
  return state as StateFile;
}

function refusal(path: string, why: string): UsageError {
  return new UsageError(`resume "${path}": ${why} (hint: give another file, or remove it to begin anew)`);
}
