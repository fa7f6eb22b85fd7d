/**
 * The hot half of `src/decode/json-scan.ts`, in AssemblyScript: strictly scans one JSON object (RFC 8259) whose bytes are
 * valid UTF-8, and remembers where the values of known keys lie. Strings are passed over sixteen bytes at a time, keys are
 * compared eight at a time. It reads as its twin does, and test/decode holds them against each other.
 *
 * Bytes stand at `INPUT`, with a zero behind the last: no JSON text holds one, so every loop ends there at the latest.
 * Built by `npm run wasm`.
 */

// What the scan returns when it is not the place behind the object.
const INVALID: i32 = -1;
const TOO_DEEP: i32 = -2;
/** A key with an escape, or more members than there is room for: the twin has to read the object. */
const UNFIT: i32 = -3;

const QUOTE: u32 = 0x22;
const COMMA: u32 = 0x2c;
const COLON: u32 = 0x3a;
const BACKSLASH: u32 = 0x5c;
const OPEN_LIST: u32 = 0x5b;
const CLOSE_LIST: u32 = 0x5d;
const OPEN_OBJECT: u32 = 0x7b;
const CLOSE_OBJECT: u32 = 0x7d;

// Sizes, and where everything lies. `src/decode/wasm-scanner.ts` asks for what it needs.
export const MOST_SLOTS: usize = 1024;
export const MOST_MEMBERS: usize = 2048;
const MOST_KEY_BYTES: usize = 128;
/** A byte for each container that may be open. */
const OPEN_OBJECTS_BYTES: usize = 1024;
/** Twice as many as keys, at the least: most keys that nobody asked for meet an empty place. */
const PLACES: usize = 4096;
/** First eight bytes, last eight, length, slot. */
const PLACE_BYTES: usize = 24;

/** Texts that are longer belong to the twin. Vectors are read beyond, where the memory goes on. */
export const INPUT_BYTES: usize = 256 * 1024;

const PLACES_AT: usize = 1024;
const KEYS_AT: usize = PLACES_AT + PLACES * PLACE_BYTES;
export const SET_FOR_AT: usize = KEYS_AT + MOST_SLOTS * MOST_KEY_BYTES;
export const STARTS_AT: usize = SET_FOR_AT + MOST_SLOTS * 8;
export const ENDS_AT: usize = STARTS_AT + MOST_SLOTS * 4;
export const ESCAPED_AT: usize = ENDS_AT + MOST_SLOTS * 4;
/** Here begin five columns, each with room for all members: slots, starts and ends of keys, starts and ends of values. */
export const MEMBER_SLOTS_AT: usize = ESCAPED_AT + MOST_SLOTS;
const KEY_STARTS_AT: usize = MEMBER_SLOTS_AT + MOST_MEMBERS * 4;
const KEY_ENDS_AT: usize = KEY_STARTS_AT + MOST_MEMBERS * 4;
const VALUE_STARTS_AT: usize = KEY_ENDS_AT + MOST_MEMBERS * 4;
const VALUE_ENDS_AT: usize = VALUE_STARTS_AT + MOST_MEMBERS * 4;
const OPEN_OBJECTS_AT: usize = VALUE_ENDS_AT + MOST_MEMBERS * 4;
export const INPUT_AT: usize = OPEN_OBJECTS_AT + OPEN_OBJECTS_BYTES;

const K: u64 = 0x9e3779b97f4a7c15;

let memberCount: i32 = 0;

/** Members of the object that was scanned last, where they were asked for. */
export function members(): i32 {
  return memberCount;
}

/** Makes the key of `length` bytes at `INPUT` known by its slot. False where there is no room for it. */
export function addKey(length: i32, slot: i32): bool {
  if (<usize>length > MOST_KEY_BYTES || <usize>slot >= MOST_SLOTS) return false;
  let place = placeOf(firstEight(INPUT_AT, length), lastEight(INPUT_AT, length), length);
  while (load<i32>(place, 20) !== 0) place = nextPlace(place);
  store<u64>(place, firstEight(INPUT_AT, length));
  store<u64>(place, lastEight(INPUT_AT, length), 8);
  store<i32>(place, length, 16);
  // From 1, so that 0 says that the place is empty.
  store<i32>(place, slot + 1, 20);
  memory.copy(KEYS_AT + <usize>slot * MOST_KEY_BYTES, INPUT_AT, length);
  return true;
}

function placeOf(first: u64, last: u64, length: i32): usize {
  const mixed = (first ^ rotl<u64>(last, 29) ^ <u64>length) * K;
  return PLACES_AT + <usize>(mixed >> 52) * PLACE_BYTES;
}

function nextPlace(place: usize): usize {
  const next = place + PLACE_BYTES;
  return next === PLACES_AT + PLACES * PLACE_BYTES ? PLACES_AT : next;
}

