/** Stands in each pack. Its words are part of the format: a checker compares them. */
export const PACK_README = `# An evidence pack of logtally

Lines of an archive, and what proves them.

\`\`\`
report.txt                     what was asked, what was found, and what that proves
report.json                    the same for programs
lines/STREAM/DAY/HOUR/PLAN-NUMBER/BLOCK.ndjson       the lines that were found, byte for byte, each ended by LF
lines/STREAM/DAY/HOUR/PLAN-NUMBER/BLOCK.paths.json   what leads from each to the Merkle root of its segment
vault/v1/STREAM/DAY/HOUR/PLAN.manifest.json          the manifests that name these roots, as they are in the archive
vault/v1/STREAM/digest/*.json, *.sig                 the digests that name the manifests, and their signatures
vault/v1/keys/*.pub                                  public keys, for comparison only
vault/v1/keys/*.statement.json, *.sig                how one key followed another
\`\`\`

Which key to trust is told by whoever owns the archive, not by this pack. In the commands below AUDITOR.pub is that key.

With logtally:

\`\`\`sh
logtally archive check-proof PACK.tar.gz --key AUDITOR.pub
\`\`\`

Without it, in the folder of this file, with OpenSSL 3, sha256sum and Python 3. Put each of the three into a file and run
it with bash: it must end with exit code 0, and none says anything without the others. Each digest is signed; where its
key is another one than AUDITOR.pub, verify first the statement of that key with the key before it, in the same way:

\`\`\`sh
for digest in vault/v1/*/digest/*.json; do
  openssl pkeyutl -verify -pubin -inkey AUDITOR.pub -rawin -in "$digest" -sigfile "\${digest%.json}.sig" || exit 1
done
\`\`\`

Each manifest is one that a digest names, by its SHA-256:

\`\`\`sh
find -L vault -name '*.manifest.json' | while read -r manifest; do
  sha256=$(sha256sum < "$manifest" | cut -d ' ' -f 1)
  grep -q "\\"name\\":\\"$manifest\\",\\"sha256\\":\\"$sha256\\"" vault/v1/*/digest/*.json && continue
  echo "not signed: $manifest"
  exit 1
done
\`\`\`

Each line leads to a root that a manifest names:

\`\`\`sh
python3 - <<'EOF'
from glob import glob; from hashlib import sha256 as hash256; from json import load
def sha256(*parts): return hash256(b"".join(parts)).digest()
def climb(node, at, size, path):
    path = [bytes.fromhex(each) for each in path]
    while size > 1:
        if at % 2: node = sha256(b"\\1", path.pop(0), node)
        elif at + 1 < size: node = sha256(b"\\1", node, path.pop(0))
        at, size = at // 2, (size + 1) // 2
    assert not path, "a path is too long"
    return node
roots = {}
for name in glob("vault/v1/*/*/*/*.manifest.json"):
    for output in load(open(name))["outputs"]: roots[output["lines"]["name"]] = output["root"]
checked = 0
for name in glob("lines/**/*.paths.json", recursive=True):
    found = load(open(name, encoding="utf-8"))
    lines = open(name.replace(".paths.json", ".ndjson"), "rb").read().split(b"\\n")[:-1]
    assert len(lines) == len(found["lines"]), name
    for line, each in zip(lines, found["lines"]):
        block = climb(sha256(b"\\0", line), each["block_row"], found["block_rows"], each["path"])
        root = climb(block, found["block"], found["blocks"], found["block_path"])
        assert root.hex() == roots[found["segment"]], (name, each["block_row"])
        checked += 1
assert checked == load(open("report.json"))["lines"], "the report says another number"
print(checked, "lines lead to signed roots")
EOF
\`\`\`
`;
