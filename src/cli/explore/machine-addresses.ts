import { networkInterfaces } from "node:os";

export const LOOPBACK = "127.0.0.1";
/** `0.0.0.0` and `::`, in short or in full. */
const ALL_ADDRESSES = /^[0.:]+$/;

/** The addresses by which browsers reach what listens at one; the first one works on this machine. */
export function reachedAt(address: string): [string, ...string[]] {
  if (!ALL_ADDRESSES.test(address)) return [address];
  const ofMachine = Object.values(networkInterfaces()).flatMap((some = []) => some.map((each) => each.address));
  return [LOOPBACK, ...ofMachine];
}
