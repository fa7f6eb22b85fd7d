import { notedHours, type SealedInput, type SealedPlan, sealedHours, unsealedHours } from "./sealed-plan.ts";
import type { WalObject } from "./wal-reader.ts";

/** What plans have sealed of write-ahead objects. */
export interface SealedInputs {
  /** Takes a complete plan into account. */
  add(plan: SealedPlan): void;
  /** The hours of the object that no plan has sealed; empty where all are; null where no plan names it. */
  unsealedHours(object: WalObject): readonly number[] | null;
}

/** Keeps in mind only what concerns these objects: most that were sealed are gone. */
export function createSealedInputs(objects: readonly WalObject[]): SealedInputs {
  const inputsOf = new Map<string, SealedInput[]>(objects.map(({ name }) => [name, []]));
  return {
    add(plan) {
      for (const [name, inputs] of sealedHours([plan])) inputsOf.get(name)?.push(...inputs);
    },
    unsealedHours({ name, firstHour, lastHour }) {
      const inputs = inputsOf.get(name) ?? [];
      if (inputs.length === 0) return null;
      const hours = notedHours(inputs) ?? (firstHour === lastHour ? [firstHour] : null);
      return hours === null ? null : unsealedHours(hours, inputs);
    },
  };
}
