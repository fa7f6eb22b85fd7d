import { createKeyTable, type KeyTable } from "../../decode/key-table.ts";

/** What a key may stand for, below the keys around it. */
export interface KeyMeaning {
  /** Number of the field, or -1 where the key only leads to others. */
  readonly source: number;
  /** How much the form counts: dotted before nested before underscored. */
  readonly rank: number;
  /** What its members mean where it is an object; null where they are nothing of their own. */
  readonly members: SourceTree | null;
}

/** Finds fields of a record by their keys, in whichever form they come. */
export interface SourceTree {
  readonly keys: KeyTable;
  /** The keys by what `keys` gives, … */
  readonly texts: readonly string[];
  /** … and what they mean. */
  readonly meanings: readonly KeyMeaning[];
}

const DOTTED = 3;
const NESTED = 2;
const UNDERSCORED = 1;

/**
 * The tree of these fields; a field's number is its position. `meta.user` comes as one key or as an object within
 * another; those of `families` also as `meta_user`.
 */
export function createSourceTree(fields: readonly string[], families: readonly string[]): SourceTree {
  const numbered = fields.map((field, source) => ({ path: field, source }));
  const underscored = numbered.flatMap(({ path, source }) => {
    const dot = path.indexOf(".");
    return families.includes(path.slice(0, dot))
      ? [{ key: `${path.slice(0, dot)}_${path.slice(dot + 1)}`, source, rank: UNDERSCORED, members: null }]
      : [];
  });
  return treeOf(numbered, DOTTED, underscored);
}

interface Numbered {
  readonly path: string;
  readonly source: number;
}

interface Entry extends KeyMeaning {
  readonly key: string;
}

function treeOf(fields: readonly Numbered[], rank: number, more: readonly Entry[]): SourceTree {
  const groups = Map.groupBy(
    fields.flatMap(({ path, source }) => {
      // `a.b.c` may also come as `c` within `a.b`.
      const dots = [...path.matchAll(/\./g)].map(({ index }) => index);
      return dots.map((dot) => ({ group: path.slice(0, dot), path: path.slice(dot + 1), source }));
    }),
    ({ group }) => group,
  );
  const keys = new Set([...fields.map(({ path }) => path), ...groups.keys()]);
  const entries: Entry[] = [...keys].map((key) => {
    const inside = groups.get(key);
    const members = inside === undefined ? null : treeOf(inside, NESTED, []);
    return { key, source: fields.find(({ path }) => path === key)?.source ?? -1, rank, members };
  });
  const known = new Set(entries.map(({ key }) => key));
  const meanings = [...entries, ...more.filter(({ key }) => !known.has(key))];
  const texts = meanings.map(({ key }) => key);
  return { texts, keys: createKeyTable(new Map(texts.map((key, place) => [key, place]))), meanings };
}
