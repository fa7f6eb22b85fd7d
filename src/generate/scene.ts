import type { Chance } from "./chance.ts";
import type { Deed, Tag, Writing } from "./left-line.ts";

/** Where actions take place. */
export interface Scene {
  readonly chance: Chance;
  /** A correlation id that no other request has. */
  requestId(): string;
  leave(tag: Tag, timeMs: number, writing: Writing, deeds?: readonly Deed[]): void;
}
