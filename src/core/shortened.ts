/** The text where it has at most so many characters, else its beginning and a sign of the cut, so many together. */
export function shortened(text: string, mostChars: number): string {
  return text.length <= mostChars ? text : `${text.slice(0, mostChars - 1)}…`.toWellFormed();
}
