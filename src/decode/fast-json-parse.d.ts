declare module "fast-json-parse" {
  /** `JSON.parse` that answers instead of throwing. */
  export default function parse(text: string): { readonly err: Error | null; readonly value: unknown };
}
