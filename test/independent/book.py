"""What the lines of an archive count: each line once, of each id the variant that stands, each event once."""

import collections
import datetime
import hashlib
import hmac

from events import dimensions_of, events_of
from records import clean, open_line, payload_of

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
HOUR_MS = 3_600_000
COLUMNS = ("day", "event", "operation", "detail", "instance", "plan", "group", "project", "category", "user")


class Deriver:
    """Line → what it counts. Pseudonyms are made with `key`; `instance` is the pipeline's setting, or None."""

    def __init__(self, key, instance):
        self.key = key
        self.instance = instance
        self.pseudonyms = {}

    def pseudonym(self, kind, value):
        known = self.pseudonyms.get((kind, value))
        if known is None:
            message = f"logtally {kind}\0{value}".encode("utf-8")
            known = self.pseudonyms[kind, value] = hmac.new(self.key, message, hashlib.sha256).hexdigest()[:32]
        return known

    def facts(self, row, opened):
        """(time, visitor, event, operation, detail, instance, plan, group, project, category, user) of each event."""
        if opened is None or opened.record is None:
            return ()
        events = events_of(opened.log, opened.record)
        if not events:
            return ()
        instance, plan, group, project, category, user, visitor = dimensions_of(
            opened.log, opened.record, self.instance, self.pseudonym
        )
        time = counted_time(row)
        return tuple(
            (time, visitor, event, operation, clean(detail), instance, plan, group, project, category, user)
            for event, operation, detail in events
        )


def opened_line(row):
    """The record of a line; None for the lanes that hold none."""
    meta = row.meta
    if meta["lane"] in ("quarantine", "blob"):
        return None
    return open_line(payload_of(row.raw, meta["lane"]), meta.get("topic", ""), row.attributes)


class Standing:
    """The variant of an id that stands, so far."""

    __slots__ = ("variant", "facts", "is_quarantined")

    def __init__(self, variant, facts, is_quarantined):
        self.variant = variant
        self.facts = facts
        self.is_quarantined = is_quarantined


class Book:
    """The lines of one stream by id."""

    def __init__(self):
        self.standing = {}
        self.variants = collections.defaultdict(set)  # of the ids that have more than one

    def holds(self, row):
        """True where this variant of the id is here already."""
        known, variant = self.standing.get(row.meta["id"]), variant_of(row)
        return known is not None and (known.variant == variant or variant in self.variants.get(row.meta["id"], ()))

    def conflicts(self):
        """Id → (number of variants, hash of the one that stands as hex, its log), of the ids with more than one."""
        found = {}
        for line_id, variants in self.variants.items():
            leaf, log = self.standing[line_id].variant
            found[line_id] = (len(variants), leaf.hex(), log)
        return found

    def add(self, row, facts):
        """Takes a line. Of the variants of an id the first in their order stands, in whatever order they come."""
        line_id, variant = row.meta["id"], variant_of(row)
        known = self.standing.get(line_id)
        if known is not None and known.variant == variant:
            return
        if known is not None:
            self.variants[line_id].update((known.variant, variant))
        if known is None or rank(line_id, variant) < rank(line_id, known.variant):
            self.standing[line_id] = Standing(variant, facts, row.meta["lane"] in ("quarantine", "blob"))


def variant_of(row):
    """Hash of the bytes, and the log: the same bytes may come by messages that name different ones."""
    return row.leaf, row.meta["log"]


def rank(line_id, variant):
    """Orders the variants of an id: that of whose bytes the id is made, then by hash, then by log."""
    leaf, log = variant
    return leaf[:12] != bytes.fromhex(line_id[8:]), leaf, log


def counted_time(row):
    """Milliseconds since 1970. What is filed in another hour than its own counts at the start of that hour."""
    text = row.meta["time"]
    if text is None:
        return 0
    time = (datetime.datetime.fromisoformat(text.replace("Z", "+00:00")) - EPOCH) // datetime.timedelta(milliseconds=1)
    return time if time // HOUR_MS == row.hour() else row.hour() * HOUR_MS


def counted_facts(books):
    """(time, visitor, row) of each event, rows as in COLUMNS, of all streams: an id that several hold counts once."""
    books = list(books)
    for number, book in enumerate(books):
        for line_id, standing in book.standing.items():
            if standing.facts and is_first_choice(line_id, standing, books, number):
                day = day_of_id(line_id)
                yield from ((time, visitor, (day, *row)) for time, visitor, *row in standing.facts)


def is_first_choice(line_id, standing, books, number):
    """Of the books that count something of an id, the one with the first variant counts it."""
    own = rank(line_id, standing.variant), number
    for other_number, other in enumerate(books):
        rival = other.standing.get(line_id) if other_number != number else None
        if rival is not None and rival.facts and (rank(line_id, rival.variant), other_number) < own:
            return False
    return True


def day_of_id(line_id):
    """Days since 1970. A line counts in the hour where it is filed, so this is the day of its time as well."""
    return int(line_id[:8], 16) // 24


