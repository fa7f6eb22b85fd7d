/** Messages that are remembered, so as not to be told again. */
const MOST_TOLD = 100;

/** What is tried again and again meets the same again. */
export function toldOnce(tell: (message: string) => void): (message: string) => void {
  const told = new Set<string>();
  return (message) => {
    if (told.has(message)) return;
    if (told.size >= MOST_TOLD) told.clear();
    told.add(message);
    tell(message);
  };
}
