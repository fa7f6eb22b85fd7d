/**
 * Goal: pseudonyms join equal values under one key and kind, and nothing else.
 * Method: a vector computed elsewhere, pairs that must differ, and more values than are kept.
 */
import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createPseudonyms, keyFingerprint } from "../../src/derive/pseudonym.ts";

const KEY = Buffer.alloc(32, 7);

describe("pseudonyms", () => {
  it("are the first 32 hex digits of an HMAC-SHA-256 of kind and value", () => {
    const expected = createHmac("sha256", KEY).update("logtally user\0id:101").digest("hex").slice(0, 32);
    expect(createPseudonyms(KEY).user("id:101")).toBe(expected);
    expect(expected).toBe("fa8f0687acec1f6e91214cfd72373e6c");
  });

  it("are equal for equal values only, and differ by kind and key", () => {
    const pseudonyms = createPseudonyms(KEY);
    const user = (value: string) => pseudonyms.user(value);
    const visitor = (value: string) => pseudonyms.visitor(value);
    const other = createPseudonyms(Buffer.alloc(32, 8));
    const all = [
      user("id:101"),
      user("id:102"),
      user("name:101"),
      visitor("id:101"),
      visitor("ip:::1\n"),
      other.user("id:101"),
    ];
    expect(new Set(all).size).toBe(all.length);
    expect(user("id:101")).toBe(all[0]);
    expect(createPseudonyms(KEY).user("id:101")).toBe(all[0]);
  });

  it("stay the same when more values come than are kept, and for long ones", () => {
    const pseudonyms = createPseudonyms(KEY);
    const visitor = (value: string) => pseudonyms.visitor(value);
    const long = `ip:203.0.113.10\n${"x".repeat(5000)}`;
    const before = [visitor("id:0"), visitor(long)];
    for (let id = 0; id < 70_000; id++) visitor(`id:${id}`);
    expect([visitor("id:0"), visitor(long)]).toEqual(before);
  });

  it("need a key", () => {
    expect(() => createPseudonyms(new Uint8Array())).toThrow("make pseudonyms: the key is empty");
  });
});

describe("the fingerprint of a key", () => {
  it("tells keys apart, is short, and is neither the key nor a pseudonym", () => {
    expect(keyFingerprint(KEY)).toMatch(/^[0-9a-f]{16}$/);
    expect(keyFingerprint(KEY)).not.toBe(keyFingerprint(Buffer.alloc(32, 8)));
    expect(keyFingerprint(KEY)).not.toBe(KEY.toString("hex").slice(0, 16));
    expect(createPseudonyms(KEY).user("")).not.toContain(keyFingerprint(KEY));
  });
});
