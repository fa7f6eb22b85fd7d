import type { Dice } from "./dice.ts";
import type { Mutation } from "./target.ts";

/** JSON in parts that can be put together in ways that no serializer would: equal keys, any text as a number. */
type Tree = string | { readonly list: Tree[] } | { readonly members: [key: string, value: Tree][] };

const ODD_VALUES = [
  ["null", "true", "false", "0", "-1", "-0", "1.5", "1e400", "-1e400", "9007199254740993", "18446744073709551616"],
  ['""', '"x"', '"__proto__"', '"../x"', '"/x"', '"\\u0000"', '"\\ud800"', '"\\n"', '"1"', '"2020-12-22T09:00:00Z"'],
  ["[]", "{}", "[[]]", "[null]", '{"":""}', '{"__proto__":{"x":1}}', '{"length":-1}', '{"constructor":1}', '"undated"'],
].flat();
const ODD_KEYS = ["", "__proto__", "constructor", "toString", "length", "x", "0", "\u0000", "é"];
const DEEP = 200;

function treeOf(value: unknown): Tree {
  if (Array.isArray(value)) return { list: value.map(treeOf) };
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return { members: Object.entries(value).map(([key, member]) => [JSON.stringify(key), treeOf(member)]) };
}

function textOf(tree: Tree): string {
  if (typeof tree === "string") return tree;
  if ("list" in tree) return `[${tree.list.map(textOf).join(",")}]`;
  return `{${tree.members.map(([key, value]) => `${key}:${textOf(value)}`).join(",")}}`;
}

/** Every place that holds a value, the whole included. */
function placesIn(root: Tree): { readonly get: Tree; readonly set: (tree: Tree) => void }[] {
  const places: ReturnType<typeof placesIn> = [];
  const walk = (tree: Tree): void => {
    if (typeof tree === "string") return;
    if ("list" in tree) {
      for (const [at, item] of tree.list.entries()) {
        places.push({ get: item, set: (value) => (tree.list[at] = value) });
        walk(item);
      }
      return;
    }
    for (const member of tree.members) {
      places.push({ get: member[1], set: (value) => (member[1] = value) });
      walk(member[1]);
    }
  };
  walk(root);
  return places;
}

function changeTree(root: Tree, other: Tree, dice: Dice): Tree {
  const places = placesIn(root);
  if (places.length === 0) return dice.pick(ODD_VALUES);
  const place = dice.pick(places);
  const { get: tree, set } = place;
  const kind = dice.below(8);
  if (kind <= 1) set(dice.pick(ODD_VALUES));
  else if (kind === 2) {
    const others = placesIn(other);
    set(others.length === 0 ? other : dice.pick(others).get);
  } else if (kind === 3) {
    const depth = dice.oneIn(3) ? DEEP : 1;
    const isList = dice.oneIn(2);
    set((isList ? "[" : '{"a":').repeat(depth) + textOf(tree) + (isList ? "]" : "}").repeat(depth));
  } else changeContainer(typeof tree === "string" ? root : tree, dice);
  return root;
}

function changeContainer(tree: Tree, dice: Dice): void {
  if (typeof tree === "string") return;
  const items: unknown[] = "list" in tree ? tree.list : tree.members;
  const at = dice.below(items.length);
  const kind = dice.below(4);
  if (kind === 0) items.splice(at, 1);
  else if (kind === 1 && items.length > 0) items.splice(dice.below(items.length + 1), 0, structuredClone(items[at]));
  else if ("list" in tree) tree.list.splice(at, 0, dice.pick(ODD_VALUES));
  else {
    const member = tree.members[at];
    const key = JSON.stringify(dice.pick([...ODD_KEYS, ...tree.members.map(([name]) => JSON.parse(name) as string)]));
    if (kind === 2 || member === undefined) tree.members.splice(at, 0, [key, dice.pick(ODD_VALUES)]);
    else member[0] = key;
  }
}

/** Null for what is no JSON. */
function parsed(text: string): Tree | null {
  try {
    return treeOf(JSON.parse(text));
  } catch {
    return null;
  }
}

/** The input that is JSON, or one of its lines that is. */
export const changeJson: Mutation = (input, dice, other) => {
  const lines = input.toString("utf8").split("\n");
  const at = dice.below(lines.length);
  const whole = parsed(lines.join("\n"));
  const tree = whole ?? parsed(lines[at] ?? "");
  if (tree === null) return input;
  const others = other.toString("utf8").split("\n");
  const text = textOf(changeTree(tree, parsed(dice.pick(others)) ?? parsed(others.join("\n")) ?? "0", dice));
  if (whole !== null) return Buffer.from(text);
  lines[at] = text;
  return Buffer.from(lines.join("\n"));
};
