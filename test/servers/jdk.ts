import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { delimiter, join } from "node:path";

const INSTALLED = "/usr/lib/jvm";

/** The home folder of a Java development kit of at least this release; null where there is none. */
export function findJdk(leastRelease: number): string | null {
  const { JAVA_HOME, PATH = "" } = process.env;
  const onPath = PATH.split(delimiter)
    .map((folder) => join(folder, "java"))
    .filter((program) => existsSync(program))
    .map((program) => join(realpathSync(program), "../.."));
  const installed = existsSync(INSTALLED) ? readdirSync(INSTALLED).map((name) => join(INSTALLED, name)) : [];
  const homes = [...(JAVA_HOME === undefined ? [] : [JAVA_HOME]), ...onPath, ...installed];
  return homes.find((home) => releaseOf(home) >= leastRelease && existsSync(join(home, "bin/javac"))) ?? null;
}

function releaseOf(home: string): number {
  const path = join(home, "release");
  if (!existsSync(path)) return 0;
  return Number(/^JAVA_VERSION="(\d+)/m.exec(readFileSync(path, "utf8"))?.[1] ?? 0);
}
