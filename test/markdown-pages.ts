import { existsSync, readdirSync } from "node:fs";
import { join, posix } from "node:path";

export const CHECKOUT = join(import.meta.dirname, "..");
/** Folders of which every page is documentation. */
const TREES = ["docs", "deploy", "fixtures"];

/** Every Markdown page of the checkout, by its path in it. */
export function markdownPages(): readonly string[] {
  const below = TREES.filter((tree) => existsSync(join(CHECKOUT, tree))).flatMap((tree) =>
    readdirSync(join(CHECKOUT, tree), { recursive: true, encoding: "utf8" }).map((name) => posix.join(tree, name)),
  );
  return [...readdirSync(CHECKOUT), ...below].filter((name) => name.endsWith(".md")).toSorted();
}
