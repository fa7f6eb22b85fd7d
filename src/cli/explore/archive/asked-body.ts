import { UsageError } from "../../../core/fault.ts";

/** The parameters in the JSON of a body: texts, or lists of such. Throws `UsageError` for anything else. */
export function bodyParams(body: string): URLSearchParams {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(parsed(body))) {
    for (const each of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (typeof each !== "string") throw new UsageError(`ask with "${name}": it must be a text, or a list of texts`);
      params.append(name, each);
    }
  }
  return params;
}

function parsed(body: string): object {
  try {
    const value: unknown = JSON.parse(body === "" ? "{}" : body);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch (error) {
    throw new UsageError("read the question: its body is no JSON", { cause: error });
  }
  throw new UsageError("read the question: its body is no JSON object");
}
