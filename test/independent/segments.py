"""Segments: the files that hold lines, as the page on the archive format describes them.

Everything that the file says of itself is checked: the hash of the table, of each frame and of its content, the
Merkle root of each block and of the whole, the numbers of rows and bytes.
"""

import hashlib
import json
import struct
import subprocess

TRAILER = struct.Struct("<32sQQII32s8s")
ENTRY = struct.Struct("<QIIQIIQQ32s32s32s")
SKIPPABLE = struct.Struct("<II")
META_MAGIC = 0x184D2A50
TABLE_MAGIC = 0x184D2A51
LINES, META = 0, 1

# What is decompressed by one process: a WAL object is small, and starting a process takes longer than reading it.
BATCH_BYTES = 24 * 1024 * 1024


class Damaged(Exception):
    """The archive is not what it says of itself."""


class Frame:
    """One frame of a segment, and what the table says of it."""

    __slots__ = ("stored", "raw_bytes", "first_row", "rows", "kind", "raw_hash", "root")

    def __init__(self, stored, raw_bytes, first_row, rows, kind, raw_hash, root):
        self.stored = stored
        self.raw_bytes = raw_bytes
        self.first_row = first_row
        self.rows = rows
        self.kind = kind
        self.raw_hash = raw_hash
        self.root = root


class Segment:
    """A segment whose table was checked: pairs of a lines frame and a meta frame."""

    def __init__(self, name, blocks, rows, raw_bytes, root):
        self.name = name
        self.blocks = blocks
        self.rows = rows
        self.raw_bytes = raw_bytes
        self.root = root


class Row:
    """A line with its meta; `leaf` is the hash of its bytes, `attributes` those of its message."""

    __slots__ = ("raw", "leaf", "meta", "attributes")

    def __init__(self, raw, leaf, meta, attributes):
        self.raw = raw
        self.leaf = leaf
        self.meta = meta
        self.attributes = attributes

    def hour(self):
        """The hour in which it is filed, in hours since 1970."""
        return int(self.meta["id"][:8], 16)


def expect(holds, name, what):
    if not holds:
        raise Damaged(f"{name}: {what}")


def read_table(name, data):
    """The frames of a file, and (root, rows, raw bytes) of its trailer."""
    expect(len(data) >= TRAILER.size, name, "too short for a trailer")
    root, rows, raw_bytes, count, version, digest, magic = TRAILER.unpack(data[-TRAILER.size :])
    expect(magic == b"LOGTALLY" and version == 1, name, "no segment of version 1")
    table_bytes = ENTRY.size * count + TRAILER.size
    table = data[-table_bytes:]
    expect(hashlib.sha256(table[:-40]).digest() == digest, name, "the block table was altered")
    frames = []
    end = 0
    for entry in ENTRY.iter_unpack(table[: -TRAILER.size]):
        offset, length, raw_length, first_row, frame_rows, kind, _from, _to, stored_hash, raw_hash, block_root = entry
        expect(offset == end, name, f"a frame at {offset}, where one at {end} should follow")
        end = offset + length
        stored = data[offset:end]
        expect(hashlib.sha256(stored).digest() == stored_hash, name, f"the frame at {offset} was altered")
        expect(kind in (LINES, META), name, f"a frame of kind {kind}")
        frames.append(Frame(plain_frame(name, stored), raw_length, first_row, frame_rows, kind, raw_hash, block_root))
    head = SKIPPABLE.unpack(data[end : end + SKIPPABLE.size])
    expect(head == (TABLE_MAGIC, table_bytes), name, "no table behind the last frame")
    expect(end + SKIPPABLE.size + table_bytes == len(data), name, "bytes that no frame holds")
    return frames, (root, rows, raw_bytes)


def plain_frame(name, stored):
    """The zstd frame in a skippable frame of meta; other frames are plain ones already."""
    magic, length = SKIPPABLE.unpack(stored[: SKIPPABLE.size])
    if magic != META_MAGIC:
        return stored
    expect(length == len(stored) - SKIPPABLE.size, name, "a meta frame of another length than it says")
    return stored[SKIPPABLE.size :]


