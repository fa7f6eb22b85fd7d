import { open } from "node:fs/promises";

/** Opens a plain file as whoever reads it will: `access` knows nothing of a right that a unit of systemd gives to a user. */
export async function checkOpenable(path: string): Promise<void> {
  await (await open(path)).close();
}
