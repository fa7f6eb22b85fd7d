/** How a value goes into a document. */
export type Fitted =
  /** Its bytes as they stand. */
  | typeof AS_IT_IS
  /** Its bytes as a text: a number where a text is wanted. */
  | typeof QUOTED
  /** Members of a list of `{key, value}`, as one object; it may turn out to be another list. */
  | typeof BY_KEY
  /** Another text. */
  | { readonly text: string }
  /** Another JSON value. */
  | { readonly json: string };

export const AS_IT_IS = 1;
export const QUOTED = 2;
export const BY_KEY = 3;
