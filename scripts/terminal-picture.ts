/**
 * Draws what a command prints as a terminal window in SVG: `COMMAND | node scripts/terminal-picture.ts "$ COMMAND" FILE`.
 * The picture in the README comes from `npm --silent start`.
 */
import { writeFileSync } from "node:fs";
import { text } from "node:stream/consumers";

const CHARACTER_PX = 7.8;
const LINE_PX = 18;
const MARGIN_PX = 18;
const BAR_PX = 30;

const [prompt = "", file = ""] = process.argv.slice(2);
if (prompt === "" || file === "") throw new Error("usage: terminal-picture.ts PROMPT FILE");

const lines = [prompt, "", ...(await text(process.stdin)).trimEnd().split("\n")];
const width = Math.ceil(Math.max(...lines.map((line) => line.length)) * CHARACTER_PX + 2 * MARGIN_PX);
const height = lines.length * LINE_PX + BAR_PX + MARGIN_PX;

const escape = (line: string): string => line.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const rows = lines.map((line, index) => {
  const y = BAR_PX + MARGIN_PX + index * LINE_PX;
  const kind = index === 0 ? ' class="prompt"' : "";
  return `<text x="${MARGIN_PX}" y="${y}"${kind} xml:space="preserve">${escape(line)}</text>`;
});
const lamps = ["#ff5f57", "#febc2e", "#28c840"].map(
  (colour, index) => `<circle cx="${20 + index * 20}" cy="15" r="6" fill="${colour}"/>`,
);

writeFileSync(
  file,
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" role="img" aria-label="${escape(prompt)} in a terminal">
<style>text { font: 13px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #d6dde6 } .prompt { fill: #7ee787 }</style>
<rect width="${width}" height="${height}" rx="10" fill="#161b22"/>
${lamps.join("\n")}
${rows.join("\n")}
</svg>
`,
);