/** The first bytes of a key, as a number; fewer than eight are filled up with zeros. */
function firstEight(at: usize, length: i32): u64 {
  const eight = load<u64>(at);
  return length >= 8 ? eight : eight & (((<u64>1) << ((<u64>length) << 3)) - 1);
}

function lastEight(at: usize, length: i32): u64 {
  return length >= 8 ? load<u64>(at + length - 8) : 0;
}

/** Slot of the key, or -1. */
function find(at: usize, length: i32): i32 {
  const first = firstEight(at, length);
  const last = lastEight(at, length);
  let place = placeOf(first, last, length);
  while (true) {
    const slot = load<i32>(place, 20) - 1;
    if (slot < 0) return -1;
    if (load<u64>(place) === first && load<u64>(place, 8) === last && load<i32>(place, 16) === length) {
      if (length <= 16 || sameMiddle(at, KEYS_AT + <usize>slot * MOST_KEY_BYTES, length)) return slot;
    }
    place = nextPlace(place);
  }
}

/** Between the first eight bytes and the last, which were compared. */
function sameMiddle(at: usize, keyAt: usize, length: i32): bool {
  for (let i: usize = 8; i + 8 < <usize>length; i += 8) if (load<u64>(at + i) !== load<u64>(keyAt + i)) return false;
  return true;
}

/** Behind the plain characters of a string that are at `at`: at a quote, a backslash or a control character. */
function skipPlain(at: usize): usize {
  while (true) {
    const bytes = v128.load(at);
    const stops = v128.or(
      v128.or(i8x16.eq(bytes, i8x16.splat(0x22)), i8x16.eq(bytes, i8x16.splat(0x5c))),
      i8x16.lt_u(bytes, i8x16.splat(0x20)),
    );
    const mask = i8x16.bitmask(stops);
    if (mask !== 0) return at + ctz<i32>(mask);
    at += 16;
  }
}

/** Behind the closing quote of the string of which something at or before `at` was plain, or 0 where it is invalid. */
function skipString(at: usize): usize {
  while (true) {
    at = skipPlain(at);
    const byte = load<u8>(at);
    if (byte === QUOTE) return at + 1;
    if (byte !== BACKSLASH) return 0;
    const escape = load<u8>(at, 1);
    if (escape === 0x75) {
      for (let i: usize = 2; i < 6; i += 1) if (!isHex(load<u8>(at + i))) return 0;
      at += 6;
    } else if (isEscape(escape)) at += 2;
    else return 0;
  }
}

function isHex(byte: u32): bool {
  return isDigit(byte) || (byte | 0x20) - 0x61 < 6;
}

/** What may follow a backslash, `u` aside. */
function isEscape(byte: u32): bool {
  return (
    byte === QUOTE ||
    byte === BACKSLASH ||
    byte === 0x2f ||
    byte === 0x62 ||
    byte === 0x66 ||
    byte === 0x6e ||
    byte === 0x72 ||
    byte === 0x74
  );
}

function isDigit(byte: u32): bool {
  return byte - 0x30 < 10;
}

function isSpace(byte: u32): bool {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function skipSpace(at: usize): usize {
  while (isSpace(load<u8>(at))) at += 1;
  return at;
}

function skipDigits(at: usize): usize {
  while (isDigit(load<u8>(at))) at += 1;
  return at;
}

/** Behind the number at `at`, or 0. */
function skipNumber(at: usize): usize {
  if (load<u8>(at) === 0x2d) at += 1;
  if (load<u8>(at) === 0x30) at += 1;
  else {
    const first = at;
    at = skipDigits(at);
    if (at === first) return 0;
  }
  if (load<u8>(at) === 0x2e) {
    const first = at + 1;
    at = skipDigits(first);
    if (at === first) return 0;
  }
  if ((load<u8>(at) | 0x20) === 0x65) {
    at += 1;
    if (load<u8>(at) === 0x2b || load<u8>(at) === 0x2d) at += 1;
    const first = at;
    at = skipDigits(at);
    if (at === first) return 0;
  }
  return at;
}

/** Behind the string, number or literal at `at`, or 0. */
function skipScalar(at: usize): usize {
  const byte: u32 = load<u8>(at);
  if (byte === QUOTE) return skipString(at + 1);
  // `true`, `null`, and the last four of `false`, as numbers.
  if (byte === 0x74) return load<u32>(at) === 0x65757274 ? at + 4 : 0;
  if (byte === 0x6e) return load<u32>(at) === 0x6c6c756e ? at + 4 : 0;
  if (byte === 0x66) return load<u32>(at, 1) === 0x65736c61 ? at + 5 : 0;
  return skipNumber(at);
}

/** Behind the key and the colon at `at` (space allowed between), or 0. */
function skipKey(at: usize): usize {
  if (load<u8>(at) !== QUOTE) return 0;
  at = skipString(at + 1);
  if (at === 0) return 0;
  at = skipSpace(at);
  return load<u8>(at) === COLON ? skipSpace(at + 1) : 0;
}

/** Behind the container at `at`; 0 where it is invalid, 1 where it nests deeper than `levels`. */
function skipContainer(at: usize, levels: i32): usize {
  let depth: i32 = 0;
  while (true) {
    const byte: u32 = load<u8>(at);
    if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
      if (depth === levels) return 1;
      depth += 1;
      store<u8>(OPEN_OBJECTS_AT + depth, byte === OPEN_OBJECT ? 1 : 0);
      at = skipSpace(at + 1);
      if (load<u8>(at) !== (byte === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_LIST)) {
        if (byte === OPEN_OBJECT) {
          at = skipKey(at);
          if (at === 0) return 0;
        }
        continue;
      }
    } else {
      at = skipScalar(at);
      if (at === 0) return 0;
      at = skipSpace(at);
    }
    // Behind a value, or at the end of an empty container: close what ends here, then step to the next value.
    while (true) {
      const inObject = load<u8>(OPEN_OBJECTS_AT + depth) === 1;
      if (load<u8>(at) === (inObject ? CLOSE_OBJECT : CLOSE_LIST)) {
        depth -= 1;
        at += 1;
        if (depth === 0) return at;
        at = skipSpace(at);
      } else if (load<u8>(at) === COMMA) {
        at = skipSpace(at + 1);
        if (inObject) {
          at = skipKey(at);
          if (at === 0) return 0;
        }
        break;
      } else return 0;
    }
  }
}

