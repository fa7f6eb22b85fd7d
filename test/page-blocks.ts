/** What a page has in a fence. */
export interface Block {
  readonly language: string;
  readonly text: string;
  /** The line of the page before it that is not empty. */
  readonly before: string;
}

export function blocksOf(page: string): Block[] {
  return [...page.matchAll(/([^\n]*)\n+```(\w*)\n([\s\S]*?)```/g)].map(([, before = "", language = "", text = ""]) => {
    return { before, language, text };
  });
}
