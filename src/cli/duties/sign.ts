import { Command } from "commander";
import type { SignedDigest } from "../../archive/digest/digest-chain.ts";
import { changeKey } from "../../archive/digest/key-change.ts";
import { signStream } from "../../archive/digest/sign.ts";
import { listStreams } from "../../archive/sealed-plan.ts";
import type { PipelineSettings } from "../../config/pipeline.ts";
import type { Metrics } from "../../observe/metrics.ts";
import { openArchiveStore } from "../open/archive/archive-store.ts";
import { openOldSigningKey, openSigningKey, refuseUnsignableBucket } from "../open/keys/signing-key.ts";
import { withPipelineOptions } from "../options/options.ts";
import { SYSTEM_CLOCK } from "../process/clock.ts";
import { exitCodeOf, isToldError } from "../process/exit-code.ts";
import { loadSettings, type PipelineOptions } from "../settings.ts";
import { print } from "../terminal/print.ts";
import { createProgress } from "../terminal/progress.ts";
import { formatBytes, formatCount } from "../terminal/quantity.ts";
import { formatTable } from "../terminal/table.ts";
import { notify, tell } from "../terminal/tell.ts";
import { type DutyOptions, goesOn, repeatDuty, withDutyOptions } from "./duty.ts";

interface SignCommandOptions extends PipelineOptions, DutyOptions {
  readonly json?: true;
  readonly oldKey?: string;
}

export function signCommand(): Command {
  const command = new Command("sign")
    .description(
      "Writes the digests that are due, of every stream of the archive: what was sealed since the last one, with sizes " +
        "and hashes, chained and signed. Reads every object that it signs, and refuses one that is not as it was sealed.",
    )
    .argument("[pipeline]", "the pipeline whose archive it is (default: pipelines/local.yaml)")
    .option("--json", "print a JSON line for each digest")
    .option(
      "--old-key <file>",
      "the key that signed until now, once, where the signing key was changed; or its version in Cloud KMS",
    );
  return withDutyOptions(withPipelineOptions(command)).action(
    async (pipeline: string | undefined, options: SignCommandOptions) => {
      if (!goesOn(options)) return endWith(await signOnce(pipeline, options));
      const { oldKey: _once, ...later } = options;
      let asked: SignCommandOptions = options;
      await repeatDuty("sign", options, async (_signal, metrics) => {
        const failures = await signOnce(pipeline, asked, metrics);
        // A key is changed once.
        if (failures.length === 0) asked = later;
        for (const failure of failures) if (isToldError(failure)) notify("sign_failed", failure.lines);
        throwFault(failures);
        return { isRight: failures.length === 0 };
      });
    },
  );
}

/** Prints what it signed. Resolves with what went wrong. Rejects with `UsageError` or `IoError`. */
async function signOnce(
  pipeline: string | undefined,
  options: SignCommandOptions,
  metrics: Metrics | null = null,
): Promise<readonly unknown[]> {
  const signed: SignedDigest[] = [];
  const settings = await loadSettings(pipeline, options);
  const failures = await signArchive(settings, options.oldKey ?? null, {
    onStream: (stream) => metrics?.begin("logtally_signed_digests_total", { stream }),
    onSigned(digest) {
      metrics?.add("logtally_signed_digests_total", { stream: digest.digest.stream }, 1);
      signed.push(digest);
    },
  });
  if (options.json) await print(signed.map((each) => `${JSON.stringify(asJson(each))}\n`).join(""));
  else if (signed.length > 0) await print(asTable(signed));
  else if (failures.length === 0 && options.every === undefined) await print("nothing due\n");
  return failures;
}

/** Hears of each stream that is looked at, and of each digest. */
interface SigningListener {
  readonly onStream?: (stream: string) => void;
  readonly onSigned: (digest: SignedDigest) => void;
}

/**
 * Resolves with what went wrong: the chain of each stream is its own, so that one of them stops no other. `oldKeyPlace` is
 * that of the key before, where it was changed.
 */
export async function signArchive(
  settings: PipelineSettings,
  oldKeyPlace: string | null,
  { onStream, onSigned }: SigningListener,
): Promise<readonly unknown[]> {
  refuseUnsignableBucket(settings);
  const store = await openArchiveStore(settings.archive);
  // Who waits for an archive that is not there yet would hear of a key that cannot be read hours later.
  const givenKey = settings.signing.key === null ? null : await openSigningKey(settings, store);
  const oldKey = oldKeyPlace === null ? null : await openOldSigningKey(oldKeyPlace, settings);
  await store.check("read");
  const key = givenKey ?? (await openSigningKey(settings, store));
  const streams = await listStreams(store);
  const progress = createProgress("reading what was sealed", null);
  const signOptions = {
    store,
    key,
    oldKey,
    nowMs: SYSTEM_CLOCK.nowMs(),
    intervalMs: settings.signing.intervalMs,
    onBytes: progress.add,
    onSigned,
  };
  const failures: unknown[] = [];
  try {
    // One statement for all streams: where the chain of one cannot be read, it cannot be made.
    if (oldKey !== null) await changeKey(streams, { ...signOptions, oldKey });
    for (const stream of streams) {
      onStream?.(stream);
      await signStream(stream, signOptions).catch((error: unknown) => failures.push(error));
    }
  } catch (error) {
    failures.push(error);
  } finally {
    progress.stop();
  }
  return failures;
}

/** Tells what went wrong, and says so by the exit code. Throws what is a fault of the program. */
function endWith(failures: readonly unknown[]): void {
  for (const failure of failures) {
    if (!isToldError(failure)) continue;
    tell(failure.lines);
    process.exitCode = Math.max(exitCodeOf(failure), Number(process.exitCode ?? 0));
  }
  throwFault(failures);
}

function throwFault(failures: readonly unknown[]): void {
  const fault = failures.find((failure) => !isToldError(failure));
  if (fault !== undefined) throw fault;
}

function asJson({ name, sha256, digest }: SignedDigest) {
  const { stream, sequence, window, totals, key } = digest;
  const { objects, size_bytes, lines } = totals;
  return { stream, sequence, ...window, objects, size_bytes, lines, name, sha256, key };
}

function asTable(signed: readonly SignedDigest[]): string {
  return formatTable(
    [
      { head: "stream", align: "left", cell: ({ digest }) => digest.stream },
      { head: "digest", align: "right", cell: ({ digest }) => String(digest.sequence) },
      { head: "until", align: "left", cell: ({ digest }) => digest.window.to },
      { head: "objects", align: "right", cell: ({ digest }) => formatCount(digest.totals.objects) },
      { head: "size", align: "right", cell: ({ digest }) => formatBytes(digest.totals.size_bytes) },
      { head: "lines", align: "right", cell: ({ digest }) => formatCount(digest.totals.lines) },
      { head: "key", align: "left", cell: ({ digest }) => digest.key },
      { head: "SHA-256 of the digest", align: "left", cell: ({ sha256 }) => sha256 },
    ],
    signed,
  );
}
