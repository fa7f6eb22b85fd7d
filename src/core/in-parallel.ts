/**
 * Does the work for each item, at most so many at a time; results in the order of the items. Once the work for one has
 * failed, none is begun any more; rejects with that error when those under way have ended too, so that nothing goes on
 * behind the caller's back.
 */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  most: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const waiting = eachOnce(items);
  // All take from the same generator, so each item is taken once; a loop that an error leaves ends it for all.
  const workers = Array.from({ length: Math.min(most, items.length) }, async () => {
    for (const [index, item] of waiting) results[index] = await work(item);
  });
  try {
    await Promise.all(workers);
  } finally {
    await Promise.allSettled(workers);
  }
  return results;
}

/** Unlike the iterator of an array, a generator ends with the first loop that is left. */
function* eachOnce<Item>(items: readonly Item[]): Generator<readonly [number, Item]> {
  yield* items.entries();
}
