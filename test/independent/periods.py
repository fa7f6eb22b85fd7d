"""The rows that `counts --format json` prints, from counted rows."""

import collections
import datetime

from book import COLUMNS

FIRST_DAY = datetime.date(2000, 1, 1)
EPOCH = datetime.date(1970, 1, 1)
SEGMENTS = ("instance", "plan", "group", "user", "project", "detail", "category", "operation")


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


def count_rows(counter, as_of, segment, days=28):
    """A row for each event, key and period that counts anything; with segment `user` the key is None: totals."""
    key_at = None if segment == "user" else COLUMNS.index(segment)
    spans = spans_of(as_of, days)
    counts = collections.Counter()
    users = collections.defaultdict(set)
    for row, count in counter.items():
        key = None if key_at is None else row[key_at]
        for period, first, end in spans:
            if first <= row[0] < end:
                cell = (row[1], key, period, first, end)
                counts[cell] += count
                if row[9] is not None:
                    users[cell].add(row[9])
    rows = [as_row(cell, segment, count, len(users.get(cell, ()))) for cell, count in counts.items()]
    return sorted(rows, key=lambda row: (row["event"], row["key"] or "", row["period"], row["from"]))


def as_row(cell, segment, count, unique_users):
    event, key, period, first, end = cell
    span = {"from": f"{day_name(first)}T00:00:00Z", "to": f"{day_name(end)}T00:00:00Z"}
    return {"event": event, "segment": segment, "key": key, "period": period, **span, "count": count, "unique_users": unique_users}
