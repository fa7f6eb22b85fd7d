import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";
import { gzipSync } from "node:zlib";
import { placeOf, VIEW_NAMES } from "../../explorer/page/address.ts";
import type { PageFile } from "../../explorer/server/explorer-server.ts";

const PAGE = new URL("../../explorer/page/", import.meta.url);
/** The libraries of the page: where their files are, by the name that the page imports them by. */
const LIBRARIES: ReadonlyMap<string, URL> = new Map([
  // What resolves is the one for Node; the one for browsers lies above it.
  ["lit-html", new URL("../", import.meta.resolve("lit-html"))],
  ["uplot", new URL("./", import.meta.resolve("uplot"))],
]);
/** The files that they are imported by. */
const ENTRIES: Readonly<Record<string, string>> = { "lit-html": "lit-html.js", uplot: "uPlot.esm.js" };

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  ts: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};
const HTML = new URL("page.html", PAGE);
/** Each is an address of its own, and all are one page. */
const VIEWS = ["/", ...VIEW_NAMES.map((name) => `/${name}`)];
const MAIN = "/page/main";
const BEST_GZIP = 9;
/** What is said of a path that names no file. */
const NO_FILE: ReadonlySet<string | undefined> = new Set(["ENOENT", "ENOTDIR", "ENAMETOOLONG"]);

type FileAt = (path: string) => Promise<PageFile | null>;

/** The files of the page by their paths, each made ready when it is first asked for. */
export function openPageFiles(): FileAt {
  // What is not there is not kept: there is no end of it.
  const known = new Map<string, PageFile>();
  const fileAt: FileAt = async (path) => {
    const found = known.get(path);
    if (found !== undefined) return found;
    const isView = VIEWS.includes(path);
    const place = isView ? HTML : locationOf(path);
    if (place === null) return null;
    const file = await readPageFile(place, isView ? (html) => withPreloads(html, path, fileAt) : undefined);
    if (file !== null) known.set(path, file);
    return file;
  };
  return fileAt;
}

/** Null for a path that names nothing of the page, wherever it leads. */
function locationOf(path: string): URL | null {
  if (path === MAIN) return new URL(existsSync(new URL("main.ts", PAGE)) ? "main.ts" : "main.js", PAGE);
  const [, root, rest = ""] = /^\/(page|lib)\/((?:[\w-]+\/)*[\w.-]+\.(?:css|js|ts|svg))$/.exec(path) ?? [];
  if (root === undefined) return null;
  if (root === "page") return new URL(rest, PAGE);
  const [, library = "", file = ""] = /^([\w-]+)\/(.*)$/.exec(rest) ?? [];
  const folder = LIBRARIES.get(library);
  return folder === undefined ? null : new URL(file, folder);
}

/** Names all scripts of a view at once: a browser would hear of each only from the one that imports it. */
async function withPreloads(html: string, path: string, fileAt: FileAt): Promise<string> {
  const { view } = placeOf(new URL(path, "http://page"));
  const entries = [...(await contentAt(MAIN, fileAt)).matchAll(/\bimport\("\.(\/[\w./-]+)"\)/g)].map(
    ([, name]) => name,
  );
  const entry = entries.find((name) => name?.startsWith(`/${view}/`)) ?? "";
  const scripts = new Set([MAIN, `/page${entry}`]);
  // Those that are added on the way are visited too.
  for (const script of scripts) {
    const imports = (await contentAt(script, fileAt)).matchAll(/\b(?:from|import) ?"([\w./-]+)"/g);
    for (const [, name = ""] of imports) scripts.add(new URL(name, `http://page${script}`).pathname);
  }
  const links = [...scripts].map((script) => `<link rel="modulepreload" href="${script}" />`);
  return html.replace("</head>", `${links.join("")}</head>`);
}

async function contentAt(path: string, fileAt: FileAt): Promise<string> {
  return (await fileAt(path))?.content.toString() ?? "";
}

async function readPageFile(
  place: URL,
  finish: (text: string) => string | Promise<string> = (text) => text,
): Promise<PageFile | null> {
  const ending = place.pathname.slice(place.pathname.lastIndexOf(".") + 1);
  const mediaType = MEDIA_TYPES[ending];
  if (mediaType === undefined) return null;
  const text = await textOf(place);
  if (text === null) return null;
  const content = Buffer.from(
    await finish(ending === "ts" || ending === "js" ? scriptOf(text, ending === "ts") : text),
  );
  const tag = `"${createHash("sha256").update(content).digest("hex").slice(0, 32)}"`;
  return { mediaType, content, gzipped: gzipSync(content, { level: BEST_GZIP }), tag };
}

async function textOf(place: URL): Promise<string | null> {
  try {
    return await readFile(place, "utf8");
  } catch (error) {
    if (NO_FILE.has((error as NodeJS.ErrnoException).code)) return null;
    throw error;
  }
}

/** As browsers run it: without types, and with the libraries by their paths. A checkout has no build step. */
function scriptOf(text: string, isTyped: boolean): string {
  const script = isTyped ? withoutTypes(text) : text;
  return script.replace(
    /(\bfrom |\bimport )"(lit-html|uplot)(\/[\w./-]+)?"/g,
    (_, before: string, name: string, file) => {
      return `${before}"/lib/${name}${(file as string | undefined) ?? `/${ENTRIES[name]}`}"`;
    },
  );
}

/** Node says at first use that this may change: the checkout pins its Node, and the package has no types left. */
function withoutTypes(text: string): string {
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = () => undefined;
  try {
    return stripTypeScriptTypes(text);
  } finally {
    process.emitWarning = emitWarning;
  }
}
