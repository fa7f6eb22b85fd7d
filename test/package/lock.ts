import { readFileSync } from "node:fs";
import { join } from "node:path";

export const CHECKOUT = join(import.meta.dirname, "../..");

/** A package as `package-lock.json` has it. */
export interface LockedPackage {
  /** `node_modules/…`; several versions of one package have a place each. */
  readonly place: string;
  readonly name: string;
  readonly version: string;
  readonly license: string | undefined;
  readonly integrity: string | undefined;
  readonly hasInstallScript: boolean;
  /** True for what whoever installs the published package does not get. */
  readonly isDev: boolean;
}

interface LockEntry {
  readonly version: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
}

/** What the checkout says of itself, as far as the tests ask. */
export interface Declared {
  readonly name: string;
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly allowScripts: Readonly<Record<string, boolean>>;
}

export function readDeclared(): Declared {
  return JSON.parse(readFileSync(join(CHECKOUT, "package.json"), "utf8")) as Declared;
}

export function readLock(): readonly LockedPackage[] {
  const { packages } = JSON.parse(readFileSync(join(CHECKOUT, "package-lock.json"), "utf8")) as {
    readonly packages: Readonly<Record<string, LockEntry>>;
  };
  return Object.entries(packages)
    .filter(([place]) => place !== "")
    .map(([place, { version, license, integrity, hasInstallScript = false, dev = false, devOptional = false }]) => {
      const name = place.slice(place.lastIndexOf("node_modules/") + "node_modules/".length);
      return { place, name, version, license, integrity, hasInstallScript, isDev: dev || devOptional };
    });
}
