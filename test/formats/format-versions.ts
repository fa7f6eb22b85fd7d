import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

/** From the end of a segment, and from the beginning of a look-up, as docs/reference/archive-format.md has it. */
const SEGMENT_VERSION_AT = -44;
const LOOKUP_VERSION_AT = 8;
const TAR_BLOCK_BYTES = 512;

type ReadVersion = (bytes: Buffer) => number;

const inJson: ReadVersion = (bytes) => (JSON.parse(bytes.toString()) as { readonly format: number }).format;
const inYaml: ReadVersion = (bytes) => Number(/^version: (\d+)$/m.exec(bytes.toString())?.[1]);

/** What has a version: where it lies in the folder of a kept archive, and where in it the version stands. */
const KINDS: readonly (readonly [kind: string, path: RegExp, read: ReadVersion])[] = [
  [
    "segment",
    /^archive\/(?:wal|vault)\/.*\.ndjson\.zst$/,
    (bytes) => bytes.readUInt32LE(bytes.length + SEGMENT_VERSION_AT),
  ],
  ["manifest", /^archive\/vault\/.*\.manifest\.json$/, inJson],
  ["plan", /^archive\/ctl\/plan\//, inJson],
  ["digest", /^archive\/vault\/v1\/[^/]+\/digest\/\d+\.json$/, inJson],
  ["facts", /^archive\/facts\/catalogue=.*\/hour=.*\.json$/, inJson],
  ["roll-up", /^archive\/facts\/rollup\/.*\.json$/, inJson],
  ["streams apart", /^archive\/facts\/apart\/.*\.json$/, inJson],
  ["look-up", /^archive\/ctl\/lookup\/.*\.lookup$/, (bytes) => bytes.readUInt32LE(LOOKUP_VERSION_AT)],
  ["look-up of a day", /^archive\/ctl\/lookup\/.*\.json$/, inJson],
  ["proof", /^proof\.json$/, inJson],
  ["evidence pack", /^pack\.tar\.gz$/, (bytes) => inJson(fileInTar(gunzipSync(bytes), "report.json"))],
  ["catalogue", /^catalogue\.yaml$/, inYaml],
];

/** The versions that are in the folder of a kept archive, by what they are of. Fails where one kind has several. */
export async function versionsIn(folder: string): Promise<Record<string, number>> {
  const paths = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  const versions: Record<string, number> = {};
  for (const [kind, pattern, read] of KINDS) {
    for (const path of paths.filter((each) => pattern.test(each))) {
      const version = read(await readFile(join(folder, path)));
      if ((versions[kind] ??= version) !== version)
        throw new Error(`"${path}": version ${version}, others have another`);
    }
  }
  return versions;
}

/** Names of up to 100 characters, and regular files, are all that a pack has. */
function fileInTar(tar: Buffer, name: string): Buffer {
  for (let at = 0; at < tar.length; ) {
    const text = (start: number, length: number): string =>
      tar.toString("latin1", at + start, at + start + length).replace(/\0.*$/s, "");
    const sizeBytes = Number.parseInt(text(124, 12) || "0", 8);
    const start = at + TAR_BLOCK_BYTES;
    if (text(0, 100) === name) return tar.subarray(start, start + sizeBytes);
    at = start + Math.ceil(sizeBytes / TAR_BLOCK_BYTES) * TAR_BLOCK_BYTES;
  }
  throw new Error(`no "${name}" in the pack`);
}
