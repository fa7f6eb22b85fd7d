/** What is opened when it is asked for first, and then is the same for all. */
export interface OpenOnce<Opened> {
  /** Rejects as the opening does; the next call tries again, since credentials may come. */
  get(): Promise<Opened>;
  /** Null where nothing is open, or being opened. */
  readonly opened: Promise<Opened> | null;
  /** The next call opens another. */
  forget(): void;
}

export function openOnce<Opened>(open: () => Promise<Opened>): OpenOnce<Opened> {
  let opened: Promise<Opened> | null = null;
  return {
    get() {
      opened ??= open().catch((error: unknown) => {
        opened = null;
        throw error;
      });
      return opened;
    },
    get opened() {
      return opened;
    },
    forget() {
      opened = null;
    },
  };
}
