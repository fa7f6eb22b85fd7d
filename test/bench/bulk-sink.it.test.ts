import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";

const SINK = join(import.meta.dirname, "../../bench/programs/bulk-sink.ts");

it("counts the documents that it gets, also compressed ones, and those with the text that it looks for", async () => {
  const sink = spawn(process.execPath, [SINK, "logtally", '"kind":"write"'], { stdio: ["pipe", "pipe", "inherit"] });
  try {
    const [url] = (await once(createInterface({ input: sink.stdout }), "line")) as [string];
    const documents = ['{"kind":"write"}', '{"kind":"read"}', '{"text":"two\\nlines","kind":"write"}'];
    const body = documents.map((document) => `{"create":{}}\n${document}\n`).join("");
    const plain = await fetch(`${url}/_bulk?filter_path=errors,items`, { method: "POST", body });
    expect(await plain.json()).toEqual({ errors: false, items: documents.map(() => ({ create: { status: 201 } })) });
    const headers = { "content-encoding": "gzip" };
    await fetch(`${url}/peers/_bulk`, { method: "POST", body: gzipSync(body), headers });
    expect(await (await fetch(`${url}/_count`)).json()).toEqual({ count: 6, marked: 4 });
  } finally {
    sink.stdin.end();
  }
});
