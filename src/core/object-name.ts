import { IoError } from "./fault.ts";

/** A part that leads elsewhere: `..`, `.`, or an empty one, as in an absolute path. */
const STRAY_PART = /(?:^|\/)\.{0,2}\//;

/** Throws `IoError` `denied` for a name that could lie outside of a store, or have a second spelling. */
export function checkObjectName(name: string): void {
  if (STRAY_PART.test(`${name}/`)) throw new IoError("denied", `open "${name}": not the name of an object`);
}

/** The same for the beginning of names; its last part may be empty. */
export function checkObjectPrefix(prefix: string): void {
  if (STRAY_PART.test(prefix)) throw new IoError("denied", `list "${prefix}": not the beginning of a name`);
}
