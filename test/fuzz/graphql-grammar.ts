/**
 * True for a document of the grammar of GraphQL, as far as names, brackets and selections go; values and types are any
 * signs that close what they open. What a text beside it means nobody says.
 */
export function isGraphql(document: string): boolean {
  const tokens = tokensOf(document);
  if (tokens === null || tokens.length === 0) return false;
  let at = 0;
  const next = (): string => tokens[at] ?? "";
  const isName = (token = next()): boolean => /^[_A-Za-z]/.test(token);
  const take = (token: string): boolean => {
    if (next() !== token) return false;
    at += 1;
    return true;
  };
  const name = (): boolean => {
    if (!isName()) return false;
    at += 1;
    return true;
  };
  const brackets = (): boolean => {
    if (next() !== "(") return true;
    const open: string[] = [];
    do {
      const token = next();
      if (token === "") return false;
      if ("({[".includes(token)) open.push(token);
      if (")}]".includes(token) && open.pop() !== { ")": "(", "}": "{", "]": "[" }[token]) return false;
      at += 1;
    } while (open.length > 0);
    return true;
  };
  const directives = (): boolean => {
    while (take("@")) if (!name() || !brackets()) return false;
    return true;
  };
  const spread = (): boolean => {
    if (take("on")) return name() && directives() && selections();
    return name() ? directives() : directives() && selections();
  };
  const field = (): boolean => {
    if (!name() || (take(":") && !name())) return false;
    return brackets() && directives() && (next() !== "{" || selections());
  };
  const selections = (): boolean => {
    if (!take("{")) return false;
    do if (!(take("...") ? spread() : field())) return false;
    while (next() !== "}");
    return take("}");
  };
  const definition = (): boolean => {
    if (next() === "{") return selections();
    if (take("fragment")) return next() !== "on" && name() && take("on") && name() && directives() && selections();
    if (!["query", "mutation", "subscription"].includes(next())) return false;
    at += 1;
    if (isName()) at += 1;
    return brackets() && directives() && selections();
  };
  while (at < tokens.length) if (!definition()) return false;
  return true;
}

const TOKEN =
  /[\s,\ufeff]+|#[^\n\r]*|"""(?:\\"""|(?!\\?""")[^])*"""|"(?!"")(?:\\[^]|[^"\\])*"|[_A-Za-z]\w*|-?\d[\d.eE+-]*|\.\.\.|[!$&()=:@[\]{|}]/y;

/** Null for signs that GraphQL does not have. A string stands as one sign. */
function tokensOf(document: string): readonly string[] | null {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let at = 0; at < document.length; at = TOKEN.lastIndex) {
    const [token] = TOKEN.exec(document) ?? [];
    if (token === undefined) return null;
    // White space of other kinds is none to GraphQL.
    if (/^[\s,\ufeff]/.test(token) && /[^ \t\r\n,\ufeff]/.test(token)) return null;
    if (!/^[\s,\ufeff#]/.test(token)) tokens.push(token.startsWith('"') ? '"' : token);
  }
  return tokens;
}
