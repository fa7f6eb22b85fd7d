import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { Command } from "commander";
import { exportPack } from "../../../archive/pack/export-pack.ts";
import type { PackReport } from "../../../archive/pack/pack-report.ts";
import { TAR_END, tarEntry } from "../../../archive/pack/tar.ts";
import { openWholeGzip } from "../../../backends/files/whole-file.ts";
import { GIB } from "../../../core/units.ts";
import { openArchiveStore } from "../../open/archive/archive-store.ts";
import { withPipelineOptions } from "../../options/options.ts";
import { size } from "../../options/size.ts";
import { checkSpan } from "../../options/time-span.ts";
import { SYSTEM_CLOCK } from "../../process/clock.ts";
import { givingUp, proveUnlessStopped } from "../../process/interruptible.ts";
import { loadCatalogue, loadSettings } from "../../settings.ts";
import { checkNewFile } from "../../terminal/new-file.ts";
import { print } from "../../terminal/print.ts";
import { createProgress } from "../../terminal/progress.ts";
import { formatThings } from "../../terminal/quantity.ts";
import { tell } from "../../terminal/tell.ts";
import { askPack } from "../proof/pack-question.ts";
import { type LineQueryOptions, withLineQuery } from "./line-query.ts";

interface ExportOptions extends LineQueryOptions {
  readonly output: string;
  readonly force?: true;
  readonly mostBytes: number;
  readonly yes?: true;
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  logtally archive export --correlation-id 01HWX0Q0000000000000000009 --since 2024-05-02 --until 2024-05-03 --output evidence.tar.gz
  logtally archive check-proof evidence.tar.gz --key auditor.pub
`;

export function exportCommand(): Command {
  const command = new Command("export")
    .description(
      "Writes the sealed and signed lines that match all that is asked into one file (tar, compressed by gzip), with " +
        "their Merkle paths, and once each the manifests, digests, signatures, keys and statements that prove them, and " +
        "a report. archive check-proof checks it with the public key alone. Lines that match and are not signed yet are " +
        "counted in the report, and told.",
    )
    .argument("[pipeline]", "the pipeline whose archive it is (default: pipelines/local.yaml)");
  withLineQuery(command)
    .requiredOption("--output <file>", "the pack, as a rule NAME.tar.gz")
    .option("--force", "replace the file where it is there")
    .option("--most-bytes <size>", "ask for --yes where more stored bytes would be read", size, GIB)
    .option("--yes", "read them all the same")
    .option("--json", "print JSON: the report, and the SHA-256 of the pack");
  return withPipelineOptions(command)
    .addHelpText("after", EXAMPLES)
    .action(async (pipeline: string | undefined, options: ExportOptions) => {
      checkSpan(options, "export lines");
      await checkNewFile(options.output, options.force === true);
      await proveUnlessStopped((signal) => exportLines(pipeline, options, signal));
    });
}

async function exportLines(pipeline: string | undefined, options: ExportOptions, signal: AbortSignal): Promise<void> {
  const settings = await loadSettings(pipeline, options);
  const store = await openArchiveStore(settings.archive);
  const catalogue = await loadCatalogue(settings.cataloguePath);
  await store.check("read");
  const { query, asked, bytes } = await askPack({ settings, catalogue, store, clock: SYSTEM_CLOCK }, options);
  const progress = createProgress("searching", bytes);
  const file = await openWholeGzip(options.output);
  try {
    const report = await exportPack({
      store,
      query,
      asked,
      emit: (entry) => file.write(tarEntry(entry)),
      onBytes: givingUp(signal, progress.add),
    });
    await file.write(TAR_END);
    await file.close();
    progress.stop();
    await say(report, options);
  } finally {
    progress.stop();
    await file.discard();
  }
}

async function say(report: PackReport, { output, json }: ExportOptions): Promise<void> {
  const sha256 = await sha256Of(output);
  const { lines, segments, digests, not_signed: unsigned, not_sealed: unsealed } = report;
  if (unsigned + unsealed > 0) {
    tell(
      `${formatThings(unsigned, "line")} that match are sealed and not signed yet, and ${unsealed} not sealed, repeats ` +
        "among them: none of these is in the pack (hint: logtally seal, logtally sign, then again)",
    );
  }
  if (json === true) return print(`${JSON.stringify({ ...report, pack_sha256: sha256 }, null, 2)}\n`);
  const signed = `signed by ${formatThings(digests.length, "digest")}`;
  await print(
    `${formatThings(lines, "line")}, ${signed}, of ${formatThings(segments.length, "segment")} searched\n` +
      `SHA-256 of the pack  ${sha256}\n`,
  );
}

/** To be told to whoever gets the pack, on another way. */
async function sha256Of(path: string): Promise<string> {
  const sha256 = createHash("sha256");
  for await (const piece of createReadStream(path)) sha256.update(piece as Buffer);
  return sha256.digest("hex");
}
