import { type Book, readBook } from "./book.ts";
import type { SimulatedBucket } from "./simulated-bucket.ts";
import type { Truth } from "./truth.ts";

/**
 * Looks at the book of record as it is at this moment, in the middle of everything: each line once and in its hour,
 * and what its plans add up to is what its lines come to.
 */
export function checkBook(bucket: SimulatedBucket, truth: Truth, fail: (what: string) => void): Book {
  const book = readBook(bucket);
  const found = new Set<string>();
  for (const { id, text, firstHour, hours } of book.lines) {
    const key = `${id} ${text}`;
    if (found.has(key)) fail(`I4: the vault has line ${id} "${text}" twice`);
    found.add(key);
    const hour = truth.lines.get(id)?.get(text)?.hour;
    if (hour === undefined) fail(`I9: the vault has line ${id} "${text}", which nobody sent like that`);
    else if (hour < firstHour || hour >= firstHour + hours) fail(`I9: line ${id} lies in a wrong hour`);
  }
  const { received = 0, archived = 0, duplicates = 0 } = book.figures;
  if (archived + duplicates !== received) fail(`I3: ${archived} archived and ${duplicates} repeated of ${received}`);
  const right = truth.among(book.lines).counts();
  for (const event of new Set([...Object.keys(right), ...Object.keys(book.counts)])) {
    const counted = book.counts[event] ?? 0;
    if (counted !== (right[event] ?? 0)) fail(`I3: ${event} is ${counted}, and by its lines ${right[event] ?? 0}`);
  }
  return book;
}
