/** One thing that a pipeline needs and `setup` can make. */
export interface SetupStep {
  /** `index template "logtally.logs" in "http://…"`. */
  readonly what: string;
  /** `other`: it is there, and not as it should be. `unknown`: nobody may look. */
  readonly state: "there" | "missing" | "other" | "unknown";
  /** Makes it, or brings it up to date; does no harm where it is there. Rejects with `IoError`. */
  readonly make: () => Promise<void>;
}

/** What one service needs. */
export interface ServiceSetup {
  readonly steps: readonly SetupStep[];
  /** Commands for what only an administrator can grant. */
  readonly byHand: readonly string[];
  /** When all is made. */
  close(): Promise<void>;
}
