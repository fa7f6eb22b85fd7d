/** What is wrong with a value that was read. */
export interface Misfit {
  /** Where in it: `.inputs[3].name`; empty for all of it. */
  readonly at: string;
  /** Behind "is not": `a whole number`. */
  readonly expected: string;
}

/**
 * What a value has to look like; null where it does. Made for objects with a million entries, of which hardly any is
 * ever wrong: nothing is copied, and a path is put together only on the way back from what does not fit.
 */
export type Shape = (value: unknown) => Misfit | null;

const MOST_REMEMBERED = 10_000;
/** Of a name in a path: somebody may have made it so long that it fills a screen. */
const MOST_NAME_CHARS = 64;

/** For values of which is known what they should be; `expected` stands behind "is not". */
function test(fits: (value: unknown) => boolean, expected: string): Shape {
  const misfit: Misfit = { at: "", expected };
  return (value) => (fits(value) ? null : misfit);
}

/** A text that the pattern takes. */
export function textLike(pattern: RegExp, expected: string): Shape {
  return test((value) => typeof value === "string" && pattern.test(value), expected);
}

export function textThat(fits: (text: string) => boolean, expected: string): Shape {
  return test((value) => typeof value === "string" && fits(value), expected);
}

/** A text of a kind that comes again and again, and takes long to look at. */
export function repeatedText(fits: (text: string) => boolean, expected: string): Shape {
  const known = new Set<string>();
  return test((value) => {
    if (typeof value !== "string") return false;
    if (known.has(value)) return true;
    if (!fits(value)) return false;
    if (known.size >= MOST_REMEMBERED) known.clear();
    known.add(value);
    return true;
  }, expected);
}

export const text: Shape = test((value) => typeof value === "string", "a text");

/** A text that stands in messages. */
export function textUpTo(mostChars: number): Shape {
  return test((value) => typeof value === "string" && value.length <= mostChars, `a text of ${mostChars} characters`);
}

/** What a double holds exactly. */
export const integer: Shape = test(Number.isSafeInteger, "an integer");

/** Sums may be larger than what a double holds exactly. */
export const number: Shape = test(Number.isFinite, "a number");

export function integerFrom(least: number): Shape {
  const fits = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= least;
  return test(fits, `an integer from ${least} on`);
}

export function oneOf(values: readonly unknown[]): Shape {
  return test((value) => values.includes(value), `one of ${values.map((value) => JSON.stringify(value)).join(", ")}`);
}

export function orNull(shape: Shape): Shape {
  return (value) => (value === null ? null : shape(value));
}

export function listOf(shape: Shape): Shape {
  const list = test(Array.isArray, "a list");
  return (value) => {
    if (!Array.isArray(value)) return list(value);
    const items: readonly unknown[] = value;
    for (let index = 0; index < items.length; index += 1) {
      const misfit = shape(items[index]);
      if (misfit !== null) return within(`[${index}]`, misfit);
    }
    return null;
  };
}

const object = test(isObject, "an object");

/** An object whose keys are up to whoever wrote it, but for their form. */
export function mapOf(key: Shape, shape: Shape): Shape {
  return (value) => {
    if (!isObject(value)) return object(value);
    for (const [name, member] of Object.entries(value)) {
      const misfit = key(name) ?? shape(member);
      if (misfit !== null) return within(nameStep(name), misfit);
    }
    return null;
  };
}

/** An object with these members and no other; optional ones may be missing. */
export function objectOf(
  members: Readonly<Record<string, Shape>>,
  optional: Readonly<Record<string, Shape>> = {},
): Shape {
  const needed = Object.entries(members);
  const others = Object.entries(optional);
  return (value) => {
    if (!isObject(value)) return object(value);
    for (const [name, shape] of needed) {
      const misfit = shape(ownMember(value, name));
      if (misfit !== null) return within(`.${name}`, misfit);
    }
    let known = needed.length;
    for (const [name, shape] of others) {
      if (!Object.hasOwn(value, name)) continue;
      known += 1;
      const misfit = shape(value[name]);
      if (misfit !== null) return within(`.${name}`, misfit);
    }
    const names = Object.keys(value);
    return names.length === known ? null : unknownMember(names, [...needed, ...others]);
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function unknownMember(names: readonly string[], members: readonly (readonly [name: string, shape: Shape])[]): Misfit {
  const [unknown = ""] = names.filter((name) => !members.some(([member]) => member === name));
  return { at: nameStep(unknown), expected: "a member of this format" };
}

/** Of a name that anybody may have given. */
function nameStep(name: string): string {
  return `.${name.length > MOST_NAME_CHARS ? `${name.slice(0, MOST_NAME_CHARS)}…` : name}`;
}

function ownMember(value: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

function within(step: string, { at, expected }: Misfit): Misfit {
  return { at: step + at, expected };
}
