import type { StoredObject } from "../manifest.ts";

/** A write-ahead object whose every line is sealed, by plans that are signed or rest on such. */
export interface RemovableObject {
  readonly name: string;
  readonly sizeBytes: number;
  readonly createdAtMs: number;
  /** As plans say it is: one that is something else stays. */
  readonly said: readonly StoredObject[];
  /** It has index markers, which go with it. */
  readonly isMarked: boolean;
}

/** What plans say of an object that is not so as it was found. */
export function untrueOf({ said }: RemovableObject, found: StoredObject): StoredObject | undefined {
  return said.find((each) => each.sha256 !== found.sha256 || each.size_bytes !== found.size_bytes);
}
