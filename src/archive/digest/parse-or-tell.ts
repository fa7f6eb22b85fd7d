import type { Shape } from "../shape.ts";
import { parseStored } from "../stored-json.ts";
import { type Distrusted, distrust, type OnDistrust } from "./distrust.ts";

/** `parseStored` of what a signer wrote; where it is wrong, or longer than `mostBytes`, that is told, and gives null. */
export function parseOrTell(
  name: string,
  bytes: Buffer,
  { shape, mostBytes }: { readonly shape: Shape; readonly mostBytes: number },
  onDistrust: OnDistrust,
): unknown {
  if (bytes.length > mostBytes) {
    onDistrust({ kind: "altered", object: name, why: `it has more than ${mostBytes} bytes, as no signer writes` });
    return null;
  }
  let wrong: Distrusted | null = null;
  try {
    return parseStored(bytes, shape, (why, cause, hint) => {
      wrong = { kind: "altered", object: name, why, cause, ...(hint === undefined ? {} : { hint }) };
      return distrust(name, why, cause, hint);
    });
  } catch (error) {
    if (wrong === null) throw error;
    onDistrust(wrong);
    return null;
  }
}
