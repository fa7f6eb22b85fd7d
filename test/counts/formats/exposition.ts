/** A sample as Prometheus reads it. */
export interface Exposed {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const COMMENT = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/s;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/s;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/y;
const NUMBER = /^[+-]?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Inf|NaN)$/;

/**
 * The text format 0.0.4, by its documentation, and stricter where a file for the textfile collector must be: no time
 * stamps, HELP and TYPE before the samples of each metric, which stand together, and no series twice. Throws on any other
 * text.
 */
export function exposedSamples(text: string): Exposed[] {
  if (text !== "" && !text.endsWith("\n")) throw new Error("the last line is not ended");
  const samples: Exposed[] = [];
  const told = new Map<string, Set<string>>();
  const seen = new Set<string>();
  let current = "";
  for (const line of text.split("\n").slice(0, -1)) {
    const [, kind, of = "", words = ""] = COMMENT.exec(line) ?? [];
    if (kind !== undefined) {
      if (of !== current && told.has(of)) throw new Error(`"${of}" is in two places`);
      const known = told.get(of) ?? new Set();
      if (known.has(kind)) throw new Error(`two ${kind} of "${of}"`);
      if (kind === "TYPE" && !/^(?:counter|gauge|histogram|summary|untyped)$/.test(words))
        throw new Error(`no type: ${words}`);
      if (kind === "HELP" && /\\(?![\\n])/.test(words)) throw new Error(`an escape in "${words}"`);
      told.set(of, known.add(kind));
      current = of;
      continue;
    }
    const sample = sampleOf(line);
    if (sample.name !== current || told.get(current)?.size !== 2) throw new Error(`not under its own TYPE: ${line}`);
    const series = JSON.stringify([
      sample.name,
      Object.entries(sample.labels)
        .map(([label, value]) => `${label}=${value}`)
        .toSorted(),
    ]);
    if (seen.has(series)) throw new Error(`twice: ${line}`);
    seen.add(series);
    samples.push(sample);
  }
  return samples;
}

function sampleOf(line: string): Exposed {
  const [, name, inside = "", value = ""] = SAMPLE.exec(line) ?? [];
  if (name === undefined || !NUMBER.test(value)) throw new Error(`no sample: ${line}`);
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  for (let at = 0; at < inside.length; at = LABEL.lastIndex) {
    const [, label, quoted = ""] = LABEL.exec(inside) ?? [];
    if (label === undefined || label in labels) throw new Error(`no labels: ${line}`);
    labels[label] = quoted.replace(/\\(.)/gs, (_, char: string) => (char === "n" ? "\n" : char));
  }
  return { name, labels, value: Number(value.replace("Inf", "Infinity")) };
}
