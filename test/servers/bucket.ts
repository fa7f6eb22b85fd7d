import { randomBytes } from "node:crypto";

/** Makes a bucket of its own on a test server; gives its name. */
export async function makeBucket(url: string): Promise<string> {
  const name = `logtally-test-${randomBytes(6).toString("hex")}`;
  const answer = await fetch(`${url}/storage/v1/b?project=test`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name }),
  });
  if (!answer.ok) throw new Error(`make bucket "${name}": ${answer.status} ${await answer.text()}`);
  return name;
}

/** Puts an object there by one request. */
export async function upload(url: string, bucket: string, name: string, content: Uint8Array): Promise<void> {
  const answer = await fetch(
    `${url}/upload/storage/v1/b/${bucket}/o?uploadType=media&name=${encodeURIComponent(name)}`,
    { method: "POST", headers: { "content-type": "application/octet-stream" }, body: Buffer.from(content) },
  );
  if (!answer.ok) throw new Error(`upload "${name}": ${answer.status} ${await answer.text()}`);
}

/** All objects of a bucket, by name. */
export async function download(url: string, bucket: string): Promise<ReadonlyMap<string, Buffer>> {
  const objects = new Map<string, Buffer>();
  const place = `${url}/storage/v1/b/${bucket}/o`;
  let pageToken = "";
  do {
    const query = pageToken === "" ? "" : `?pageToken=${encodeURIComponent(pageToken)}`;
    const page = (await (await fetch(`${place}${query}`)).json()) as {
      readonly items?: readonly { readonly name: string }[];
      readonly nextPageToken?: string;
    };
    for (const { name } of page.items ?? []) {
      const answer = await fetch(`${place}/${encodeURIComponent(name)}?alt=media`);
      objects.set(name, Buffer.from(await answer.arrayBuffer()));
    }
    pageToken = page.nextPageToken ?? "";
  } while (pageToken !== "");
  return objects;
}
