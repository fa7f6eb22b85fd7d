import { isIPv4, isIPv6 } from "node:net";

/** An IP address. One of version 4 within one of version 6 (`::ffff:1.2.3.4`) is taken for what it stands for. */
export type Address =
  | { readonly version: 4; readonly text: string }
  | { readonly version: 6; readonly groups: readonly number[] };

const GROUPS = 8;
const KEPT_GROUPS = 3;
/** `100::/64` is discarded by every router (RFC 6666), so that nobody has an address of it. */
const PSEUDONYM_PREFIX = "100::";
const PSEUDONYM_NETWORK = [0x100, 0, 0, 0];

/** Null for what is no address. */
export function parseAddress(text: string): Address | null {
  if (isIPv4(text)) return { version: 4, text };
  // Names of classes (`EE::Feed`) are no addresses.
  if (!isIPv6(text) || !/\d/.test(text)) return null;
  const groups = groupsOf(text);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (!isMapped) return { version: 6, groups };
  const [high = 0, low = 0] = groups.slice(6);
  return { version: 4, text: [high >> 8, high & 255, low >> 8, low & 255].join(".") };
}

/** The network of the address, /24 or /48. Null where that is the address, or where it tells nobody from others. */
export function truncated(address: Address): string | null {
  if (isOfNobody(address)) return null;
  if (address.version === 4) {
    const network = `${address.text.slice(0, address.text.lastIndexOf("."))}.0`;
    return network === address.text ? null : network;
  }
  const { groups } = address;
  if (groups.slice(KEPT_GROUPS).every((group) => group === 0)) return null;
  return `${groups.slice(0, KEPT_GROUPS).map(hex).join(":")}::`;
}

/** An address in the place of another. `pseudonymOf` gives 32 hex digits. Null for what is one already. */
export function pseudonymAddress(address: Address, pseudonymOf: (text: string) => string): string | null {
  if (isOfNobody(address)) return null;
  if (address.version === 6 && PSEUDONYM_NETWORK.every((group, at) => address.groups[at] === group)) return null;
  const digits = pseudonymOf(address.version === 4 ? address.text : address.groups.map(hex).join(":"));
  const groups = [0, 4, 8, 12].map((at) => hex(Number.parseInt(digits.slice(at, at + 4), 16)));
  return `${PSEUDONYM_PREFIX}${groups.join(":")}`;
}

/** Of the machine itself, or of none. */
function isOfNobody(address: Address): boolean {
  if (address.version === 4) return address.text.startsWith("127.") || address.text === "0.0.0.0";
  return address.groups.slice(0, -1).every((group) => group === 0) && (address.groups.at(-1) ?? 0) <= 1;
}

function groupsOf(text: string): number[] {
  const [front = "", back] = text.split("::");
  const before = partsOf(front);
  const after = partsOf(back ?? "");
  const zeros = Array.from({ length: GROUPS - before.length - after.length }, () => 0);
  return [...before, ...zeros, ...after];
}

function partsOf(text: string): number[] {
  if (text === "") return [];
  return text.split(":").flatMap((part) => {
    if (!part.includes(".")) return [Number.parseInt(part, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = part.split(".").map(Number);
    return [(a << 8) | b, (c << 8) | d];
  });
}

function hex(group: number): string {
  return group.toString(16);
}
