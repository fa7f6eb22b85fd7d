/**
 * The language of the catalogue. Data only: no code and no regular expressions, so that no rule can run long or
 * mean more than it says.
 */
export const OPERATIONS = ["create", "read", "update", "delete", "none"] as const;

export type Operation = (typeof OPERATIONS)[number];

/** What a condition compares with: a JSON string, an integer of any spelling (200, "200", 200.0), a boolean. */
export type Scalar = string | number | boolean;

/** Tests on one field; all that are there must hold. */
export interface Tests {
  readonly present?: boolean | undefined;
  readonly string?: true | undefined;
  readonly not?: Condition | undefined;
  readonly prefix?: string | readonly string[] | undefined;
  readonly suffix?: string | readonly string[] | undefined;
  readonly last_segment?: string | readonly string[] | undefined;
  readonly between?: readonly [number, number] | undefined;
}

/** A value, a list of values of which one must match, or tests. */
export type Condition = Scalar | readonly Scalar[] | Tests;

export function isTests(condition: Condition): condition is Tests {
  return typeof condition === "object" && !Array.isArray(condition);
}

/** What may stand alone or as a list, as a list; empty where it is not given. */
export function listed<Item>(items: Item | readonly Item[] | undefined): readonly Item[] {
  if (items === undefined) return [];
  return Array.isArray(items) ? items : [items as Item];
}

/** Conditions by name of field; all must hold. */
export type Conditions = Readonly<Record<string, Condition>>;

/** One line of an ordered list: the operation where the conditions hold. */
export interface OperationCase {
  readonly operation: Operation;
  readonly when: Conditions;
}
