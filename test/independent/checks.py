"""Whether each line is filed as the archive's page says, and whether the ledgers of manifests balance."""

import collections
import datetime
import hashlib

from archive import hour_number
from records import HOUR_MS, date_time, open_line, own_time, parse_json

MOST_DEEP = 128


def line_problem(row, opened):
    """What is wrong with log, time, hour, lane or id of a line; None where all is as it should be."""
    meta = row.meta
    published = meta.get("published_at")
    published_ms = None if published is None else date_time(published).ms
    hour = row.hour()
    if meta["lane"] in ("quarantine", "blob"):
        if hour != (0 if published_ms is None else published_ms // HOUR_MS):
            return "quarantine is filed by the publish time"
        return reason_problem(row) if meta["lane"] == "quarantine" else None
    if opened is None:
        return None  # said already
    if opened.log != meta["log"]:
        return f"of the log {opened.log}, in meta of {meta['log']}"
    own = opened.time()
    time_ms = own.ms if own is not None else published_ms
    if time_ms is None or meta["time"] != time_text(time_ms):
        return f"its time is not {meta.get('time')}"
    is_ahead = published_ms is not None and time_ms > published_ms + HOUR_MS
    if hour != (published_ms if is_ahead else time_ms) // HOUR_MS:
        return "filed under another hour"
    if meta["lane"] != "wrapped" and meta["lane"] != ("future" if is_ahead else "line"):
        return f"in the lane {meta['lane']}"
    return id_problem(row, opened)


def time_text(ms):
    """`2020-12-22T09:00:00.500Z`"""
    time = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=ms)
    return f"{time.isoformat(timespec='milliseconds')}Z"


def id_problem(row, opened):
    """Ids of entries, and ids by content. Those of other lines depend on where they came from."""
    key = opened.entry.key() if opened.entry is not None else None
    if key is not None:
        parts = [part.encode("utf-8", "surrogatepass") for part in key]
        found = hashlib.sha256(b"".join(len(part).to_bytes(4, "big") + part for part in parts)).hexdigest()
        return None if row.meta["id"][8:] == found[:24] else "another id than its entry gives"
    if row.meta["lane"] == "wrapped" or opened.record is None:
        return None
    time = own_time(opened.record)
    is_distinct = time is not None and (
        time.has_fraction or opened.record.has("correlation_id") or opened.record.has("jid")
    )
    if is_distinct != (row.meta["id"][8:] == row.leaf.hex()[:24]):
        return "its id is not by the rule of content" if is_distinct else "its id is by its content"
    return None


def reason_problem(row):
    found = reason_of(row)
    if found == row.meta["reason"]:
        return None
    return f"in quarantine for {row.meta['reason']}, and not for {found}"


def reason_of(row):
    """Why these bytes are no record; None where they are one."""
    try:
        opened = open_line(row.raw, row.meta.get("topic", ""), row.attributes)
    except UnicodeDecodeError:
        return "not_utf8"
    except RecursionError:
        return "too_deep"
    except TypeError:
        return "not_object"
    except ValueError:
        return "not_json"
    # The record's own object is 1; an entry around it is not counted.
    depths = [depth_of(parse_json(row.raw.decode("utf-8"))) - (1 if opened.entry is not None else 0)]
    if opened.record is not None:
        depths.append(depth_of(opened.record.top))
    if max(depths) > MOST_DEEP:
        return "too_deep"
    return "no_time" if opened.time() is None and "published_at" not in row.meta else None


def depth_of(value):
    depth, level = 0, [value]
    while level:
        depth += 1
        level = [
            child
            for each in level
            for child in (each.values() if type(each) is dict else each)
            if type(child) in (dict, list)
        ]
    return depth


def check_ledger(archive, books):
    """Sums over the manifests of each stream, against what the vault holds."""
    problems = [problem for plan in archive.plans for problem in plan_problems(plan)]
    for stream in sorted({plan.stream for plan in archive.plans}):
        said_hours, said_events = sums_of(plan for plan in archive.plans if plan.stream == stream)
        found_hours, found_events = figures_of(books[stream]) if stream in books else ({}, {})
        for hour in sorted(said_hours.keys() | found_hours.keys()):
            said, found = said_hours.get(hour, {}), found_hours.get(hour, {})
            problems += hour_problems(f"{stream}, hour {hour}", said, found)
        problems += conflict_problems(stream, archive, books)
        if said_events != found_events:
            problems.append(f"{stream}: manifests count {dict(said_events)}, their lines {dict(found_events)}")
    return problems


def conflict_problems(stream, archive, books):
    """Every id with more than one variant is named, and what the last manifest says of it is true."""
    said = {}
    for plan in archive.plans:  # in the order of their plans, for each span
        if plan.stream == stream:
            said.update({each["id"]: (each["variants"], each["standing"], each["log"]) for each in plan.said["conflicts"]})
    book = books.get(stream)
    found = {} if book is None else book.conflicts()
    return [
        f"{stream}: conflict {line_id}: {said.get(line_id)} in manifests, {found.get(line_id)} found"
        for line_id in sorted(said.keys() | found.keys())
        if said.get(line_id) != found.get(line_id)
    ]


def plan_problems(plan):
    """What does not add up in a manifest by itself."""
    said = plan.said
    hours = said["by_hour"].values()
    kept = sum(each["archived"] + each["conflicts"] for each in hours)
    if not sum(output["rows"] for output in said["outputs"]) == said["lines"] == sum(said["lanes"].values()) == kept:
        return [f"{plan.name}: lines, rows of outputs, lanes and hours do not add up"]
    if sum(each["received"] for each in hours) - said["lines"] != said["duplicates_total"]:
        return [f"{plan.name}: the lines that were left out are not its duplicates"]
    return []


def hour_problems(where, said, found):
    problems = []
    for figure in ("archived", "counted", "eventless", "quarantined"):
        if said.get(figure, 0) != found.get(figure, 0):
            problems.append(f"{where}: {figure} {said.get(figure, 0)} in manifests, {found.get(figure, 0)} found")
    if said.get("received", 0) != said.get("archived", 0) + said.get("duplicates", 0):
        problems.append(f"{where}: received is not archived and duplicates")
    return problems


def sums_of(plans):
    """(hour → figure → sum, event → sum); what is zero is left out of the events."""
    hours = collections.defaultdict(collections.Counter)
    events = collections.Counter()
    for plan in plans:
        for hour, figures in plan.said["by_hour"].items():
            hours[hour_number(hour)].update(figures)
        events.update(plan.said["counts"]["events"])
    return hours, {event: count for event, count in events.items() if count != 0}


def figures_of(book):
    hours = collections.defaultdict(collections.Counter)
    events = collections.Counter()
    for line_id, standing in book.standing.items():
        kind = "quarantined" if standing.is_quarantined else "counted" if standing.facts else "eventless"
        hours[int(line_id[:8], 16)].update(("archived", kind))
        events.update(fact[2] for fact in standing.facts)
    return hours, dict(events)
