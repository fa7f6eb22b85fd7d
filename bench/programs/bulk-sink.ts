/**
 * Says that it is an Elasticsearch and has stored everything, at once: so that what is measured is what sends. Prints
 * its URL; ends with its standard input.
 */
import { createServer } from "node:http";
import { indexTemplates } from "../../src/indexing/template/index-templates.ts";

const LF = 0x0a;
const STORED = '{"create":{"status":201}}';
const HEADERS = { "content-type": "application/json", "x-elastic-product": "Elasticsearch" };
const [prefix = "logtally"] = process.argv.slice(2);

const server = createServer((request, response) => {
  const { url = "" } = request;
  let lines = 0;
  request.on("data", (chunk: Buffer) => {
    for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, at + 1)) lines += 1;
  });
  request.on("end", () => {
    response.writeHead(200, HEADERS);
    response.end(url.startsWith("/_bulk") ? bulkAnswer(lines / 2) : templateAnswer(url));
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.stdout.write(`http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}\n`);
});
process.stdin.on("end", () => process.exit()).resume();

function bulkAnswer(documents: number): string {
  return `{"items":[${Array.from({ length: documents }, () => STORED).join(",")}]}`;
}

/** Also what anything else is answered: nobody looks at it. */
function templateAnswer(url: string): string {
  const template = indexTemplates(prefix).find(({ name }) => url.endsWith(name));
  return JSON.stringify({ index_templates: [{ index_template: template?.body ?? {} }] });
}
