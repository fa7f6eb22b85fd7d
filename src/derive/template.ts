/** A piece of a template: text as it stands, or the value of a field. */
export type TemplatePart = { readonly text: string } | { readonly field: string };

/**
 * The pieces of a template such as `{controller}#{action}`. Null where a brace has no partner or no name: there is
 * no way to write a brace itself.
 */
export function parseTemplate(template: string): readonly TemplatePart[] | null {
  const parts: TemplatePart[] = [];
  let at = 0;
  while (at < template.length) {
    const open = template.indexOf("{", at);
    const text = template.slice(at, open < 0 ? template.length : open);
    if (text.includes("}")) return null;
    if (text !== "") parts.push({ text });
    if (open < 0) break;
    const close = template.indexOf("}", open);
    const field = close < 0 ? "" : template.slice(open + 1, close);
    if (field === "" || field.includes("{") || field.trim() !== field) return null;
    parts.push({ field });
    at = close + 1;
  }
  return parts;
}

/** Names of the fields in a template. */
export function templateFields(parts: readonly TemplatePart[]): readonly string[] {
  return parts.flatMap((part) => ("field" in part ? [part.field] : []));
}
