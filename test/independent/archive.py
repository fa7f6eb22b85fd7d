"""An archive in a folder: which plans are complete, what they sealed, and which lines are not sealed yet."""

import calendar
import datetime
import hashlib
import json
import pathlib
import re

from segments import Damaged, expect, rows_of, vault_segment, wal_segment

WAL_NAME = re.compile(
    r"wal/([a-z0-9-]{1,63})/[0-9]{4}-[0-9]{2}-[0-9]{2}/[a-z0-9]+/[0-9]+\.(\w+)-(\w+)\.ndjson\.zst"
)
SECONDS_OF_HOUR = 3600


class Plan:
    """A complete plan: its manifest in the vault, or its record in ctl where it added no line."""

    def __init__(self, name, said):
        self.name = name
        self.said = said
        self.stream = said["stream"]
        first = hour_number(said["first_hour"])
        self.hours = range(first, first + said["hours"])
        self.inputs = [each["name"] for each in said["inputs"]]


def hour_number(text):
    """Hours since 1970 of `2020-12-22T09:00:00Z`; 0 of `undated`."""
    if text == "undated":
        return 0
    match = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):00:00Z", text)
    if match is None:
        raise Damaged(f"no hour: {text}")
    return calendar.timegm((*(int(part) for part in match.groups()), 0, 0)) // SECONDS_OF_HOUR


def day_of_hour(hour):
    """`YYYY-MM-DD` of hours since 1970."""
    return datetime.datetime.fromtimestamp(hour * SECONDS_OF_HOUR, datetime.timezone.utc).date().isoformat()


class Archive:
    """`folder` holds `wal`, perhaps `vault` and `ctl`."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        manifests = sorted(self.names("vault/v1/*/*/*/*.manifest.json"))
        records = sorted(self.names("ctl/seal/*/*/*/*.json"))
        self.manifests = [self.read_plan(name) for name in manifests]
        self.plans = self.manifests + [self.read_plan(name) for name in records]

    def names(self, pattern):
        return [path.relative_to(self.folder).as_posix() for path in self.folder.glob(pattern) if path.is_file()]

    def read_plan(self, name):
        plan = Plan(name, json.loads(self.bytes_of(name)))
        day, hour = ("undated", 0) if plan.hours.start == 0 else (day_of_hour(plan.hours.start), plan.hours.start % 24)
        fits = f"{plan.stream}/{day}/{hour:02}/{plan.said['plan']:06}."
        expect(fits in name, name, f"it speaks of {fits[:-1]}")
        return plan

    def bytes_of(self, name):
        try:
            return (self.folder / name).read_bytes()
        except OSError as error:
            raise Damaged(f"{name}: {error.strerror}") from error

    def key(self):
        """The archive's own key of pseudonyms: the text without the LF; None where it has none."""
        path = self.folder / "ctl/pseudonym.key"
        return path.read_bytes().removesuffix(b"\n") if path.exists() else None

    # --- Sealed lines ------------------------------------------------------------------------------------------------

    def sealed_rows(self):
        """(stream, plan, row) of every line that a manifest names, in the order of plans."""
        outputs = [(plan, output) for plan in self.manifests for output in plan.said["outputs"]]
        plan_of = {output["lines"]["name"]: plan for plan, output in outputs}
        for segment, row in rows_of(self.sealed_segment(output) for _, output in outputs):
            plan = plan_of[segment.name]
            yield plan.stream, plan, row

    def sealed_segment(self, output):
        lines, meta = self.checked_bytes(output["lines"]), self.checked_bytes(output["meta"])
        segment = vault_segment(output["lines"]["name"], lines, meta)
        said = (output["rows"], output["raw_bytes"], output["root"])
        expect(said == (segment.rows, segment.raw_bytes, segment.root.hex()), segment.name, "the manifest says otherwise")
        return segment

    def checked_bytes(self, said):
        """The bytes of an object that a manifest names, which must be those that it means."""
        data = self.bytes_of(said["name"])
        expect(len(data) == said["size_bytes"], said["name"], f"{len(data)} bytes, {said['size_bytes']} in the manifest")
        expect(hashlib.sha256(data).hexdigest() == said["sha256"], said["name"], "another SHA-256 than in the manifest")
        return data

    def check_inputs(self):
        """What is still there of the inputs of manifests is what they read."""
        for plan in self.plans:
            for said in plan.said["inputs"]:
                if (self.folder / said["name"]).exists():
                    self.checked_bytes(said)

    # --- The write-ahead log -----------------------------------------------------------------------------------------

    def tail_rows(self):
        """(stream, row) of every line of the write-ahead log that no complete plan has looked at."""
        covered = self.covered_hours()
        names = [name for name in self.wal_names() if not is_all_covered(name, covered)]
        return self.wal_rows(names, lambda name, hour: hour not in covered.get(name, ()))

    def covered_rows(self):
        """(stream, row) of every line that is in the write-ahead log still, and that a complete plan has looked at."""
        covered = self.covered_hours()
        names = [name for name in self.wal_names() if name in covered]
        return self.wal_rows(names, lambda name, hour: hour in covered[name])

    def wal_names(self):
        return [name for name in sorted(self.names("wal/*/*/*/*")) if WAL_NAME.fullmatch(name)]

    def wal_rows(self, names, is_wanted):
        segments = (wal_segment(name, self.bytes_of(name)) for name in names)
        for segment, row in rows_of(segments):
            if is_wanted(segment.name, row.hour()):
                yield segment.name.split("/")[1], row

    def covered_hours(self):
        """Name of a write-ahead object → the hours whose lines a plan has taken from it."""
        covered = {}
        for plan in self.plans:
            for name in plan.inputs:
                expect(name.split("/")[1] == plan.stream, plan.name, f"an input of another stream: {name}")
                covered.setdefault(name, set()).update(plan.hours)
        return covered


def is_all_covered(name, covered):
    """True where the name says that all lines are of one hour, and that is covered: it need not be read."""
    _stream, first, last = WAL_NAME.fullmatch(name).groups()
    if first != last or name not in covered:
        return False
    text = first if first == "undated" else f"{first[:4]}-{first[4:6]}-{first[6:8]}T{first[8:]}:00:00Z"
    return hour_number(text) in covered[name]
