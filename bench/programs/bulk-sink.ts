/**
 * Says that it is an Elasticsearch and has stored everything, at once: so that what is measured is what sends. Prints
 * its URL; ends with its standard input. Arguments: the prefix of the index templates that it has, and a text that it
 * looks for in documents. `/_count` tells how many documents came, and how often the text.
 */
import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { indexTemplates } from "../../src/indexing/template/index-templates.ts";

const LF = 0x0a;
const STORED = '{"create":{"status":201}}';
const HEADERS = { "content-type": "application/json", "x-elastic-product": "Elasticsearch" };
/** What clients ask before they send anything. */
const ABOUT = { version: { number: "9.5.0" }, license: { type: "basic", status: "active" } };
const [prefix = "logtally", marker = null] = process.argv.slice(2);
let [count, marked] = [0, 0];

const server = createServer((request, response) => {
  buffer(request).then((body) => {
    const { url = "" } = request;
    response.writeHead(200, HEADERS);
    if (url.startsWith("/_count")) response.end(JSON.stringify({ count, marked }));
    else
      response.end(url.includes("/_bulk") ? bulkAnswer(body, request.headers["content-encoding"]) : otherAnswer(url));
  }, reportError);
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.stdout.write(`http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}\n`);
});
process.stdin.on("end", () => process.exit()).resume();

/** An action and its document are a line each. */
function bulkAnswer(body: Buffer, encoding: string | undefined): string {
  const lines = encoding === "gzip" ? gunzipSync(body) : body;
  const documents = occurrences(lines, LF) / 2;
  count += documents;
  if (marker !== null) marked += occurrences(lines, marker);
  return `{"errors":false,"items":[${Array.from({ length: documents }, () => STORED).join(",")}]}`;
}

function occurrences(body: Buffer, text: string | number): number {
  let found = 0;
  for (let at = body.indexOf(text); at >= 0; at = body.indexOf(text, at + 1)) found += 1;
  return found;
}

/** Also what anything else is answered: nobody looks at it. */
function otherAnswer(url: string): string {
  const template = indexTemplates(prefix).find(({ name }) => url.endsWith(name));
  return JSON.stringify({ ...ABOUT, index_templates: [{ index_template: template?.body ?? {} }] });
}

function reportError(error: unknown): void {
  process.stderr.write(`bulk-sink: ${String(error)}\n`);
}
