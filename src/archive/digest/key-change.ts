import { UsageError } from "../../core/fault.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { readWhole } from "../stored-bytes.ts";
import { type DigestChain, readDigests } from "./digest-chain.ts";
import { statementName } from "./digest-name.ts";
import { MOST_STATEMENT_BYTES } from "./digest-shape.ts";
import { distrust } from "./distrust.ts";
import { type KeyChange, keyChangeBytes, mayFollow, parseKeyChange, successorOf } from "./key-ring.ts";
import { finishDigest, type SignOptions } from "./sign.ts";
import { publishKey, putSignature } from "./signature.ts";
import type { SigningKey } from "./signing-key.ts";

/**
 * Lets the new key follow on the old one in every stream, by a statement that the old one signs; what the old one began
 * is finished first. Does nothing where the new key signs already. Rejects with `UsageError` where the old key is not
 * the one of the last digests, and with `IoError`.
 */
export async function changeKey(
  streams: readonly string[],
  options: SignOptions & { readonly oldKey: SigningKey },
): Promise<void> {
  const { store, key, oldKey } = options;
  const chains: DigestChain[] = [];
  for (const stream of streams) chains.push(await readFinished(stream, options));
  const needing = chains.filter((chain) => !isSignedBy(chain, key));
  if (needing.length === 0) return;
  for (const chain of needing) refuseOther(chain, key, oldKey);
  const change: KeyChange = {
    format: 1,
    old_key: oldKey.fingerprint,
    new_key: key.fingerprint,
    public_key: key.publicPem,
    first_sequences: Object.fromEntries(
      chains.filter(({ digests }) => digests.length > 0).map(({ stream, digests }) => [stream, digests.length + 1]),
    ),
  };
  await publishKey(store, key);
  await putStatement(store, change, oldKey);
}

async function readFinished(stream: string, options: SignOptions): Promise<DigestChain> {
  for (;;) {
    const chain = await readDigests(options.store, stream);
    if (chain.unfinished === null) return chain;
    await finishDigest(chain, chain.unfinished, options);
  }
}

function isSignedBy({ stream, digests, ring }: DigestChain, { fingerprint }: SigningKey): boolean {
  const last = digests.at(-1)?.digest.key ?? fingerprint;
  return mayFollow(ring, stream, last, fingerprint, digests.length + 1);
}

function refuseOther(chain: DigestChain, key: SigningKey, oldKey: SigningKey): void {
  const change = `change the signing key from ${oldKey.fingerprint} to ${key.fingerprint}`;
  if (!isSignedBy(chain, oldKey)) {
    const last = chain.digests.at(-1)?.digest.key;
    throw new UsageError(
      `${change}: stream "${chain.stream}" is signed with ${last} (hint: give that one to --old-key)`,
    );
  }
  for (const { fingerprint } of [oldKey, key]) {
    const successor = successorOf(chain.ring, fingerprint);
    if (successor !== null) throw new UsageError(`${change}: ${fingerprint} was replaced by ${successor} before`);
  }
}

/** Signs the one that is there where an earlier try was killed, if it says the same. */
async function putStatement(store: ObjectStore, change: KeyChange, oldKey: SigningKey): Promise<void> {
  const name = statementName(change.new_key);
  let bytes = keyChangeBytes(change);
  if ((await store.create(name, bytes)) === "exists") {
    bytes = await readWhole(store, name, MOST_STATEMENT_BYTES);
    const there = parseKeyChange(name, bytes);
    if (there.old_key !== change.old_key || there.public_key !== change.public_key) {
      throw distrust(name, `it is not signed, and says something else than that ${change.old_key} is replaced`);
    }
  }
  await putSignature(store, name, bytes, oldKey);
}
