import type { FactTable } from "./fact-table.ts";

const INSTANCES = "SELECT DISTINCT said(instance) AS instance FROM counted LIMIT 2";

/** The instance that all counted events share; null where they carry several, or there are none. */
export async function onlyInstance(table: FactTable): Promise<string | null> {
  const rows = await table.query(INSTANCES);
  const instance = rows.length === 1 ? rows[0]?.["instance"] : null;
  return typeof instance === "string" ? instance : null;
}
