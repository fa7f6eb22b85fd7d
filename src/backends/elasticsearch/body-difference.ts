/** What the cluster adds by itself, and what says nothing about what the body does. */
const OF_NO_ACCOUNT: ReadonlySet<string> = new Set([
  "_meta",
  "version",
  "created_date_millis",
  "modified_date_millis",
  "metadata",
  "transient_metadata",
]);
/** The same, wherever it stands: no field of ours is called so. */
const DEFAULT_OF_ROLES = "allow_restricted_indices";

/**
 * The places, as `template.settings.index.codec`, at which what the cluster holds is not what was put: of another value,
 * missing or more. It gives numbers and booleans back as texts, and members in an order of its own.
 */
export function differencesOf(put: unknown, held: unknown): readonly string[] {
  const [ours, theirs] = [leavesOf(put), leavesOf(held)];
  const places = new Set([...ours.keys(), ...theirs.keys()]);
  return [...places].filter((place) => ours.get(place) !== theirs.get(place)).sort();
}

/** Text of each value by its place; lists are one value, since their order matters. */
function leavesOf(body: unknown): ReadonlyMap<string, string> {
  const leaves = new Map<string, string>();
  const walk = (value: unknown, place: string, isTop: boolean): void => {
    if (typeof value !== "object" || value === null || isPlainList(value)) {
      leaves.set(place, Array.isArray(value) ? JSON.stringify(value.map(String)) : String(value));
      return;
    }
    // What is empty is as good as not there, but for an alias or an action, which are their names.
    const members = Object.entries(value).filter(([key]) => !isTop || !OF_NO_ACCOUNT.has(key));
    if (members.length === 0 && place !== "" && !Array.isArray(value)) leaves.set(place, "{}");
    for (const [key, member] of members) {
      if (isNothing(member) || key === DEFAULT_OF_ROLES) continue;
      walk(member, place === "" ? key : `${place}.${key}`, false);
    }
  };
  walk(body, "", true);
  return leaves;
}

function isPlainList(value: object): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((each) => typeof each !== "object");
}

function isNothing(value: unknown): boolean {
  return value === null || (Array.isArray(value) && value.length === 0);
}