/**
 * Scans the object in the first `length` bytes of the input. Values of known keys are noted at their slots under the
 * number `record`, all members where `lists` says so; places are given from `base`. Returns the place behind the object,
 * or one of the codes above; `levels` is how deep it may nest, itself 1.
 */
export function scan(length: i32, base: i32, levels: i32, record: f64, lists: bool): i32 {
  // What was noted before `UNFIT` or a fault is void: the record gets another number.
  store<u8>(INPUT_AT + length, 0);
  const shift = base - <i32>INPUT_AT;
  memberCount = 0;
  let at = INPUT_AT;
  if (load<u8>(at) !== OPEN_OBJECT) return INVALID;
  at = skipSpace(at + 1);
  if (load<u8>(at) === CLOSE_OBJECT) return <i32>at + 1 + shift;
  while (true) {
    if (load<u8>(at) !== QUOTE) return INVALID;
    const keyStart = at + 1;
    at = skipPlain(keyStart);
    if (load<u8>(at) !== QUOTE) return skipString(at) === 0 ? INVALID : UNFIT;
    const slot = find(keyStart, <i32>(at - keyStart));
    const keyEnd = at + 1;
    at = keyEnd;
    if (load<u8>(at) !== COLON) at = skipSpace(at);
    if (load<u8>(at) !== COLON) return INVALID;
    at += 1;
    if (load<u8>(at) <= 0x20) at = skipSpace(at);
    const start = at;
    const byte: u32 = load<u8>(at);
    let escaped: u8 = 0;
    if (byte === QUOTE) {
      at = skipPlain(at + 1);
      if (load<u8>(at) === QUOTE) at += 1;
      else {
        escaped = 1;
        at = skipString(at);
      }
    } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
      at = skipContainer(at, levels - 1);
      if (at === 1) return TOO_DEEP;
    } else at = skipScalar(at);
    if (at === 0) return INVALID;
    if (slot >= 0) {
      store<i32>(STARTS_AT + ((<usize>slot) << 2), <i32>start + shift);
      store<i32>(ENDS_AT + ((<usize>slot) << 2), <i32>at + shift);
      store<u8>(ESCAPED_AT + <usize>slot, escaped);
      store<f64>(SET_FOR_AT + ((<usize>slot) << 3), record);
    }
    if (lists) {
      if (<usize>memberCount === MOST_MEMBERS) return UNFIT;
      const place = (<usize>memberCount) << 2;
      store<i32>(MEMBER_SLOTS_AT + place, slot);
      store<i32>(KEY_STARTS_AT + place, <i32>keyStart - 1 + shift);
      store<i32>(KEY_ENDS_AT + place, <i32>keyEnd + shift);
      store<i32>(VALUE_STARTS_AT + place, <i32>start + shift);
      store<i32>(VALUE_ENDS_AT + place, <i32>at + shift);
      memberCount += 1;
    }
    if (load<u8>(at) !== COMMA) {
      at = skipSpace(at);
      if (load<u8>(at) === CLOSE_OBJECT) return <i32>at + 1 + shift;
      if (load<u8>(at) !== COMMA) return INVALID;
    }
    at += 1;
    if (load<u8>(at) <= 0x20) at = skipSpace(at);
  }
}
