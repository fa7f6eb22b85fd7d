/**
 * Stands for `gcloud storage cp` of an object and `gcloud storage rsync` of what lies below a prefix, into a folder:
 * `node gcloud.ts URL storage cp|rsync [--recursive] gs://BUCKET/NAME PATH`, where URL is that of a test server.
 */
import { mkdir, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { download } from "./bucket.ts";

const [url = "", , verb, ...rest] = process.argv.slice(2);
const [from = "", to = ""] = rest.filter((each) => !each.startsWith("--"));
const [, bucket = "", name = ""] = /^gs:\/\/([^/]+)\/(.+)$/.exec(from) ?? [];
// As the real one does, where there is no such folder.
if (verb === "rsync" && !(await stat(to)).isDirectory()) throw new Error(`no folder: "${to}"`);
let copied = 0;
for (const [object, bytes] of await download(url, bucket)) {
  if (verb === "cp" ? object !== name : !object.startsWith(`${name}/`)) continue;
  const path = verb === "cp" ? to : join(to, object.slice(name.length + 1));
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
  copied += 1;
}
if (copied === 0) throw new Error(`nothing matches: "${from}"`);
