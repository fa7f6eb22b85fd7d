import type { LeftLine } from "./left-line.ts";
import type { Piece, Row } from "./row.ts";

/** As a component writes its lines, as FluentD sends them on, as Cloud Logging exports them, as Pub/Sub delivers them. */
export const FORM_NAMES = ["bare", "fluentd", "logentry", "pubsub"] as const;

export type FormName = (typeof FORM_NAMES)[number];

export interface FormOptions {
  readonly name: FormName;
  /** Records of a compressed message; null: messages of one record each. */
  readonly batch: number | null;
}

/** Turns lines into pieces, and pieces into rows of output. */
export interface Form {
  /** What the form adds to each line as its environment; null: nothing. */
  readonly environment: string | null;
  record(line: LeftLine): Piece;
  /** Null while a batch is being filled. */
  take(piece: Piece): Row | null;
  /** What a batch still holds. */
  rest(): Row | null;
  /** A record gone bad, as such a form can have it. */
  poison(timeMs: number): Piece;
  /** Now and then a message that is bad as a whole; null: none this time. */
  badMessage(timeMs: number): Row | null;
}
