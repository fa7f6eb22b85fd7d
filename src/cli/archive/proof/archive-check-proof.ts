import { Command } from "commander";
import type { VerifyingKey } from "../../../archive/digest/signing-key.ts";
import { createPackChecker } from "../../../archive/pack/check-pack.ts";
import { MOST_PACK_FILE_BYTES } from "../../../archive/pack/pack-files.ts";
import { tarEntries } from "../../../archive/pack/tar.ts";
import { checkProof, disproving } from "../../../archive/proof/check-proof.ts";
import { MOST_PROOF_BYTES } from "../../../archive/proof/proof.ts";
import { IoError, UsageError } from "../../../core/fault.ts";
import { EXIT_NOT_RIGHT } from "../../process/exit-code.ts";
import { type FileBytes, openFileBytes } from "../../terminal/file-bytes.ts";
import { print } from "../../terminal/print.ts";
import { tell } from "../../terminal/tell.ts";
import { packJson, packText, proofJson, proofText } from "./proof-text.ts";
import { isFingerprint, readPublicKey } from "./public-key.ts";

interface CheckProofOptions {
  readonly key: string;
  readonly json?: true;
  readonly line?: true;
}

const KEY_HINT = "give the file that you were told to trust; the archive has a copy in vault/v1/keys";

const EXAMPLES = `
Examples:
  logtally archive check-proof proof.json --key auditor.pub
  logtally archive prove 0006d1a99c1ac0c0ffee00000000abcd | logtally archive check-proof - --key auditor.pub
  logtally archive check-proof proof.json --key auditor.pub --line > line.json
  logtally archive check-proof evidence.tar.gz --key auditor.pub
`;

export function checkProofCommand(): Command {
  return new Command("check-proof")
    .description(
      "Checks a proof that archive prove has written, or a whole pack of archive export, without the archive, a pipeline " +
        "or a network, and says what it proves. Exits with 1 where it does not hold.",
    )
    .argument("<file>", "the proof or the pack, or - for standard input")
    .requiredOption("--key <file>", "the public key that you trust, in PEM: the one that signs, or one before it")
    .option("--line", "print the line alone, byte for byte, ended by LF, once it is proved")
    .option("--json", "print JSON")
    .addHelpText("after", EXAMPLES)
    .action(check);
}

async function check(file: string, options: CheckProofOptions): Promise<void> {
  if (options.json === true && options.line === true) {
    throw new UsageError("check proof: --json and --line are two forms of output");
  }
  const trusted = await readKey(options.key);
  const input = await openFileBytes(file, "proof");
  try {
    await print(
      input.isGzip ? await checkPack(file, input, trusted, options) : await checkOne(file, input, trusted, options),
    );
  } catch (error) {
    if (!(error instanceof IoError)) throw error;
    if (options.json === true) await print(`${JSON.stringify({ proved: false, why: error.message })}\n`);
    tell(error.lines);
    process.exitCode = EXIT_NOT_RIGHT;
  }
}

async function checkOne(
  file: string,
  input: FileBytes,
  trusted: VerifyingKey,
  { json, line }: CheckProofOptions,
): Promise<string | Uint8Array> {
  const proved = checkProof(file, await input.upTo(MOST_PROOF_BYTES + 1), trusted);
  if (line === true) return Buffer.concat([proved.line, Buffer.from("\n")]);
  return json === true ? `${JSON.stringify(proofJson(proved), null, 2)}\n` : proofText(proved);
}

async function checkPack(
  file: string,
  input: FileBytes,
  trusted: VerifyingKey,
  { json, line }: CheckProofOptions,
): Promise<string> {
  if (line === true)
    throw new UsageError(`check proof "${file}": it is a pack, whose lines are files in it (hint: tar)`);
  const refuse = disproving(file);
  const checker = createPackChecker(file, trusted);
  for await (const entry of tarEntries(input.inflated(refuse), MOST_PACK_FILE_BYTES, refuse)) checker.take(entry);
  const proved = checker.finish();
  return json === true ? `${JSON.stringify(packJson(proved), null, 2)}\n` : packText(proved);
}

/** A proof names its key, and does not hold it. Rejects with `UsageError`. */
function readKey(key: string): Promise<VerifyingKey> {
  if (!isFingerprint(key)) return readPublicKey(key, KEY_HINT);
  throw new UsageError(`read public key "${key}": a fingerprint is no key (hint: ${KEY_HINT}, as "${key}.pub")`);
}
