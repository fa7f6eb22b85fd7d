/** JSON of texts that come again and again: each is made once, as long as they are not too many. */
export type KeptJson = (text: string) => Buffer;

const MOST_KEPT = 1024;

/** `valueOf` gives what is written for a text. */
export function createKeptJson(valueOf: (text: string) => unknown): KeptJson {
  const kept = new Map<string, Buffer>();
  return (text) => {
    const known = kept.get(text);
    if (known !== undefined) return known;
    if (kept.size >= MOST_KEPT) kept.clear();
    const json = Buffer.from(JSON.stringify(valueOf(text)));
    kept.set(text, json);
    return json;
  };
}
