import type { Bucket } from "@google-cloud/storage";

const GOOGLE = "https://storage.googleapis.com";
const RANGE_NOT_SATISFIABLE = 416;

/** What the service answers instead of bytes; `code` is the HTTP status, as in errors of the client. */
class DownloadError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.name = "DownloadError";
    this.code = code;
  }
}

/**
 * Bytes `[start, end)` of an object; fewer where it ends before. A plain request with the client's credentials: the
 * client's own download adds so many listeners to a stream that Node prints warnings about leaks.
 * Rejects with `DownloadError`, or with what `fetch` throws where no answer came.
 */
export async function downloadRange(
  bucket: Bucket,
  name: string,
  range: { readonly start: number; readonly end: number },
  { endpoint, timeoutMs }: { readonly endpoint: string | null; readonly timeoutMs: number },
): Promise<Buffer> {
  if (range.end <= range.start) return Buffer.alloc(0);
  const path = `/storage/v1/b/${encodeURIComponent(bucket.name)}/o/${encodeURIComponent(name)}`;
  const url = `${endpoint ?? GOOGLE}${path}?alt=media`;
  const headers = new Headers({ range: `bytes=${range.start}-${range.end - 1}` });
  // No credentials over plain HTTP: a test server has none to ask for.
  if (url.startsWith("https:")) {
    const credentials = await bucket.storage.authClient.getRequestHeaders(url);
    for (const [key, value] of credentials) headers.set(key, value);
  }
  const answer = await fetch(url, { headers, signal: AbortSignal.timeout(timeoutMs) });
  if (answer.ok) return Buffer.from(await answer.arrayBuffer());
  const text = await answer.text();
  if (answer.status === RANGE_NOT_SATISFIABLE) return Buffer.alloc(0);
  throw new DownloadError(answer.status, text.trim() || answer.statusText);
}
