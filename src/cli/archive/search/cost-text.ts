import type { ReadCost } from "../../../archive/counting-store.ts";
import { formatBytes, formatThings } from "../../terminal/quantity.ts";

/** `3 objects read by 6 range reads, 412.0 KiB` */
export function costText({ objects, reads, bytes }: ReadCost): string {
  return `${formatThings(objects, "object")} read by ${formatThings(reads, "range read")}, ${formatBytes(bytes)}`;
}
