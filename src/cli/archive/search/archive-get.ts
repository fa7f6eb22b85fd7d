import { Command } from "commander";
import { createCountingStore } from "../../../archive/counting-store.ts";
import { createSignedManifests } from "../../../archive/digest/signed-manifests.ts";
import { checkLineId, locateLine } from "../../../archive/locate-line.ts";
import { hourOfId } from "../../../core/identity.ts";
import { openArchiveStore } from "../../open/archive/archive-store.ts";
import { withPipelineOptions } from "../../options/options.ts";
import { EXIT_NOT_RIGHT } from "../../process/exit-code.ts";
import { loadSettings, type PipelineOptions } from "../../settings.ts";
import { print } from "../../terminal/print.ts";
import { tell } from "../../terminal/tell.ts";
import { costText } from "./cost-text.ts";
import { lineOutput } from "./line-output.ts";

interface GetOptions extends PipelineOptions {
  readonly meta?: true;
  readonly all?: true;
}

const EXAMPLES = `
Examples:
  logtally archive get 0006a5c9f2b34d5e6f708192a3b4c5d6
  logtally archive get 0006a5c9f2b34d5e6f708192a3b4c5d6 --archive my-archive --meta
`;

export function getCommand(): Command {
  const command = new Command("get")
    .description(
      "Prints the raw line that has this id, exactly as received, ended by LF. Where the same id came with other bytes, " +
        "it is the line that counts, and it says how many there are. An id that no line has gives exit code 1.",
    )
    .argument("<id>", 'the id of the line: 32 hex digits, as "archive find --meta" prints them')
    .argument("[pipeline]", "the pipeline whose archive it is (default: pipelines/local.yaml)")
    .option("--meta", "print a JSON line instead: identity, place, and what the transport said")
    .option("--all", "print all lines with this id; the one that counts is the first");
  return withPipelineOptions(command).addHelpText("after", EXAMPLES).action(get);
}

async function get(given: string, pipeline: string | undefined, options: GetOptions): Promise<void> {
  // Other programs show hex digits in capital letters.
  const id = given.toLowerCase();
  checkLineId(id);
  const { archive } = await loadSettings(pipeline, options);
  const archived = await openArchiveStore(archive);
  await archived.check("read");
  const { store, cost } = createCountingStore(archived);
  const { variants, remarks } = await locateLine(store, id);
  if (remarks.length > 0) tell(remarks);
  const [standing] = variants;
  if (standing === undefined) {
    const hour = hourOfId(id);
    // One that is gone takes its lines with it, and nothing else tells.
    await createSignedManifests(store).refuseMissing((first, last) => first <= hour && hour <= last, new Set());
    tell(`no line has the id ${id}; all lines of its hour were looked at (${costText(cost())})`);
    process.exitCode = EXIT_NOT_RIGHT;
    return;
  }
  const wanted = options.all === true ? variants : [standing];
  await print(Buffer.concat(wanted.map(({ line }) => lineOutput(line, options.meta === true))));
  if (variants.length > 1) {
    const shown = options.all === true ? "the first one counts" : "this is the one that counts, --all prints all";
    tell(`${variants.length} lines have the id ${id}; ${shown}`);
  }
  tell(costText(cost()));
}
