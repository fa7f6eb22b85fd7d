import { UsageError } from "../core/fault.ts";

/** Where a secret lies; the secret itself never stands in a pipeline file. */
export type SecretReference =
  | { readonly kind: "env"; readonly name: string }
  | { readonly kind: "file"; readonly path: string };

/** Half of what `openssl rand -hex 32` gives as bytes: 128 bits where they are random. */
const MIN_KEY_BYTES = 16;

/** The world that a secret is read from. `readFile` rejects where the file cannot be read. */
export interface SecretStores {
  readonly env: Readonly<Record<string, string | undefined>>;
  readFile(path: string): Promise<Uint8Array>;
}

/**
 * The bytes of a key, without the one newline that editors and `echo` leave at the end. `what` names the key in
 * messages (`pseudonym key`). Rejects with `UsageError` where it is missing, empty, unreadable or too short.
 */
export async function resolveKey(what: string, reference: SecretReference, stores: SecretStores): Promise<Buffer> {
  const place = placeName(reference);
  const raw =
    reference.kind === "env" ? readEnv(what, reference.name, stores) : await readKeyFile(what, reference.path, stores);
  const key = withoutNewline(raw);
  if (key.length >= MIN_KEY_BYTES) return key;
  const found = key.length === 0 ? "is empty" : `holds ${key.length} bytes, fewer than ${MIN_KEY_BYTES}`;
  throw new UsageError(`read ${what}: ${place} ${found} (hint: make a key with: openssl rand -hex 32)`);
}

function readEnv(what: string, name: string, stores: SecretStores): Buffer {
  const value = stores.env[name];
  if (value !== undefined) return Buffer.from(value, "utf8");
  throw new UsageError(
    `read ${what}: environment variable "${name}" is not set (hint: export ${name}="$(openssl rand -hex 32)", and keep that key)`,
  );
}

async function readKeyFile(what: string, path: string, stores: SecretStores): Promise<Buffer> {
  try {
    return Buffer.from(await stores.readFile(path));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(
      `read ${what}: file "${path}" cannot be read: ${reason} (hint: make a key with: openssl rand -hex 32)`,
      { cause: error },
    );
  }
}

function placeName(reference: SecretReference): string {
  return reference.kind === "env" ? `environment variable "${reference.name}"` : `file "${reference.path}"`;
}

function withoutNewline(raw: Buffer): Buffer {
  let end = raw.length;
  if (raw[end - 1] === 0x0a) end -= raw[end - 2] === 0x0d ? 2 : 1;
  return raw.subarray(0, end);
}
