interface AckBatch {
  /** Resolves when all that were added with the id were sent. */
  add(ackId: string): Promise<void>;
}

/** Ids that are added at the same time are sent together: the engine acks a whole batch at once. */
export function createAckBatch(send: (ackIds: readonly string[]) => Promise<void>): AckBatch {
  let pending: string[] = [];
  let sent: Promise<void> | null = null;
  const flush = async (): Promise<void> => {
    // Lets the others come that are added in the same turn.
    await Promise.resolve();
    const ackIds = pending;
    pending = [];
    sent = null;
    await send(ackIds);
  };
  return {
    add(ackId) {
      pending.push(ackId);
      sent ??= flush();
      return sent;
    },
  };
}
