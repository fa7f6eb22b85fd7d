/** The text, but for what stands before the host of a URL in it: a user and a password. */
export function withoutPassword(text: string): string {
  return text.replace(/(?<=:\/\/)[^/?#]*@/g, "…@");
}
