/** What the server has said is wrong, in its words, or that it cannot be reached. */
export class AskError extends Error {
  override readonly name = "AskError";
  /** True where the question is wrong: asking it again is of no use. */
  readonly isFinal: boolean;

  constructor(message: string, isFinal = false) {
    super(message);
    this.isFinal = isFinal;
  }
}
