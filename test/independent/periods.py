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
    """Of each fact the session that it is in: of each visitor, in time order, a new one after half an hour without event."""
    by_visitor = collections.defaultdict(list)
    for index, (time, visitor, _) in enumerate(facts):
        if visitor is not None:
            by_visitor[visitor].append((time, index))
    sessions = [None] * len(facts)
    for visitor, visits in by_visitor.items():
        start, last = None, None
        for time, index in sorted(visits):
            if last is None or time - last > LONGEST_PAUSE_MS:
                start = time
            last = time
            sessions[index] = (visitor, start)
    return sessions


def session_name(session):
    visitor, start = session
    time = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=start)
    return f"{visitor}@{time.isoformat(timespec='milliseconds')}Z"


def key_of_fact(row, session, segment, is_named):
    """By user and by session totals have the key None, rows with names that of who did it."""
    if segment == "user":
        return (row[COLUMNS.index("user")] or "(none)") if is_named else None
    if segment == "session":
        return ("(none)" if session is None else session_name(session)) if is_named else None
    return row[COLUMNS.index(segment)]


def count_rows(visits, segment, as_of, days, is_named):
    """A row for each event, key and period that counts anything, of facts with the sessions that they are in."""
    spans_by_day = collections.defaultdict(list)
    spans = spans_of(as_of, days)
    for day in {row[0] for (_, _, row), _ in visits}:
        spans_by_day[day] = [span for span in spans if span[1] <= day < span[2]]
    counts = collections.Counter()
    users = collections.defaultdict(set)
    sessions = collections.defaultdict(set)
    for (_, _, row), session in visits:
        if not spans_by_day[row[0]]:
            continue
        key = key_of_fact(row, session, segment, is_named)
        for span in spans_by_day[row[0]]:
            cell = (row[1], key, *span)
            counts[cell] += 1
            if row[9] is not None:
                users[cell].add(row[9])
            if session is not None:
                sessions[cell].add(session)
    rows = [
        as_row(cell, segment, count, len(users.get(cell, ())), len(sessions.get(cell, ())))
        for cell, count in counts.items()
    ]
    return sorted(rows, key=lambda row: (row["event"], row["key"] or "", row["period"], row["from"]))


def as_row(cell, segment, count, unique_users, sessions):
    event, key, period, first, end = cell
    span = {"from": f"{day_name(first)}T00:00:00Z", "to": f"{day_name(end)}T00:00:00Z"}
    figures = {"count": count, "unique_users": unique_users, "sessions": sessions}
    return {"event": event, "segment": segment, "key": key, "period": period, **span, **figures}
