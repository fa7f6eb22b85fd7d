/**
 * The text, but for what may be a user and a password of a URL in it: all from the first colon to the last `@`, since
 * these two are there in every spelling of such a URL, right or wrong, and a password may hold anything.
 */
export function withoutPassword(text: string): string {
  return text.replace(/^([^:]*:)[^]*@/, "$1…@");
}
