#!/usr/bin/env python3
"""Checks proofs of lines by the words of docs/reference/proof-format.md alone.

    python3 check_proof.py KEY.pub PROOF...

It needs Python's standard library and openssl, and shares nothing with the program. For each proof that holds it prints
the leaf hash, the id, whether that follows from the bytes, and the line's length; else it says why and ends with 1.
"""

import sys

sys.dont_write_bytecode = True  # nothing is left beside the tests

import base64
import datetime
import gzip
import hashlib
import json
import os
import re
import subprocess
import tempfile


class Wrong(Exception):
    pass


def need(holds, why):
    if not holds:
        raise Wrong(why)


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def canonical(value):
    """RFC 8785, for the values that proofs hold: texts, whole numbers, lists and objects."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(canonical(key) + ":" + canonical(value[key]) for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ",".join(canonical(each) for each in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def only_once(pairs):
    need(len({name for name, _ in pairs}) == len(pairs), "a member stands twice")
    return dict(pairs)


def fingerprint(pem):
    body = "".join(line for line in pem.strip().splitlines() if not line.startswith("-----"))
    return hashlib.sha256(base64.b64decode(body, validate=True)).hexdigest()[:16]


def is_signed(pem, content, signature):
    with tempfile.TemporaryDirectory() as folder:
        paths = {}
        for name, data in (("key", pem.encode()), ("content", content), ("signature", bytes.fromhex(signature))):
            paths[name] = os.path.join(folder, name)
            with open(paths[name], "wb") as file:
                file.write(data)
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", paths["key"], "-rawin"]
        done = subprocess.run(command + ["-in", paths["content"], "-sigfile", paths["signature"]], capture_output=True)
        return done.returncode == 0


def root_by_path(node, at, size, path):
    need(0 <= at < size, "the place is behind the end")
    path = [bytes.fromhex(each) for each in path]
    while size > 1:
        if at % 2 == 1:
            need(path, "the path is too short")
            node = sha256(b"\x01", path.pop(0), node)
        elif at + 1 < size:
            need(path, "the path is too short")
            node = sha256(b"\x01", node, path.pop(0))
        at, size = at // 2, (size + 1) // 2
    need(not path, "the path is too long")
    return node


def filing_hour(text):
    if text == "undated":
        return 0
    match = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):00:00Z", text)
    need(match, "no hour")
    year, month, day, hour = map(int, match.groups())
    return (datetime.date(year, month, day) - datetime.date(1970, 1, 1)).days * 24 + hour


def check(proof_bytes, trusted_pem):
    proof = json.loads(proof_bytes.decode("utf-8"), object_pairs_hook=only_once)
    need(proof["format"] == 1, "another format")
    need(canonical(proof).encode() == proof_bytes, "not canonical")
    rest = {name: value for name, value in proof.items() if name != "sha256"}
    need(hashlib.sha256(canonical(rest).encode()).hexdigest() == proof["sha256"], "the checksum does not fit")
    need(len(proof["line"]) == 1, "the line stands in two forms")
    if "text" in proof["line"]:
        line = proof["line"]["text"].encode("utf-8")
    else:
        line = base64.b64decode(proof["line"]["base64"], validate=True)

    trusted = {fingerprint(trusted_pem): trusted_pem}
    first_sequences = {}
    for step in proof["keys"]:
        signer = trusted.get(step["old_key"])
        if signer is None:
            continue
        need(is_signed(signer, step["statement"].encode(), step["signature"]), "a statement is not signed")
        said = json.loads(step["statement"])
        need(fingerprint(said["public_key"]) == said["new_key"], "a statement has another key")
        need(said["old_key"] == step["old_key"], "a statement of another key")
        trusted[said["new_key"]] = said["public_key"]
        first_sequences[said["new_key"]] = said["first_sequences"]

    need(proof["key"] in trusted, "signed by a key that is not trusted")
    digest_bytes = gzip.decompress(base64.b64decode(proof["digest"]["gzip"], validate=True))
    need(is_signed(trusted[proof["key"]], digest_bytes, proof["digest"]["signature"]), "the digest is not signed")
    digest = json.loads(digest_bytes)
    stream, sequence = digest["stream"], digest["sequence"]
    need(digest["format"] == 1 and digest["key"] == proof["key"], "another digest")
    need(proof["digest"]["name"] == "vault/v1/%s/digest/%08d.json" % (stream, sequence), "another name of the digest")
    for first in first_sequences.values():
        need(first.get(stream, 1) <= sequence, "a key that signs later digests only")

    manifest_bytes = gzip.decompress(base64.b64decode(proof["manifest"]["gzip"], validate=True))
    named = [each for each in digest["objects"] if each["name"] == proof["manifest"]["name"]]
    need(len(named) == 1, "the digest does not name the manifest")
    need(named[0]["size_bytes"] == len(manifest_bytes), "another size of the manifest")
    need(named[0]["sha256"] == hashlib.sha256(manifest_bytes).hexdigest(), "the manifest was altered")
    manifest = json.loads(manifest_bytes)
    outputs = [each for each in manifest["outputs"] if each["lines"]["name"] == proof["segment"]]
    need(len(outputs) == 1, "the manifest does not name the segment")

    leaf = sha256(b"\x00", line)
    place = proof["place"]
    block_root = root_by_path(leaf, place["block_row"], place["block_rows"], proof["line_path"])
    root = root_by_path(block_root, place["block"], place["blocks"], proof["block_path"])
    need(root.hex() == outputs[0]["root"], "another Merkle root")
    line_id = proof["meta"]["id"]
    hour = int(line_id[:8], 16)
    first = filing_hour(manifest["first_hour"])
    need(first <= hour < first + manifest["hours"], "an id of another hour")
    return leaf.hex(), line_id, leaf.hex().startswith(line_id[8:]), len(line)


def main(key, *paths):
    with open(key, encoding="ascii") as file:
        pem = file.read()
    wrong = 0
    for path in paths:
        with open(path, "rb") as file:
            data = file.read()
        try:
            print(*check(data, pem))
        except (Wrong, ValueError, KeyError, TypeError, EOFError, OSError, AttributeError) as error:
            print("%s: %s" % (path, error), file=sys.stderr)
            wrong += 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
