import type { Problem } from "../answers.ts";
import { AskError } from "./ask-error.ts";

const TOKEN_KEY = "logtally-token";
/** Of a question that is wrong, whoever asks it; a token may be another one soon. */
const WRONG_QUESTIONS = [400, 403, 404, 405];

/** Keeps the token of the printed address for this browser, and takes it out of the address, which may be shared. */
export function takeToken(): void {
  const address = new URL(location.href);
  const token = address.searchParams.get("token");
  if (token === null) return;
  localStorage.setItem(TOKEN_KEY, token);
  address.searchParams.delete("token");
  history.replaceState(null, "", address);
}

/** Asks for an answer as a whole. Rejects with `AskError`, and with the reason of the signal. */
export async function ask<T>(path: string, params: URLSearchParams, signal: AbortSignal): Promise<T> {
  const response = await request(path, params, { signal });
  return (await response.json().catch(brokenOff(signal))) as T;
}

/**
 * Asks for an answer in parts, each as it comes. With a body it is a POST. Rejects with `AskError`, also where the answer
 * breaks off, and with the reason of the signal.
 */
export async function* askInParts<T extends object>(
  path: string,
  params: URLSearchParams,
  signal: AbortSignal,
  body?: object,
): AsyncGenerator<T> {
  const response = await request(path, params, { signal, ...(body === undefined ? {} : { body }) });
  if (response.body === null) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value = "" } = await reader.read().catch(brokenOff(signal));
    if (done) break;
    const pieces = `${rest}${value}`.split("\n");
    rest = pieces.pop() ?? "";
    for (const piece of pieces) {
      const part = JSON.parse(piece) as T | Problem;
      if ("problem" in part) throw new AskError(part.problem);
      yield part;
    }
  }
  if (rest !== "") throw new AskError("the answer broke off");
}

/** Has the browser keep an answer as a file. Rejects with `AskError`. */
export async function download(path: string, params: URLSearchParams, fileName: string, body?: object): Promise<void> {
  saveFile(await askForFile(path, params, body), fileName);
}

/** Asks for an answer that is a file. Rejects with `AskError`, and with the reason of the signal. */
export async function askForFile(
  path: string,
  params: URLSearchParams,
  body?: object,
  signal?: AbortSignal,
): Promise<Blob> {
  const response = await request(path, params, {
    ...(body === undefined ? {} : { body }),
    ...(signal === undefined ? {} : { signal }),
  });
  return response.blob().catch(brokenOff(signal));
}

export function saveFile(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

async function request(
  path: string,
  params: URLSearchParams,
  { body, signal }: { readonly body?: object; readonly signal?: AbortSignal },
): Promise<Response> {
  const query = params.size === 0 ? "" : `?${params}`;
  const response = await fetch(`${path}${query}`, {
    headers: {
      Authorization: `Bearer ${localStorage.getItem(TOKEN_KEY) ?? ""}`,
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
    },
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  }).catch(brokenOff(signal));
  if (response.ok) return response;
  // A proxy has words of its own for a server that has gone.
  const { problem } = (await response.json().catch(brokenOff(signal))) as Problem;
  throw new AskError(problem, WRONG_QUESTIONS.includes(response.status));
}

/** Of what a browser says of a lost connection nobody learns what to do. */
export function brokenOff(signal?: AbortSignal): (error: unknown) => never {
  return () => {
    signal?.throwIfAborted();
    throw new AskError("logtally does not answer (hint: is it still running? Start it again, and open what it prints)");
  };
}
