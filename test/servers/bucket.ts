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
