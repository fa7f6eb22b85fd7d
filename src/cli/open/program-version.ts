import { readFileSync } from "node:fs";

/** The version of the program, as `package.json` has it. */
export function programVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  return version;
}
