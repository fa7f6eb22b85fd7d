import { printableLines } from "../../core/printable.ts";

/** Shorter ones would be found in any text. */
const LEAST_CHARS = 8;
const secrets = new Set<string>();

/** From now on nothing that this process says holds the secret, or a line of it: a service may have repeated it. */
export function keepSecret(secret: string | Uint8Array): void {
  for (const written of Buffer.from(secret).toString("utf8").split("\n")) {
    const line = written.trim();
    // Around a key in PEM stands what is no secret.
    if (line.length < LEAST_CHARS || line.startsWith("-----")) continue;
    // Whoever repeats it may do so in JSON.
    secrets.add(line).add(JSON.stringify(line).slice(1, -1));
  }
}

/** As it may be said: without secrets, and without anything that a terminal would obey. Lines stay lines. */
export function sayable(text: string): string {
  return printableLines(withoutSecrets(text));
}

export function withoutSecrets(text: string): string {
  let said = text;
  for (const secret of secrets) said = said.replaceAll(secret, "[secret]");
  return said;
}
