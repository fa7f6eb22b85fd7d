import { type FileLook, keyOf, lookAtNamed } from "../../backends/files/follow/file-look.ts";
import { ioError } from "../../backends/files/io-error.ts";
import { checkWritable } from "../../backends/files/nearest-folder.ts";
import { checkOpenable } from "../../backends/files/openable.ts";
import { deadLetterProblems } from "../../backends/pubsub/dead-letters.ts";
import type { FilesSettings, PipelineSettings, PubsubSettings } from "../../config/pipeline.ts";
import { IoError } from "../../core/fault.ts";
import { followStatePath } from "../open/input/follow-state-path.ts";
import { findInputFiles, refuseOwnArchive } from "../open/input/input-files.ts";
import { openSubscription } from "../open/input/subscription.ts";
import { openPubsubAdmin } from "../open/input/subscription-setup.ts";
import { formatBytes, formatThings } from "../terminal/quantity.ts";

/**
 * What a pipeline reads, in words, found along the way that a run takes. Rejects with `UsageError` for a missing input,
 * with `IoError` for one that cannot be read; its message has a line for each problem.
 */
export async function describeSource(settings: PipelineSettings): Promise<string> {
  const { source } = settings;
  if (source.kind === "stdin") return "standard input";
  if (source.kind === "pubsub") return describePubsub(source);
  if (source.isFollowed) return describeFollowed(source, followStatePath(settings, source));
  refuseOwnArchive(settings);
  const { files, objects, sizeBytes } = await findInputFiles(source.paths, source.endpoint);
  const things = [formatThings(files, "file"), formatThings(objects, "object")].filter(
    (each) => !each.startsWith("0 "),
  );
  return `${things.join(", ")}, ${formatBytes(sizeBytes)}`;
}

async function describePubsub(settings: PubsubSettings): Promise<string> {
  const { subscriber, topic, problems } = await openSubscription(settings);
  await subscriber.close();
  const all = [...problems, ...(await problemsOfDeadLetters(settings))];
  if (all.length > 0) throw new IoError("unavailable", all);
  return `subscription "${settings.subscription}", topic "${topic}"`;
}

async function problemsOfDeadLetters({ subscription }: PubsubSettings): Promise<readonly string[]> {
  const admin = await openPubsubAdmin();
  try {
    return await deadLetterProblems(admin, subscription);
  } finally {
    await admin.close();
  }
}

async function describeFollowed({ paths }: FilesSettings, statePath: string): Promise<string> {
  const problems: string[] = [];
  const onProblem = (path: string, error: unknown): void => {
    problems.push(ioError(`follow "${path}"`, error).message);
  };
  const found = new Map<string, FileLook>();
  for (const path of paths) for (const look of await lookAtNamed(path, onProblem)) found.set(keyOf(look), look);
  for (const { path } of found.values()) {
    await checkOpenable(path).catch((error: unknown) => onProblem(path, error));
  }
  await checkWritable(statePath, `follow with the state in "${statePath}"`);
  if (problems.length > 0) throw new IoError("denied", problems);
  const sizeBytes = [...found.values()].reduce((sum, look) => sum + look.sizeBytes, 0);
  return `${formatThings(found.size, "file")} to follow now, ${formatBytes(sizeBytes)}, state in "${statePath}"`;
}
