const PROGRAM =
  /(?<=^|[|(;&!] *|\b(?:do|time|exec|then) +)(?:npx )?logtally(?=\s|$)|(?<![\w/.-])npx logtally(?=\s|$)/gm;
/** Ends a command where it stands outside of quotes. */
const END = /[|&;<>)\n]/;

/** The words behind `logtally` of every command line in a script of a shell, as the shell would hand them over. */
export function logtallyCommands(script: string): string[][] {
  const joined = script.replace(/\\\n\s*/g, " ").replace(/(?<=^|\s)#.*$/gm, "");
  return [...joined.matchAll(PROGRAM)].map(({ 0: { length }, index }) => wordsFrom(joined, index + length));
}

/** Reads words up to the end of the command. What the shell would put in the place of `$(…)` stays as it is written. */
function wordsFrom(text: string, start: number): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let at = start;
  const endWord = (): void => {
    if (word !== null) words.push(word);
    word = null;
  };
  for (; at < text.length; ) {
    const char = text[at] ?? "";
    if (END.test(char) || (char === "#" && word === null)) break;
    if (char === " ") {
      endWord();
      at += 1;
      continue;
    }
    const end = pieceEnd(text, at);
    const isQuoted = char === "'" || char === '"';
    word = `${word ?? ""}${isQuoted ? text.slice(at + 1, end - 1) : text.slice(at, end)}`;
    at = end;
  }
  // The number of a stream that is redirected is no word.
  if (/[<>]/.test(text[at] ?? "") && word !== null && /^\d$/.test(word)) word = null;
  endWord();
  return words;
}

/** Behind the quoted text, the `$(…)` or the single character that begins at `start`. */
function pieceEnd(text: string, start: number): number {
  const char = text[start];
  if (char === "'") return text.indexOf("'", start + 1) + 1 || text.length;
  if (char === "$" && text[start + 1] === "(") return substitutionEnd(text, start + 2);
  if (char !== '"') return start + 1;
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at = text[at] === "'" ? at + 1 : pieceEnd(text, at);
  return at + 1;
}

function substitutionEnd(text: string, start: number): number {
  let at = start;
  while (at < text.length && text[at] !== ")") at = pieceEnd(text, at);
  return at + 1;
}
