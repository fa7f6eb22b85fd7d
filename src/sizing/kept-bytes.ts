import { SEGMENT_BYTES } from "../archive/seal/run-plan.ts";
import { DAYS_PER_YEAR, type Deployment } from "./deployment.ts";
import { MEASURED } from "./measured.ts";

/** What grows from day to day, until the archive is as old as it is kept. */
export interface KeptBytes {
  readonly perDay: number;
  /** In the end. */
  readonly inAll: number;
}

/** The vault: lines and their meta. */
export interface VaultNeed extends KeptBytes {
  readonly segmentsPerDay: number;
}

/** `storedPerDay`: bytes. */
export function vaultNeed({ keepYears }: Deployment, sealsPerDay: number, storedPerDay: number): VaultNeed {
  const segmentsPerSeal = Math.max(1, Math.ceil(storedPerDay / sealsPerDay / SEGMENT_BYTES));
  return { ...kept(storedPerDay, keepYears), segmentsPerDay: sealsPerDay * segmentsPerSeal };
}

/** Facts, roll-ups and look-ups. */
export function viewBytes({ users, keepYears }: Deployment, linesPerDay: number): KeptBytes {
  const { viewBytesPerLine, rollupBytesPerUser } = MEASURED;
  return kept(linesPerDay * viewBytesPerLine.value + users * rollupBytesPerUser.value, keepYears);
}

function kept(perDay: number, keepYears: number): KeptBytes {
  return { perDay, inAll: perDay * DAYS_PER_YEAR * keepYears };
}
