import { UsageError } from "../../core/fault.ts";
import { digestName } from "../digest/digest-name.ts";
import type { ChainSurvey } from "./chain-survey.ts";
import { type Finding, findingOf } from "./finding.ts";

/** A digest that an auditor has kept, from an earlier verification. */
export interface KeptEnd {
  /** Null: of the only stream. */
  readonly stream: string | null;
  readonly sequence: number;
  /** Of its stored bytes, 64 hex digits. */
  readonly sha256: string;
}

/** Each with its stream. Throws `UsageError` where that is not said and there are several. */
export function endsOfStreams(kept: readonly KeptEnd[], streams: readonly string[]): (KeptEnd & { stream: string })[] {
  return kept.map((end) => {
    const stream = end.stream ?? streams[0];
    if (end.stream === null && streams.length > 1) {
      throw new UsageError(
        `verify after ${end.sequence}:${end.sha256}: the archive has the streams ${streams.join(", ")} ` +
          "(hint: --after STREAM:SEQUENCE:HASH)",
      );
    }
    return { ...end, stream: stream ?? "" };
  });
}

/** Where the chain has not the digest that was kept: its newest end was cut off, or its history written anew. */
export function checkKeptEnd(
  { sequence, sha256, stream }: KeptEnd & { stream: string },
  survey: ChainSurvey | undefined,
): Finding[] {
  const object = digestName(stream, sequence);
  const digests = survey?.digests ?? [];
  const found = digests.find((digest) => digest.sequence === sequence);
  if (found === undefined) {
    const last = digests.at(-1)?.sequence ?? 0;
    const end = last === 0 ? "there is none at all" : `the last one is ${last}`;
    const what = `the digest that was kept is not there, and ${end}: the newest end was cut off; its SHA-256`;
    return [findingOf("end", stream, { object, what, expected: sha256 })];
  }
  if (found.sha256 !== sha256) {
    const what = "it is not the digest that was kept, by its SHA-256: history was written anew";
    return [findingOf("end", stream, { object, what, found: found.sha256, expected: sha256 })];
  }
  // Told already where another digest follows on it.
  if (found.isSigned || found !== digests.at(-1)) return [];
  return [findingOf("end", stream, { object, what: "the digest that was kept has lost its signature" })];
}
