import { printable } from "../../core/printable.ts";

/** A column of a table on the terminal. */
export interface Column<Row> {
  readonly head: string;
  readonly align: "left" | "right";
  readonly cell: (row: Row) => string;
}

const GAP = "  ";

/** Rows, in whose cells nothing moves the cursor or hides, as aligned columns under their heads, each line ended by LF. */
export function formatTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const padded = columns.map(({ head, align, cell }) => padCells([head, ...rows.map(cell)].map(printable), align));
  const lines = [0, ...rows.keys().map((index) => index + 1)];
  const lineText = (line: number): string => padded.map((cells) => cells[line]).join(GAP);
  return lines.map((line) => `${lineText(line).trimEnd()}\n`).join("");
}

function padCells(cells: readonly string[], align: "left" | "right"): string[] {
  const widths = cells.map(displayWidth);
  const widest = widths.reduce((a, b) => Math.max(a, b));
  return cells.map((text, index) => {
    const padding = " ".repeat(widest - (widths[index] ?? 0));
    return align === "left" ? text + padding : padding + text;
  });
}

/** Columns of a terminal: two for East Asian wide characters and emoji, none for marks that join the one before. */
function displayWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  const wide = text.match(
    /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{Emoji_Presentation}\uff01-\uff60]/gu,
  );
  const joined = text.match(/[\p{Mn}\p{Me}\p{Cf}]/gu);
  return Array.from(text).length + (wide?.length ?? 0) - (joined?.length ?? 0);
}
