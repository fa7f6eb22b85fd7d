/** A table of cells that are Markdown already. `rules` are what stands between head and rows: `---:` aligns right. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  rules: readonly string[] = head.map(() => "---"),
): string {
  const lines = [head, rules, ...rows];
  return lines.map((cells) => `${cells.map((cell) => (cell === "" ? "| " : `| ${cell} `)).join("")}|`).join("\n");
}

/** A text as code, in a cell. */
export function code(text: string): string {
  return `\`${text.replaceAll("|", "\\|")}\``;
}

/** Plain text as it stands, in a cell. */
export function plain(text: string): string {
  return text.replace(/[|<*`\\]|(?<!\w)_|_(?!\w)/g, "\\$&");
}
