import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { InvalidArgumentError } from "commander";
import {
  digestName,
  parseDigestSequence,
  parsePublicKeyName,
  parseStatementName,
  publicKeyName,
  signatureName,
  statementName,
} from "../../../src/archive/digest/digest-name.ts";
import { isSpan } from "../../../src/archive/span.ts";
import {
  manifestName,
  parsePlanName,
  parseSealedName,
  parseSegmentName,
  planName,
  recordName,
  segmentNames,
} from "../../../src/archive/vault-name.ts";
import { parseWalName, walObjectName } from "../../../src/archive/wal-name.ts";
import { fingerprintOf } from "../../../src/backends/files/fingerprint.ts";
import {
  type Checkpoint,
  formatCheckpoints,
  parseCheckpoints,
} from "../../../src/backends/files/follow/checkpoint-text.ts";
import { BEGINNING, isSameHead, positionBehind } from "../../../src/backends/files/follow/position.ts";
import { instantBefore } from "../../../src/cli/options/instant.ts";
import { day, integerUpTo } from "../../../src/cli/options/options.ts";
import { resolveKey, resolveToken } from "../../../src/config/secret.ts";
import { formatSize, parseSizeBytes } from "../../../src/config/size.ts";
import { UsageError } from "../../../src/core/fault.ts";
import { dayName, hourName, hourOf, parseHourName } from "../../../src/core/hour.ts";
import { leafHash } from "../../../src/core/identity.ts";
import { checkObjectName } from "../../../src/core/object-name.ts";
import { parseReceiptName } from "../../../src/counts/facts/facts-name.ts";
import { KNOWN_LOGS, knownLog, LOG_ALIASES, logOfLogName, logOfTopic } from "../../../src/decode/log-name.ts";
import { merkleRoot } from "../../../src/segment/merkle.ts";
import { unlessCorrupt } from "../declared.ts";
import type { FuzzTarget } from "../target.ts";

const texts = (...all: readonly string[]): readonly Buffer[] => all.map((text) => Buffer.from(text));

const SEALED = "vault/v1/local/2020-12-22/09/000001.manifest.json";

/** The parts of a sealed name as a span, as far as its name tells. */
function spanOf(stream: string, day: string, hourOfDay: number) {
  const firstHour = day === "undated" ? 0 : hourOf(Date.parse(day)) + hourOfDay;
  return { stream, day, firstHour, hours: 1 };
}

export const names: FuzzTarget = {
  name: "names",
  holds: "a name of an object that is understood is the one that is written of what it says, and leads nowhere else",
  covers: [
    "src/archive/wal-name.ts",
    "src/archive/vault-name.ts",
    "src/archive/digest/digest-name.ts",
    "src/core/hour.ts",
  ],
  seeds: () =>
    texts(
      "wal/local/2020-12-22/aa/00000001.2020122209-2020122210.ndjson.zst",
      "wal/a/2020-12-22/b/00000001.undated-undated.ndjson.zst",
      SEALED,
      "ctl/seal/local/undated/00/000002.json",
      "ctl/plan/local/2020-12-22/09/000001a01.json",
      "vault/v1/local/digest/00000001.json",
      "vault/v1/keys/0123456789abcdef.pub",
      "vault/v1/keys/0123456789abcdef.statement.json",
      "vault/v1/local/2020-12-22/09/000001-10001.meta.ndjson.zst",
      `facts/catalogue=${"a".repeat(64)}/stream=a/day=2020-12-22/hour=09/000001.json`,
    ),
  words: [
    "..",
    "/",
    "undated",
    "2020022930",
    "2020-02-30",
    "24",
    "0",
    "000000",
    "1234567",
    ".json",
    ".zst",
    "\n",
    "a10",
    "99999999999999999999",
  ],
  mostBytes: 200,
  check(bytes) {
    const name = bytes.toString("utf8");
    const wal = parseWalName(name);
    if (wal !== null) {
      assert(Number.isSafeInteger(wal.sequence));
      checkObjectName(name);
      const written = walObjectName(wal);
      assert.deepEqual(parseWalName(written), wal);
      if (/\/\d{8}\./.test(name)) assert.equal(written, name);
    }
    const sealed = parseSealedName(name);
    if (sealed !== null && Number.isSafeInteger(sealed.plan)) {
      checkObjectName(name);
      const span = spanOf(sealed.stream, sealed.day, sealed.hourOfDay);
      if (!Number.isNaN(span.firstHour) && isSpan(span) && dayName(span.firstHour * 3_600_000) === sealed.day) {
        for (const written of [manifestName(span, sealed.plan), recordName(span, sealed.plan)]) {
          assert.deepEqual(parseSealedName(written), sealed);
        }
        const files = segmentNames(span, sealed.plan, 10_001);
        for (const file of [files.lines, files.meta])
          assert.deepEqual(parseSegmentName(file), { ...sealed, attempt: 1 });
        const plan = parsePlanName(planName(span, sealed.plan, 12));
        assert.deepEqual(plan, { plan: sealed.plan, attempt: 12 });
      }
    }
    if (parseSegmentName(name) !== null) checkObjectName(name);
    const sequence = parseDigestSequence(name);
    if (sequence !== null) assert.equal(parseDigestSequence(digestName("a", sequence)), sequence);
    const key = parsePublicKeyName(name);
    if (key !== null) assert.equal(publicKeyName(key), name);
    const statement = parseStatementName(name);
    if (statement !== null) {
      assert.equal(statementName(statement), name);
      assert.notEqual(signatureName(name), name);
    }
    const receipt = parseReceiptName(name);
    if (receipt !== null) assert(parseSealedName(receipt.manifest) !== null);
    const hour = parseHourName(name);
    if (hour !== null) assert.equal(hourName(hour), name);
  },
};

