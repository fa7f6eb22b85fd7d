"""The rows that `counts --format json` prints, from counted rows."""

import collections
import datetime

from book import COLUMNS

LONGEST_PAUSE_MS = 30 * 60 * 1000
FIRST_DAY = datetime.date(2000, 1, 1)
EPOCH = datetime.date(1970, 1, 1)
SEGMENTS = ("instance", "plan", "group", "session", "user", "project", "detail", "category", "operation")


def day_number(day):
    """Days since 1970 of `YYYY-MM-DD`."""
    return (datetime.date.fromisoformat(day) - EPOCH).days


def day_name(number):
    return (EPOCH + datetime.timedelta(days=number)).isoformat()


def spans_of(as_of, days):
    """(period, from, to) in days since 1970, half open: nothing counts at or after `as_of`."""
    end = day_number(as_of)
    spans = [("all", (FIRST_DAY - EPOCH).days, end), ("28d", end - 28, end), ("7d", end - 7, end)]
    return spans + [("daily", day, day + 1) for day in range(end - days, end)]


def sessions_of(facts):
    """Row → the sessions that it is in: of each visitor, in time order, a new one after half an hour without event."""
    by_visitor = collections.defaultdict(list)
    for time, visitor, row in facts:
        if visitor is not None:
            by_visitor[visitor].append((time, row))
    sessions = collections.defaultdict(set)
    for visitor, visits in by_visitor.items():
        start, last = None, None
        for time, row in sorted(visits, key=lambda visit: visit[0]):
            if last is None or time - last > LONGEST_PAUSE_MS:
                start = time
            last = time
            sessions[row].add((visitor, start))
    return sessions


def count_rows(counter, sessions, as_of, segment, days=28):
    """A row for each event, key and period that counts anything; by user and by session the key is None: totals."""
    key_at = None if segment in ("user", "session") else COLUMNS.index(segment)
    spans = spans_of(as_of, days)
    counts = collections.Counter()
    users = collections.defaultdict(set)
    visits = collections.defaultdict(set)
    for row, count in counter.items():
        key = None if key_at is None else row[key_at]
        for period, first, end in spans:
            if first <= row[0] < end:
                cell = (row[1], key, period, first, end)
                counts[cell] += count
                if row[9] is not None:
                    users[cell].add(row[9])
                visits[cell] |= sessions.get(row, set())
    rows = [as_row(cell, segment, count, len(users.get(cell, ())), len(visits[cell])) for cell, count in counts.items()]
    return sorted(rows, key=lambda row: (row["event"], row["key"] or "", row["period"], row["from"]))


def as_row(cell, segment, count, unique_users, sessions):
    event, key, period, first, end = cell
    span = {"from": f"{day_name(first)}T00:00:00Z", "to": f"{day_name(end)}T00:00:00Z"}
    figures = {"count": count, "unique_users": unique_users, "sessions": sessions}
    return {"event": event, "segment": segment, "key": key, "period": period, **span, **figures}
