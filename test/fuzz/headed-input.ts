/** An input whose first line is JSON that says how the bytes behind it come; where it is none, all are the bytes. */
export interface HeadedInput {
  readonly head: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}

export function headedInput(input: Buffer): HeadedInput {
  const lineEnd = input.indexOf("\n");
  if (lineEnd < 0) return { head: {}, body: input };
  try {
    const head: unknown = JSON.parse(input.toString("utf8", 0, lineEnd));
    const isObject = typeof head === "object" && head !== null && !Array.isArray(head);
    return isObject
      ? { head: head as Readonly<Record<string, unknown>>, body: input.subarray(lineEnd + 1) }
      : { head: {}, body: input };
  } catch {
    return { head: {}, body: input };
  }
}

export function headed(head: Readonly<Record<string, unknown>>, body: Uint8Array | string): Buffer {
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), Buffer.from(body)]);
}

/** The member of the head where it is a text. */
export function textIn({ head }: HeadedInput, key: string): string | null {
  const value = Object.hasOwn(head, key) ? head[key] : undefined;
  return typeof value === "string" && value.isWellFormed() ? value : null;
}

/** The member of the head where it is a whole number, at least 0. */
export function wholeIn({ head }: HeadedInput, key: string): number | null {
  const value = Object.hasOwn(head, key) ? head[key] : undefined;
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value + 0 : null;
}
