import type { Span } from "../../archive/span.ts";
import { hourOfDayText, parseSealedName, planText } from "../../archive/vault-name.ts";

/** The facts of a segment. `catalogue` is its digest. */
export function factsName(catalogue: string, span: Span, plan: number, number: number): string {
  return `${folderOf(catalogue, span)}${planText(plan)}-${number}.parquet`;
}

/** What makes the facts of a plan count. */
export function receiptName(catalogue: string, span: Span, plan: number): string {
  return `${folderOf(catalogue, span)}${planText(plan)}.json`;
}

const RECEIPT =
  /^facts\/catalogue=[0-9a-f]+\/stream=([a-z0-9-]{1,63})\/day=(\d{4}-\d\d-\d\d|undated)\/hour=(\d\d)\/(\d{6,})\.json$/;
/** Of all facts, whatever the catalogue; roll-ups lie elsewhere. */
export const FACTS_PREFIX = "facts/catalogue=";

/** The stream and the manifest of which a receipt of this name is; null for any other name. */
export function parseReceiptName(name: string): { readonly stream: string; readonly manifest: string } | null {
  const [, stream, day, hour, plan] = RECEIPT.exec(name) ?? [];
  if (stream === undefined) return null;
  const manifest = `vault/v1/${stream}/${day}/${hour}/${plan}.manifest.json`;
  // With more zeros, say, it is of no plan.
  return parseSealedName(manifest) === null ? null : { stream, manifest };
}

/** Prefix of the facts of a day. */
export function factsPrefix(catalogue: string, stream: string, day: string): string {
  return `facts/catalogue=${hexOf(catalogue)}/stream=${stream}/day=${day}/`;
}

/** Prefix of the roll-ups of a day. */
export function rollupPrefix(catalogue: string, stream: string, day: string): string {
  return `facts/rollup/catalogue=${hexOf(catalogue)}/stream=${stream}/day=${day}/`;
}

/** Prefix of what says of a day whether its streams are apart. */
export function apartPrefix(catalogue: string, day: string): string {
  return `facts/apart/catalogue=${hexOf(catalogue)}/day=${day}/`;
}

function folderOf(catalogue: string, { stream, day, firstHour }: Span): string {
  return `${factsPrefix(catalogue, stream, day)}hour=${hourOfDayText(firstHour)}/`;
}

function hexOf(catalogue: string): string {
  return catalogue.replace(/^sha256:/, "");
}
