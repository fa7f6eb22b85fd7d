/** Values by field; a field that is not there has none. */
export type Fields = Readonly<Record<string, unknown>>;

/** Whether a query of Elasticsearch holds, by the words of its documentation. */
export function queryHolds(query: unknown, fields: Fields): boolean {
  const [[kind, body] = ["", null]] = Object.entries(query as Fields);
  const inner = body as Fields;
  const [[field, value] = ["", null]] = Object.entries(inner);
  if (kind === "exists") return fields[String(inner["field"])] !== undefined;
  if (kind === "term") return fields[field] === value;
  if (kind === "terms") return (value as readonly unknown[]).includes(fields[field]);
  if (kind === "range") {
    const { gte, lt } = value as { readonly gte: number; readonly lt: number };
    const found = fields[field];
    return typeof found === "number" && found >= gte && found < lt;
  }
  const clauses = (name: string): readonly unknown[] => (inner[name] as readonly unknown[] | undefined) ?? [];
  const holds = (clause: unknown): boolean => queryHolds(clause, fields);
  const should = clauses("should");
  return (
    clauses("filter").every(holds) && !clauses("must_not").some(holds) && (should.length === 0 || should.some(holds))
  );
}

const TOKEN = /\s*(?:(\()|(\))|(>=|<=|>|<|:)|("(?:[^"\\]|\\.)*")|([^\s()":<>=]+))/y;

/** Whether a text in Kibana's query language holds: `or` binds weakest, then `and`, then `not`. */
export function kqlHolds(kql: string, fields: Fields): boolean {
  const tokens = tokensOf(kql);
  let at = 0;
  const next = (): string => tokens[at++] ?? "";
  const takes = (token: string): boolean => {
    if (tokens[at] !== token) return false;
    at += 1;
    return true;
  };
  function either(): boolean {
    let holds = all();
    while (takes("or")) holds = all() || holds;
    return holds;
  }
  function all(): boolean {
    let holds = one();
    while (takes("and")) holds = one() && holds;
    return holds;
  }
  function one(): boolean {
    if (takes("not")) return !one();
    if (takes("(")) {
      const holds = either();
      if (next() !== ")") throw new Error(`no ) in ${kql}`);
      return holds;
    }
    const found = fields[next()];
    const sign = next();
    if (sign !== ":") return compares(found, sign, Number(next()));
    if (takes("*")) return found !== undefined;
    if (!takes("(")) return found === valueOf(next());
    const values = [valueOf(next())];
    while (takes("or")) values.push(valueOf(next()));
    if (next() !== ")") throw new Error(`no ) in ${kql}`);
    return values.includes(found);
  }
  const holds = either();
  if (at !== tokens.length) throw new Error(`"${tokens.slice(at).join(" ")}" is left of ${kql}`);
  return holds;
}

function tokensOf(kql: string): string[] {
  const tokens: string[] = [];
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < kql.length; ) {
    const match = TOKEN.exec(kql);
    if (match === null) throw new Error(`no token in ${kql}`);
    tokens.push(match.slice(1).find((token) => token !== undefined) ?? "");
  }
  return tokens;
}

function compares(found: unknown, sign: string, bound: number): boolean {
  if (typeof found !== "number") return false;
  if (sign === ">=") return found >= bound;
  if (sign === "<=") return found <= bound;
  return sign === ">" ? found > bound : found < bound;
}

function valueOf(token: string): unknown {
  if (token.startsWith('"')) return token.slice(1, -1).replace(/\\(.)/g, "$1");
  if (token === "true" || token === "false") return token === "true";
  return Number(token);
}
