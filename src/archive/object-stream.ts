/** Whose lines an object holds: of a segment `vault/v1/<stream>/…`, of a write-ahead object `wal/<stream>/…`. */
export function streamOfObject(object: string): string {
  const [root, second = "", third = ""] = object.split("/");
  return root === "vault" ? third : second;
}
