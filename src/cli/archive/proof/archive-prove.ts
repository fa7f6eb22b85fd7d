import { Command, InvalidArgumentError } from "commander";
import type { LineToProve } from "../../../archive/proof/line-to-prove.ts";
import { type ProofOutcome, proveLine } from "../../../archive/proof/prove-line.ts";
import { openArchiveStore } from "../../open/archive/archive-store.ts";
import { withPipelineOptions } from "../../options/options.ts";
import { EXIT_NOT_RIGHT } from "../../process/exit-code.ts";
import { loadSettings, type PipelineOptions } from "../../settings.ts";
import { writeNewFile } from "../../terminal/new-file.ts";
import { print } from "../../terminal/print.ts";
import { formatBytes } from "../../terminal/quantity.ts";
import { tell } from "../../terminal/tell.ts";
import { notProvable } from "./not-provable.ts";

interface ProveOptions extends PipelineOptions {
  readonly stream?: string;
  readonly variant?: string;
  readonly output: string;
  readonly force?: true;
}

const EXAMPLES = `
Examples:
  logtally archive prove 0006d1a99c1ac0c0ffee00000000abcd > proof.json
  logtally archive prove 0006d1a99c1ac0c0ffee00000000abcd --output proof.json
  logtally archive check-proof proof.json --key auditor.pub
`;

export function proveCommand(): Command {
  const command = new Command("prove")
    .description(
      "Writes a proof of one line: its bytes, their path in the Merkle tree of their segment, the manifest that names " +
        "its root, and the signed digest that names the manifest. archive check-proof checks it with the public key " +
        "alone. The line has to be sealed and signed. An id that no line has gives exit code 1.",
    )
    .argument("<id>", "the line's id: 32 hex digits, as archive find --meta tells it", lineId)
    .argument("[pipeline]", "the pipeline whose archive it is (default: pipelines/local.yaml)")
    .option("--stream <name>", "the line of this stream, where several have it (default: the pipeline's)")
    .option(
      "--variant <hash>",
      "of an id in conflict the line whose hash begins so (default: the one that stands)",
      hash,
    )
    .option("--output <file>", "a file, or - for standard output", "-")
    .option("--force", "replace the file where it is there");
  return withPipelineOptions(command).addHelpText("after", EXAMPLES).action(prove);
}

function lineId(value: string): string {
  // Other programs show hex digits in capital letters.
  if (/^[0-9a-f]{32}$/i.test(value)) return value.toLowerCase();
  throw new InvalidArgumentError("It must be 32 hex digits.");
}

function hash(value: string): string {
  if (/^[0-9a-f]{4,64}$/.test(value)) return value;
  throw new InvalidArgumentError("It must be the first 4 to 64 hex digits of a hash.");
}

async function prove(id: string, pipeline: string | undefined, options: ProveOptions): Promise<void> {
  const settings = await loadSettings(pipeline, options);
  const store = await openArchiveStore(settings.archive);
  await store.check("read");
  const { stream = null, variant = null, output, force = false } = options;
  const outcome = await proveLine(store, { id, stream, preferred: settings.name, variant }, tell);
  if (outcome.kind !== "proof") {
    const why = await notProvable(id, outcome, settings, store);
    if (outcome.kind !== "unknown") throw why;
    tell(why.message);
    process.exitCode = EXIT_NOT_RIGHT;
    return;
  }
  if (output === "-") await print(outcome.bytes);
  else await writeNewFile(output, outcome.bytes, force);
  tell(`${formatBytes(outcome.bytes.length)} of proof, ${signedText(outcome)}`);
  for (const more of besideText(id, outcome.found)) tell(more);
}

function signedText({ proved }: Extract<ProofOutcome, { kind: "proof" }>): string {
  const { stream, sequence, window } = proved.digest;
  return `signed by digest ${sequence} of stream "${stream}" at ${window.to} with key ${proved.key}`;
}

/** What else has the id. */
function besideText(id: string, { variants, line, otherStreams }: LineToProve): string[] {
  const others = variants.filter((variant) => variant !== line.hash);
  const which = line.hash === variants[0] ? "the one that stands" : "not the one that stands";
  const told: string[] = [];
  if (others.length > 0) {
    told.push(`${id} is in conflict: this proves ${which} (hint: for others --variant ${others.join(" or ")})`);
  }
  if (otherStreams.length > 0) {
    told.push(`${id} is also in other streams (hint: for those --stream ${otherStreams.join(" or ")})`);
  }
  return told;
}
