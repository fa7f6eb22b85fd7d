import { UsageError } from "../../core/fault.ts";
import { digestName } from "../digest/digest-name.ts";
import type { ChainSurvey } from "./chain-survey.ts";
import { type Finding, findingOf } from "./finding.ts";
import { NO_STREAM } from "./inventory.ts";

/** A digest that an auditor has kept, from an earlier verification. */
export interface KeptEnd {
  /** Null: of the only stream. */
  readonly stream: string | null;
  readonly sequence: number;
  /** Of its stored bytes, 64 hex digits. */
  readonly sha256: string;
}

/** Each with its stream, where there is any. Throws `UsageError` where it is not said which, and there are several. */
export function endsOfStreams(kept: readonly KeptEnd[], streams: readonly string[]): KeptEnd[] {
  return kept.map((end) => {
    if (end.stream === null && streams.length > 1) {
      throw new UsageError(
        `verify after ${end.sequence}:${end.sha256}: the archive has the streams ${streams.join(", ")} ` +
          "(hint: --after STREAM:SEQUENCE:HASH)",
      );
    }
    return { ...end, stream: end.stream ?? streams[0] ?? null };
  });
}

/** Where the chain has not the digest that was kept: its newest end was cut off, or its history written anew. */
export function checkKeptEnd(kept: KeptEnd, survey: ChainSurvey | undefined): Finding[] {
  const { sequence, sha256, stream } = kept;
  if (stream === null) {
    const what = `digest ${sequence}, which was kept, is not there, and no stream is: all was removed; its SHA-256`;
    return [findingOf("end", NO_STREAM, { object: "vault/", what, expected: sha256 })];
  }
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
