import { Command } from "commander";
import { parseVerifyingKey, type VerifyingKey } from "../../archive/digest/signing-key.ts";
import { checkProof, type ProvedLine } from "../../archive/proof/check-proof.ts";
import { MOST_PROOF_BYTES } from "../../archive/proof/proof.ts";
import { spanText } from "../../archive/proof/signed-line.ts";
import { IoError, UsageError } from "../../core/fault.ts";
import { EXIT_NOT_RIGHT } from "../process/exit-code.ts";
import { readInput } from "../settings.ts";
import { readUpTo } from "../terminal/bounded-input.ts";
import { print } from "../terminal/print.ts";
import { formatCount } from "../terminal/quantity.ts";
import { tell } from "../terminal/tell.ts";

interface CheckProofOptions {
  readonly key: string;
  readonly json?: true;
  readonly line?: true;
}

const EXAMPLES = `
Examples:
  logtally archive check-proof proof.json --key auditor.pub
  logtally archive prove 0006d1a99c1ac0c0ffee00000000abcd | logtally archive check-proof - --key auditor.pub
  logtally archive check-proof proof.json --key auditor.pub --line > line.json
`;

export function checkProofCommand(): Command {
  return new Command("check-proof")
    .summary("check a proof, with the public key and nothing else")
    .description(
      "Checks a proof that archive prove has written, without the archive, a pipeline or a network, and says what it " +
        "proves. Exits with 1 where it does not hold.",
    )
    .argument("<file>", "the proof, or - for standard input")
    .requiredOption("--key <file>", "the public key that you trust, in PEM: the one that signs, or one before it")
    .option("--line", "print the line alone, byte for byte, ended by LF, once it is proved")
    .option("--json", "print JSON")
    .addHelpText("after", EXAMPLES)
    .action(check);
}

async function check(file: string, { key, json, line }: CheckProofOptions): Promise<void> {
  if (json === true && line === true) throw new UsageError("check proof: --json and --line are two forms of output");
  const trusted = await readKey(key);
  const bytes = await readUpTo(file, "proof", MOST_PROOF_BYTES + 1);
  let proved: ProvedLine;
  try {
    proved = checkProof(file, bytes, trusted);
  } catch (error) {
    if (!(error instanceof IoError)) throw error;
    if (json === true) await print(`${JSON.stringify({ proved: false, why: error.message })}\n`);
    tell(error.lines);
    process.exitCode = EXIT_NOT_RIGHT;
    return;
  }
  if (line === true) await print(Buffer.concat([proved.line, Buffer.from("\n")]));
  else await print(json === true ? `${JSON.stringify(asJson(proved), null, 2)}\n` : asText(proved));
}

async function readKey(path: string): Promise<VerifyingKey> {
  const pem = await readInput(path, "public key");
  try {
    return parseVerifyingKey(pem);
  } catch (error) {
    throw new UsageError(`read public key "${path}": no public key of Ed25519 in PEM: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function asJson(proved: ProvedLine) {
  const { line, hash, segment, span, digest, key, keyChanges, isIdProved, conflict, stated } = proved;
  return {
    proved: true,
    line_sha256: hash,
    line_bytes: line.length,
    stream: digest.stream,
    hours: { first: spanText({ ...span, hours: 1 }), count: span.hours },
    segment,
    digest: { sequence: digest.sequence, signed_at: digest.window.to, key, key_changes: keyChanges },
    id: stated.meta.id,
    id_proved: isIdProved,
    variants: conflict?.variants ?? 1,
    stands: conflict === null || conflict.standing === hash,
    stated: { ...stated.meta, row: stated.place.row },
  };
}

function asText(proved: ProvedLine): string {
  const { line, hash, segment, span, digest, key, keyChanges, isIdProved, conflict, stated } = proved;
  const { id, log, lane, time = "none" } = stated.meta;
  const trust =
    keyChanges === 0 ? "the key given" : `which follows on the key given by ${keyChanges} signed statements`;
  const rows = [
    ["line", `${formatCount(line.length)} bytes, leaf hash ${hash}`],
    ["hour", `${spanText(span)} of stream "${digest.stream}"`],
    ["segment", segment],
    ["signed", `by digest ${digest.sequence} at ${digest.window.to}, with key ${key}, ${trust}`],
    [
      "id",
      isIdProved ? `${id}: its hash is that of the line's bytes` : `${id}: only stated, its hash is not of the bytes`,
    ],
    ...(conflict === null ? [] : [["conflict", conflictText(conflict.variants, conflict.standing === hash)]]),
    [
      "stated",
      `row ${stated.place.row}, log ${log}, lane ${lane}, time ${time}: by the archive's meta, which is not signed here`,
    ],
  ];
  return `proved: the line was archived, sealed and signed\n${rows.map(([head = "", text]) => `  ${head.padEnd(9)} ${text}\n`).join("")}`;
}

function conflictText(variants: number, stands: boolean): string {
  return `one of ${variants} lines with this id; by that manifest it is ${stands ? "the one" : "not the one"} that stands`;
}
