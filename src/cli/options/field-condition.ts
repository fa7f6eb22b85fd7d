import { InvalidArgumentError } from "commander";

/** A field of lines, and what it is to be. */
export interface FieldCondition {
  readonly name: string;
  readonly value: string;
}

/** `meta.feature_category=source_code_management`; the value is everything behind the first `=`. */
export function fieldCondition(value: string): FieldCondition {
  const at = value.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("It must be the name of a field and a value: K=V.");
  return { name: value.slice(0, at), value: value.slice(at + 1) };
}
