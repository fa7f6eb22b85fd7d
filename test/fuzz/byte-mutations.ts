import type { Dice } from "./dice.ts";
import type { Mutation } from "./target.ts";

/** Bytes that part, open, close or break something in one of the formats. */
const SIGNS = Buffer.from("\n\r\0 \"\\{}[]:,.-+eE/=#&*!|>%'_0179azZ\x1e\x1f\x7f", "latin1");
const BAD_UTF8 = ["\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82"].map((text) =>
  Buffer.from(text, "latin1"),
);
const ODD_TEXT = ["é", "日本", "😀", "\ufeff", "\u2028", "\u00a0", "\u0085", "\\ud800", "\\u0000", "\\u0041"].map(
  (text) => Buffer.from(text),
);
const NUMBERS =
  "0 -0 -1 1 00 0.0 1e400 1e-400 1E5 2e2 9007199254740993 4294967296 2147483648 18446744073709551616 99999999999".split(
    " ",
  );
const LENGTHS = [0, 1, 0x7f, 0x80, 0xff, 0xffff, 0x10000, 0x7fffffff, 0xffffffff];
const MOST_REPEATS = 300;

/** `[start, end)` becomes something else. */
function splice(input: Buffer, start: number, end: number, put: Uint8Array): Buffer {
  return Buffer.concat([input.subarray(0, start), put, input.subarray(end)]);
}

/** A range of the input, mostly short. */
function rangeOf(input: Buffer, dice: Dice): readonly [start: number, end: number] {
  const start = dice.below(input.length + 1);
  const most = dice.oneIn(3) ? input.length - start : Math.min(8, input.length - start);
  return [start, start + dice.below(most + 1)];
}

function changed(input: Buffer, at: number, byte: number): Buffer {
  const copy = Buffer.from(input);
  if (at < copy.length) copy[at] = byte;
  return copy;
}

const flipBit: Mutation = (input, dice) => {
  const at = dice.below(input.length);
  return changed(input, at, (input[at] ?? 0) ^ (1 << dice.below(8)));
};

const putByte: Mutation = (input, dice) => changed(input, dice.below(input.length), dice.below(256));

const putSign: Mutation = (input, dice) => changed(input, dice.below(input.length), dice.pick([...SIGNS]));

const insertSigns: Mutation = (input, dice) => {
  const at = dice.below(input.length + 1);
  return splice(input, at, at, Buffer.from(Array.from({ length: 1 + dice.below(3) }, () => dice.pick([...SIGNS]))));
};

const insertText: Mutation = (input, dice) => {
  const at = dice.below(input.length + 1);
  return splice(input, at, at, dice.pick([...BAD_UTF8, ...ODD_TEXT]));
};

const cutRange: Mutation = (input, dice) => {
  const [start, end] = rangeOf(input, dice);
  return splice(input, start, end, Buffer.alloc(0));
};

const cutEnd: Mutation = (input, dice) => Buffer.from(input.subarray(0, dice.below(input.length + 1)));

const repeatRange: Mutation = (input, dice) => {
  const [start, end] = rangeOf(input, dice);
  const times = dice.oneIn(4) ? dice.below(MOST_REPEATS) : 1 + dice.below(3);
  const range = input.subarray(start, end);
  return splice(input, end, end, Buffer.concat(Array.from({ length: times }, () => range)));
};

const moveRange: Mutation = (input, dice) => {
  const [start, end] = rangeOf(input, dice);
  const rest = splice(input, start, end, Buffer.alloc(0));
  const at = dice.below(rest.length + 1);
  return splice(rest, at, at, input.subarray(start, end));
};

const joinOther: Mutation = (input, dice, other) => {
  const [start, end] = rangeOf(other, dice);
  const at = dice.below(input.length + 1);
  return dice.oneIn(2)
    ? splice(input, at, at, other.subarray(start, end))
    : Buffer.concat([input.subarray(0, at), other.subarray(dice.below(other.length + 1))]);
};

const putNumber: Mutation = (input, dice) => {
  const text = input.toString("latin1");
  const numbers = [...text.matchAll(/\d+/g)];
  if (numbers.length === 0) return flipBit(input, dice, input);
  const [digits, at] = [dice.pick(numbers)].map((match) => [match[0], match.index] as const)[0] ?? ["", 0];
  const near = String(Number(digits) + dice.pick([-1, 1, 2]));
  return splice(input, at, at + digits.length, Buffer.from(dice.oneIn(2) ? near : dice.pick(NUMBERS)));
};

/** Binary lengths and places. */
const putInteger: Mutation = (input, dice) => {
  const copy = Buffer.from(input);
  if (copy.length < 8) return flipBit(input, dice, input);
  const at = dice.below(copy.length - 3);
  const old = copy.readUInt32LE(at);
  copy.writeUInt32LE((dice.oneIn(2) ? dice.pick(LENGTHS) : old + dice.pick([-1, 1, 8])) >>> 0, at);
  return copy;
};

const lines = (input: Buffer): string[] => input.toString("latin1").split("\n");

const changeLines: Mutation = (input, dice, other) => {
  const all = lines(input);
  const at = dice.below(all.length);
  const line = all[at] ?? "";
  const kind = dice.below(6);
  if (kind === 0) all.splice(at, 1);
  else if (kind === 1) all.splice(dice.below(all.length), 0, line);
  else if (kind === 2) all[at] = `${" ".repeat(dice.below(6))}${line.trimStart()}`;
  else if (kind === 3) all.splice(at, 0, dice.pick(lines(other)));
  else if (kind === 4) all[at] = dice.pick(lines(other));
  else all.splice(at, 0, "");
  return Buffer.from(all.join("\n"), "latin1");
};

/** Ways that need to know nothing about a format. */
export const BYTE_MUTATIONS: readonly Mutation[] = [
  flipBit,
  putByte,
  putSign,
  insertSigns,
  insertText,
  cutRange,
  cutEnd,
  repeatRange,
  moveRange,
  joinOther,
  putNumber,
  putInteger,
  changeLines,
];

/** Puts one of the words somewhere, in the place of another now and then. */
export function wordMutation(words: readonly string[]): Mutation {
  const all = words.map((word) => Buffer.from(word));
  return (input, dice) => {
    const word = dice.pick(all);
    const [start, end] = rangeOf(input, dice);
    if (dice.oneIn(2)) return splice(input, start, dice.oneIn(2) ? start : end, word);
    const found = all.filter((each) => input.includes(each));
    if (found.length === 0) return splice(input, start, start, word);
    const old = dice.pick(found);
    const at = input.indexOf(old, dice.below(input.length));
    return at < 0 ? splice(input, start, start, word) : splice(input, at, at + old.length, word);
  };
}
