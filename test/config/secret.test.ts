/** Goal: a secret is taken as it is or refused with a way out. Method: tables over a world in memory. */
import { describe, expect, it } from "vitest";
import { resolveKey, resolveToken, type SecretReference } from "../../src/config/secret.ts";
import { UsageError } from "../../src/core/fault.ts";

const KEY = "0123456789abcdef";
const ENV: SecretReference = { kind: "env", name: "APP_KEY" };
const FILE: SecretReference = { kind: "file", path: "/srv/key" };

function errorOf(code: string, message: string): Error {
  return Object.assign(new Error(`${code}: ${message}`), { code });
}

function resolveFrom(reference: SecretReference, env: Record<string, string>, files: Record<string, Buffer>) {
  return resolveKey("pseudonym key", reference, {
    env,
    readFile: async (path) => {
      const content = files[path];
      if (content === undefined) throw errorOf("ENOENT", "no such file or directory");
      return content;
    },
  });
}

const fromEnv = (value: string) => resolveFrom(ENV, { APP_KEY: value }, {});
const fromFile = (content: Buffer | string) => resolveFrom(FILE, {}, { "/srv/key": Buffer.from(content) });

async function refusal(secret: Promise<unknown>): Promise<string> {
  const error: unknown = await secret.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UsageError);
  return (error as UsageError).message;
}

describe("resolveKey", () => {
  it("takes the bytes of a variable and of a file", async () => {
    expect(await fromEnv(KEY)).toEqual(Buffer.from(KEY));
    expect(await fromFile(KEY)).toEqual(Buffer.from(KEY));
    const binary = Buffer.from([0xff, 0x00, 0x0a, ...Buffer.from(KEY), 0x80]);
    expect(await fromFile(binary)).toEqual(binary);
  });

  it("trims one newline at the end, and nothing else", async () => {
    expect(await fromEnv(`${KEY}\n`)).toEqual(Buffer.from(KEY));
    expect(await fromFile(`${KEY}\r\n`)).toEqual(Buffer.from(KEY));
    expect(await fromFile(` ${KEY} \n\n`)).toEqual(Buffer.from(` ${KEY} \n`));
    expect(await fromFile(`${KEY}\r`)).toEqual(Buffer.from(`${KEY}\r`));
  });

  it("names the variable that is not set", async () => {
    expect(await refusal(resolveFrom(ENV, {}, {}))).toBe(
      'read pseudonym key: environment variable "APP_KEY" is not set (hint: export APP_KEY="$(openssl rand -hex 32)", and keep that key)',
    );
  });

  it("names the file that is not there, and whom to ask for it", async () => {
    expect(await refusal(resolveFrom(FILE, {}, {}))).toBe(
      'read pseudonym key: file "/srv/key": no such file (hint: look at the path; the key of an archive in use is kept by whoever set it up; for a new archive: openssl rand -hex 32)',
    );
  });

  it("names the file that cannot be read, and why", async () => {
    const readFile = () => Promise.reject(errorOf("EACCES", "permission denied, open '/srv/key'"));
    expect(await refusal(resolveKey("pseudonym key", FILE, { env: {}, readFile }))).toBe(
      "read pseudonym key: file \"/srv/key\" cannot be read: EACCES: permission denied, open '/srv/key' (hint: make a key with: openssl rand -hex 32)",
    );
  });

  it("refuses an empty key and one of fewer than 16 bytes", async () => {
    const hint = "(hint: make a key with: openssl rand -hex 32)";
    expect(await refusal(fromEnv(""))).toBe(`read pseudonym key: environment variable "APP_KEY" is empty ${hint}`);
    expect(await refusal(fromFile("\n"))).toBe(`read pseudonym key: file "/srv/key" is empty ${hint}`);
    expect(await refusal(fromFile(`${KEY.slice(1)}\n`))).toBe(
      `read pseudonym key: file "/srv/key" holds 15 bytes, fewer than 16 ${hint}`,
    );
  });
});

describe("resolveToken", () => {
  const tokenOf = (value: string) =>
    resolveToken("API key", ENV, "ask for one", {
      env: { APP_KEY: value },
      readFile: () => Promise.reject(new Error()),
    });

  it("takes one word of printable characters, without the newline at its end", async () => {
    expect(await tokenOf("dG9rZW4=:a\n")).toBe("dG9rZW4=:a");
  });

  // As a header it would end there, and another one begin.
  it.each(["a\r\nx-opaque-id: b", "a b", "a\tb", "a\0", "ä", "a\n\n"])(
    "refuses %j, and does not print it",
    async (value) => {
      expect(await refusal(tokenOf(value))).toBe(
        'read API key: environment variable "APP_KEY" holds more than one word of printable characters (hint: ask for one)',
      );
    },
  );

  it("refuses an empty one", async () => {
    expect(await refusal(tokenOf(""))).toBe(
      'read API key: environment variable "APP_KEY" is empty (hint: ask for one)',
    );
  });
});
