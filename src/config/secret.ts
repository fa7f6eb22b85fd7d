import { UsageError } from "../core/fault.ts";

/** Where a secret lies; the secret itself never stands in a pipeline file. */
export type SecretReference =
  | { readonly kind: "env"; readonly name: string }
  | { readonly kind: "file"; readonly path: string };

/** The same as it stands in a file: in one of the two, or in none. */
export interface WrittenSecret {
  readonly env?: string | undefined;
  readonly file?: string | undefined;
}

/** Null where it names no place; `resolveFile` makes the path of its file absolute. */
export function secretReference(
  { env, file }: WrittenSecret,
  resolveFile: (written: string) => string,
): SecretReference | null {
  if (env !== undefined) return { kind: "env", name: env };
  return file === undefined ? null : { kind: "file", path: resolveFile(file) };
}

/** Half of what `openssl rand -hex 32` gives as bytes: 128 bits where they are random. */
const MIN_KEY_BYTES = 16;

/** The world that a secret is read from. `readFile` rejects where the file cannot be read. */
export interface SecretStores {
  readonly env: Readonly<Record<string, string | undefined>>;
  readFile(path: string): Promise<Uint8Array>;
}

/** Behind "hint:", how one comes by a secret. */
export interface SecretHints {
  readonly hint: string;
  /** For a file that is not there. */
  readonly missingHint: string;
}

/** What a secret is called in messages. */
interface SecretWords extends SecretHints {
  readonly what: string;
  /** For a variable that is not set. */
  readonly envHint: (name: string) => string;
}

/**
 * The bytes of a key, without the one newline that editors and `echo` leave at the end. `what` names the key in
 * messages (`pseudonym key`). Rejects with `UsageError` where it is missing, empty, unreadable or too short.
 */
export async function resolveKey(what: string, reference: SecretReference, stores: SecretStores): Promise<Buffer> {
  const { hint, missingHint } = keyHints("openssl rand -hex 32");
  const envHint = (name: string): string => `export ${name}="$(openssl rand -hex 32)", and keep that key`;
  const key = await readSecret({ what, envHint, hint, missingHint }, reference, stores);
  if (key.length >= MIN_KEY_BYTES) return key;
  const found = key.length === 0 ? "is empty" : `holds ${key.length} bytes, fewer than ${MIN_KEY_BYTES}`;
  throw new UsageError(`read ${what}: ${placeName(reference)} ${found} (hint: ${hint})`);
}

/** `make` is a command. A new key for an archive in use would be refused, and most often the path alone is wrong. */
export function keyHints(make: string): SecretHints {
  const missing = "look at the path; the key of an archive in use is kept by whoever set it up; for a new archive";
  return { hint: `make a key with: ${make}`, missingHint: `${missing}: ${make}` };
}

/**
 * A secret that a service has given out: one word of printable characters, as it goes into a header. Rejects with
 * `UsageError` where it is missing, unreadable or something else. `hint` says where it comes from.
 */
export async function resolveToken(
  what: string,
  reference: SecretReference,
  hint: string,
  stores: SecretStores,
): Promise<string> {
  const envHint = (name: string): string => `export ${name}=…; ${hint}`;
  const token = (await readSecret({ what, envHint, hint, missingHint: hint }, reference, stores)).toString("utf8");
  if (/^[!-~]+$/.test(token)) return token;
  const found = token === "" ? "is empty" : "holds more than one word of printable characters";
  throw new UsageError(`read ${what}: ${placeName(reference)} ${found} (hint: ${hint})`);
}

/**
 * A private key in PEM, as it stands there. Rejects with `UsageError` where it is missing or unreadable; what it holds
 * is for the caller to judge.
 */
export async function resolvePem(
  what: string,
  reference: SecretReference,
  hints: SecretHints,
  stores: SecretStores,
): Promise<Buffer> {
  const envHint = (name: string): string => `${hints.hint}, and export ${name}="$(cat FILE)"`;
  return readSecret({ what, envHint, ...hints }, reference, stores);
}

async function readSecret(words: SecretWords, reference: SecretReference, stores: SecretStores): Promise<Buffer> {
  const raw =
    reference.kind === "env" ? readEnv(words, reference, stores) : await readSecretFile(words, reference, stores);
  return withoutNewline(raw);
}

type EnvReference = Extract<SecretReference, { readonly kind: "env" }>;
type FileReference = Extract<SecretReference, { readonly kind: "file" }>;

function readEnv({ what, envHint }: SecretWords, reference: EnvReference, stores: SecretStores): Buffer {
  const value = stores.env[reference.name];
  if (value !== undefined) return Buffer.from(value, "utf8");
  throw new UsageError(`read ${what}: ${placeName(reference)} is not set (hint: ${envHint(reference.name)})`);
}

async function readSecretFile(words: SecretWords, reference: FileReference, stores: SecretStores) {
  const operation = `read ${words.what}: ${placeName(reference)}`;
  try {
    return Buffer.from(await stores.readFile(reference.path));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why =
      code === "ENOENT"
        ? `: no such file (hint: ${words.missingHint})`
        : ` cannot be read: ${message} (hint: ${words.hint})`;
    throw new UsageError(`${operation}${why}`, { cause: error });
  }
}

export function placeName(reference: SecretReference): string {
  return reference.kind === "env" ? `environment variable "${reference.name}"` : `file "${reference.path}"`;
}

function withoutNewline(raw: Buffer): Buffer {
  let end = raw.length;
  if (raw[end - 1] === 0x0a) end -= raw[end - 2] === 0x0d ? 2 : 1;
  return raw.subarray(0, end);
}
