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