def wal_segment(name, data):
    """A write-ahead object: lines and meta take turns in one file."""
    frames, (root, rows, raw_bytes) = read_table(name, data)
    kinds = [frame.kind for frame in frames]
    expect(kinds == [LINES, META] * (len(frames) // 2), name, "lines and meta do not take turns")
    return checked_segment(name, list(zip(frames[::2], frames[1::2])), rows, raw_bytes, root)


def vault_segment(name, lines_data, meta_data):
    """A sealed segment: a file of lines and a file of their meta, in the same blocks."""
    lines, (root, rows, raw_bytes) = read_table(name, lines_data)
    meta, _trailer = read_table(f"{name} (meta)", meta_data)
    expect(all(frame.kind == LINES for frame in lines), name, "a frame that holds no lines")
    expect(all(frame.kind == META for frame in meta), name, "a frame of the meta file that holds no meta")
    expect(len(lines) == len(meta), name, f"{len(lines)} blocks of lines and {len(meta)} of meta")
    return checked_segment(name, list(zip(lines, meta)), rows, raw_bytes, root)


def checked_segment(name, blocks, rows, raw_bytes, root):
    """The sums of the blocks are those of the trailer."""
    next_row = 0
    for lines, meta in blocks:
        expect((lines.first_row, lines.rows) == (meta.first_row, meta.rows), name, "blocks of unequal rows")
        expect(lines.first_row == next_row, name, f"a block from row {lines.first_row}, not {next_row}")
        next_row += lines.rows
    expect(next_row == rows, name, f"{next_row} rows in blocks, {rows} in the trailer")
    expect(sum(lines.raw_bytes for lines, _ in blocks) == raw_bytes, name, "the raw bytes do not add up")
    expect(merkle_root([lines.root for lines, _ in blocks]) == root, name, "another Merkle root than its blocks give")
    return Segment(name, blocks, rows, raw_bytes, root)


def merkle_root(hashes):
    """The root over hashes of leaves; a node without a sibling moves up as it is."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    sha256 = hashlib.sha256
    while len(hashes) > 1:
        parents = [sha256(b"\x01" + left + right).digest() for left, right in zip(hashes[::2], hashes[1::2])]
        if len(hashes) % 2 == 1:
            parents.append(hashes[-1])
        hashes = parents
    return hashes[0]


def rows_of(segments):
    """(segment, row) of every line of these segments, in order; `segments` may be any number of them."""
    batch, size = [], 0
    for segment in segments:
        batch.append(segment)
        size += segment.raw_bytes
        if size >= BATCH_BYTES:
            yield from rows_of_batch(batch)
            batch, size = [], 0
    yield from rows_of_batch(batch)


def rows_of_batch(batch):
    blocks = [(segment, lines, meta) for segment in batch for lines, meta in segment.blocks]
    contents = decompressed([frame for _, lines, meta in blocks for frame in (lines, meta)])
    for segment, lines, meta in blocks:
        raw_lines = block_lines(segment.name, next(contents), lines.rows)
        metas = block_metas(segment.name, next(contents), meta.rows)
        leaves = [hashlib.sha256(b"\x00" + raw).digest() for raw in raw_lines]
        expect(merkle_root(leaves) == lines.root, segment.name, f"lines from row {lines.first_row} on were altered")
        for raw, leaf, each in zip(raw_lines, leaves, metas):
            attributes = each.get("attributes")
            if type(attributes) is int:
                attributes = metas[attributes]["attributes"]
            yield segment, Row(raw, leaf, each, attributes or {})


def decompressed(frames):
    """The contents of zstd frames, by one process of `zstd`."""
    stored = b"".join(frame.stored for frame in frames)
    if not frames:
        return
    ended = subprocess.run(["zstd", "-dcq"], input=stored, capture_output=True, check=False)
    if ended.returncode != 0:
        raise Damaged(f"zstd: {ended.stderr.decode(errors='replace').strip()}")
    at = 0
    for frame in frames:
        content = ended.stdout[at : at + frame.raw_bytes]
        at += frame.raw_bytes
        expect(hashlib.sha256(content).digest() == frame.raw_hash, "zstd", "a content with another hash than the table's")
        yield content
    expect(at == len(ended.stdout), "zstd", "more content than the table says")


def block_lines(name, content, rows):
    lines = content.split(b"\n")
    expect(lines.pop() == b"" and len(lines) == rows, name, f"a block of {rows} rows has {len(lines)} lines")
    return lines


def block_metas(name, content, rows):
    lines = content.split(b"\n")
    expect(lines.pop() == b"" and len(lines) == rows, name, f"a block of {rows} rows has meta for {len(lines)}")
    return json.loads(b"[" + b",".join(lines) + b"]")
