import {
  parsePublicKeyName,
  parseStatementName,
  publicKeyName,
  signatureName,
  statementName,
} from "../digest/digest-name.ts";
import type { KeyRing } from "../digest/key-ring.ts";
import type { ChainSurvey } from "./chain-survey.ts";
import { type Finding, findingOf, type Unproven } from "./finding.ts";

/** Things of all streams. */
export const ALL_STREAMS = "keys";

export interface KeyCheckOptions {
  /** All that lies where the keys are. */
  readonly names: readonly string[];
  readonly ring: KeyRing;
  readonly surveys: readonly ChainSurvey[];
  /** False where there are streams that were not surveyed: keys of theirs would seem to sign nothing. */
  readonly hasAllStreams: boolean;
}

/** What lies where the keys are and is no key that signs anything, and no statement that leads to one. */
export function checkKeyNames({ names, ring, surveys, hasAllStreams }: KeyCheckOptions): {
  readonly findings: readonly Finding[];
  readonly unproven: readonly Unproven[];
} {
  const used = usedKeys(ring, surveys);
  const statements = names.filter((name) => parseStatementName(name) !== null);
  const signatures = new Set(statements.map(signatureName));
  const there = new Set(names);
  const findings = checkChanges(ring, used, hasAllStreams);
  const unproven: Unproven[] = [];
  const digests = surveys.flatMap((survey) => survey.digests.filter(({ isSigned }) => isSigned));
  for (const key of new Set(digests.map((digest) => digest.key))) {
    const name = publicKeyName(key);
    if (!there.has(name)) {
      findings.push(
        findingOf("missing", ALL_STREAMS, { object: name, what: "it is missing, and digests are signed by it" }),
      );
    }
  }
  for (const name of names) {
    const key = parsePublicKeyName(name);
    if (key !== null) {
      // One that is no key was told.
      if (hasAllStreams && !used.has(key) && ring.keys.has(key))
        unproven.push({ stream: ALL_STREAMS, object: name, why: "a key that signs nothing" });
    } else if (parseStatementName(name) !== null) {
      if (!there.has(signatureName(name))) {
        unproven.push({ stream: ALL_STREAMS, object: name, why: "a statement that is not signed" });
      }
    } else if (!signatures.has(name)) {
      const what = "it is extra: neither a key nor a statement, nor the signature of one";
      findings.push(findingOf("extra", ALL_STREAMS, { object: name, what }));
    }
  }
  return { findings, unproven };
}

/** Those that sign digests, and those to which their statements lead. */
function usedKeys({ changes }: KeyRing, surveys: readonly ChainSurvey[]): ReadonlySet<string> {
  const used = new Set(surveys.flatMap(({ digests }) => digests.map(({ key }) => key)));
  // What is added on the way is visited too.
  for (const key of used) {
    for (const { old_key: oldKey, new_key: newKey } of changes.values()) if (oldKey === key) used.add(newKey);
  }
  return used;
}

/** Statements that no signer has made: of keys that sign nothing, or the second one of a key. */
function checkChanges({ changes }: KeyRing, used: ReadonlySet<string>, hasAllStreams: boolean): Finding[] {
  const successors = new Map<string, string>();
  const findings: Finding[] = [];
  for (const { old_key: oldKey, new_key: newKey } of changes.values()) {
    const object = statementName(newKey);
    const other = successors.get(oldKey);
    successors.set(oldKey, other ?? newKey);
    if (!used.has(oldKey)) {
      if (!hasAllStreams) continue;
      const what = `it is extra: its old key ${oldKey} signs no digest`;
      findings.push(findingOf("extra", ALL_STREAMS, { object, what }));
    } else if (other !== undefined) {
      const what = `key ${oldKey} signed that this key follows on it, and signed the same of key ${other}`;
      findings.push(findingOf("key", ALL_STREAMS, { object, what }));
    }
  }
  return findings;
}

/** Streams that a signed statement says were signed, and that have no digest. */
export function checkNamedStreams(
  { changes }: KeyRing,
  surveys: readonly ChainSurvey[],
  takes: (stream: string) => boolean,
): Finding[] {
  const known = new Set(surveys.filter(({ digests }) => digests.length > 0).map(({ stream }) => stream));
  const named = [...changes.values()].flatMap(({ new_key: key, first_sequences: first }) =>
    Object.entries(first).map(([stream, sequence]) => ({ stream, sequence, key })),
  );
  return named
    .filter(({ stream }) => !known.has(stream) && takes(stream))
    .map(({ stream, sequence, key }) => {
      const what = `it has no digest, and had ${sequence - 1} by the word of the statement of key ${key}`;
      return findingOf("no_digest", stream, { object: `vault/v1/${stream}/digest/`, what });
    });
}