const NOW_MS = Date.UTC(2020, 11, 22, 12);

/** What an argument of the command line gives; null where it is refused. */
function argument<Value>(read: () => Value): Value | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof InvalidArgumentError) return null;
    throw error;
  }
}

export const values: FuzzTarget = {
  name: "values",
  holds: "sizes, instants, days, numbers and secrets are refused, or are what they say",
  covers: ["src/config/size.ts", "src/config/secret.ts", "src/cli/options/instant.ts"],
  seeds: () =>
    texts(
      "64 MiB",
      "1GiB",
      "65536",
      "2h",
      "7d",
      "2020-12-22",
      "2020-12-22T09:00:00.5+01:00",
      "2020-02-30",
      "1",
      "0".repeat(32),
      "a b\n",
    ),
  words: [" ", "KiB", "B", "d", "s", "T09:00", "Z", "+99:99", "-00:00", "02-30", "999999", "\n", "\r\n", "é", "\0"],
  mostBytes: 100,
  async check(bytes) {
    const text = bytes.toString("utf8");
    const size = parseSizeBytes(text);
    if (size !== null) {
      assert(Number.isSafeInteger(size) && size >= 0);
      assert.equal(parseSizeBytes(formatSize(size)), size);
    }
    const instant = argument(() => instantBefore(NOW_MS)(text));
    if (instant !== null)
      assert(Number.isFinite(instant) && !Number.isNaN(new Date(instant).getTime()), "an instant that no calendar has");
    if (instant !== null && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text))
      assert(new Date(instant).toISOString().startsWith(text.slice(0, 16)));
    const asked = argument(() => day(text));
    if (asked !== null) assert.equal(dayName(Date.parse(asked)), text);
    const whole = argument(() => integerUpTo(1000)(text));
    if (whole !== null) assert(whole >= 1 && whole <= 1000 && String(whole) === text);
    const stores = { env: { A: text }, readFile: () => Promise.resolve(bytes) };
    for (const reference of [
      { kind: "env", name: "A" },
      { kind: "file", path: "f" },
    ] as const) {
      const key = await resolveKey("key", reference, stores).catch(unlessUsage);
      if (key !== null) assert(key.length >= 16);
      const token = await resolveToken("token", reference, "hint", stores).catch(unlessUsage);
      if (token !== null) assert.match(token, /^[!-~]+$/);
    }
  },
};

/** What is secret stands in no message. */
function unlessUsage(error: unknown): null {
  if (!(error instanceof UsageError)) throw error;
  return null;
}

const CANONICAL = new Set<string>(KNOWN_LOGS);

export const logNames: FuzzTarget = {
  name: "log-names",
  holds: "a tag, topic or log name is a log by its dot-separated parts alone, the leftmost first",
  covers: ["src/decode/log-name.ts"],
  seeds: () =>
    texts(
      "gitlab.rails.api",
      "rails.api.var.log",
      "projects/p/topics/sidekiq",
      "projects/p/logs/api%5Fjson",
      "gitlab-shell",
      "x%",
    ),
  words: [
    ...KNOWN_LOGS,
    ...Object.keys(LOG_ALIASES),
    ".",
    "/logs/",
    "/topics/",
    "%2E",
    "%",
    "constructor",
    "__proto__",
    "rails",
    "toString",
  ],
  mostBytes: 300,
  check(bytes) {
    const text = bytes.toString("utf8");
    const parts = text.split(".");
    let expected: string | null = null;
    for (const [at, part] of parts.entries()) {
      const two = `${part}.${parts[at + 1] ?? ""}`;
      const found = [two, part].find((each) => CANONICAL.has(each) || Object.hasOwn(LOG_ALIASES, each));
      if (found === undefined) continue;
      expected = CANONICAL.has(found) ? found : (LOG_ALIASES[found] ?? null);
      break;
    }
    assert.equal(knownLog(text), expected);
    assert.equal(knownLog(text), expected, "another answer the second time");
    for (const log of [logOfTopic(text), logOfLogName(text)]) assert(log === null || CANONICAL.has(log));
  },
};

