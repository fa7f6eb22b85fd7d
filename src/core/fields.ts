/**
 * The fields of one record, read on demand. Names are resolved to slots once, when a reader is made, so that
 * nothing is looked up by name per line. A view is valid until its reader reads the next record.
 *
 * Names: a top-level key (`route`), a member of one of the families that come dotted, nested or underscored
 * (`meta.user`), or a parameter (`params.action`). Of equal keys the last wins. `null`, the empty string and `{}`
 * count as absent.
 */
export interface Fields {
  /** True where the key is there and not absent; `[]` and `false` are present. */
  has(slot: number): boolean;
  /** The decoded value of a JSON string that is not empty; null for anything else. */
  string(slot: number): string | null;
  /**
   * Decimal digits of a non-negative integer without leading zeros, exact at any size: from a JSON integer, a
   * string of digits, or a double without fraction. Null for anything else.
   */
  integer(slot: number): string | null;
  /** A JSON `true` or `false`; null for anything else. */
  boolean(slot: number): boolean | null;
  /** The JSON text of the value as it stands in the line, to be shown; null where it is absent. */
  text(slot: number): string | null;
  /** True where `params` is a list that GitLab cut: its last element is the sentinel. */
  paramsCut(): boolean;
}

/** Where a reader keeps the field of that name. Throws for a name that the reader was not made for. */
export type SlotOf = (name: string) => number;
