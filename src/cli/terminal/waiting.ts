import { SECOND_MS } from "../../core/units.ts";
import { tell } from "./tell.ts";

const SILENT_MS = 5 * SECOND_MS;

/** Says what is waited for where that takes a while; the words stand behind "waiting for". */
export async function tellingOfWait<T>(what: string, work: Promise<T>): Promise<T> {
  const timer = setTimeout(() => tell(`waiting for ${what}`), SILENT_MS);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}