const CHECKPOINTS: readonly Checkpoint[] = [
  { device: "1", inode: "18446744073709551615", path: "/var/log/é.log", position: BEGINNING },
  {
    device: "0",
    inode: "2",
    path: "a\nb",
    position: { ...BEGINNING, offset: 2 ** 40, continuesLine: true, fingerprint: "f".repeat(64) },
  },
];

export const checkpoints: FuzzTarget = {
  name: "checkpoints",
  holds:
    "a file of checkpoints is refused with its path, or reads back as what it says; positions do not depend on the pieces",
  covers: [
    "src/backends/files/follow/checkpoint-text.ts",
    "src/backends/files/follow/position.ts",
    "src/backends/files/fingerprint.ts",
  ],
  seeds: () => texts(formatCheckpoints(CHECKPOINTS), formatCheckpoints([])),
  words: [
    '"offset":-1',
    '"offset":1e300',
    '"inode":"1"',
    '"version":2',
    '"continues_line":1',
    '"files":[null]',
    '"x":1',
    '"head_bytes":',
    "\n\n",
  ],
  mostBytes: 3000,
  check(bytes) {
    const read = unlessCorrupt("/s/c.json", () => parseCheckpoints(bytes.toString("utf8"), "/s/c.json"));
    if (read !== null) {
      assert.deepEqual(parseCheckpoints(formatCheckpoints(read), "x"), read);
      for (const { position } of read) assert(Number.isSafeInteger(position.offset) && position.offset >= 0);
    }
    const whole = behind([bytes]);
    const cut = Math.floor(bytes.length / 3);
    assert.deepEqual(behind([bytes.subarray(0, cut), bytes.subarray(cut, 2 * cut), bytes.subarray(2 * cut)]), whole);
    assert(isSameHead(whole, bytes.subarray(0, whole.headBytes)));
    const altered = Buffer.from(bytes);
    if (whole.headBytes > 0) altered[whole.headBytes - 1] = (altered[whole.headBytes - 1] ?? 0) ^ 1;
    if (whole.headBytes > 0) assert(!isSameHead(whole, altered.subarray(0, whole.headBytes)));
    const spaced = Buffer.concat([Buffer.of(0), bytes]);
    assert.equal(
      fingerprintOf(spaced, spaced.length),
      fingerprintOf(Buffer.concat([spaced, Buffer.from("\nx")]), spaced.length),
    );
  },
};

/** The position behind pieces that are read one after the other. */
function behind(pieces: readonly Buffer[]) {
  let position = BEGINNING;
  let all = Buffer.alloc(0);
  for (const piece of pieces) {
    const found = { fingerprint: "", continuesLine: false };
    position = positionBehind(position, all.subarray(0, position.headBytes), piece, found);
    all = Buffer.concat([all, piece]);
  }
  return position;
}

/** RFC 6962, by its own words. */
function plainRoot(leaves: readonly Buffer[]): Buffer {
  const sha256 = (...parts: readonly Buffer[]): Buffer => createHash("sha256").update(Buffer.concat(parts)).digest();
  const [only] = leaves;
  if (only === undefined) return sha256();
  if (leaves.length === 1) return only;
  const half = 2 ** Math.floor(Math.log2(leaves.length - 1));
  return sha256(Buffer.of(1), plainRoot(leaves.slice(0, half)), plainRoot(leaves.slice(half)));
}

export const merkle: FuzzTarget = {
  name: "merkle",
  holds: "the Merkle root over lines is that of RFC 6962, and leaves the bytes as they were",
  covers: ["src/segment/merkle.ts", "src/core/identity.ts"],
  seeds: () => texts("", "\n", "a\nb\nc\nd\ne", "x\n".repeat(40)),
  words: ["\n", "\n\n\n\n"],
  mostBytes: 400,
  check(bytes) {
    const before = Buffer.from(bytes);
    const lines: (readonly [start: number, end: number])[] = [];
    for (let start = 0; start < bytes.length; ) {
      const found = bytes.indexOf("\n", start);
      const end = found < 0 ? bytes.length : found;
      lines.push([start, end]);
      start = end + 1;
    }
    const leaves = lines.map(([start, end]) => leafHash(bytes, start, end));
    assert(bytes.equals(before), "the lent bytes were changed");
    const plain = lines.map(([start, end]) =>
      createHash("sha256").update(Buffer.of(0)).update(bytes.subarray(start, end)).digest(),
    );
    assert.deepEqual(
      leaves,
      plain.map((leaf) => leaf.toString("hex")),
    );
    assert.deepEqual(merkleRoot(leaves), plainRoot(plain));
  },
};
