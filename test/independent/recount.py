#!/usr/bin/env python3
"""Counts the events of an archive again, sharing nothing with the program that wrote it.

Python's standard library and the program `zstd` are all that it needs; what it does is what the pages
docs/reference/events.md and docs/reference/archive-format.md say. Sealed lines are read from the vault, all others from
the write-ahead log. Every hash on the way is checked; what does not fit is said, and the exit code is 1.

    python3 recount.py ARCHIVE                                        all counts, by day, event and every dimension
    python3 recount.py ARCHIVE --counts 2020-12-24 --by group plan    the rows of `counts --as-of 2020-12-24 --json`
    python3 recount.py ARCHIVE --check                                also: is each line filed as it should be?
"""

import sys

sys.dont_write_bytecode = True  # nothing is left beside the tests

import argparse
import collections
import json
import os

from archive import Archive
from book import COLUMNS, Book, Deriver, counted_facts, opened_line
from checks import check_ledger, line_problem
from periods import SEGMENTS, count_rows, day_name, day_number, sessions_of
from segments import Damaged

MOST_PROBLEMS = 20


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("archive", help="the folder of the archive")
    parser.add_argument("--only", choices=("sealed", "all"), default="all", help="sealed lines alone (default: all)")
    parser.add_argument("--since", metavar="DAY", help="the first day of the rows, YYYY-MM-DD")
    parser.add_argument("--until", metavar="DAY", help="the day behind the last")
    parser.add_argument("--instance", help="the pipeline's setting of that name")
    parser.add_argument("--key-env", metavar="NAME", help="take the key of pseudonyms from this environment variable")
    parser.add_argument("--counts", metavar="AS_OF", help="print the rows of `counts` as of this day")
    parser.add_argument("--by", nargs="+", choices=SEGMENTS, default=["instance"], help="segments of --counts")
    parser.add_argument("--level", choices=("aggregate", "identifiable"), default="aggregate", help="of --counts")
    parser.add_argument("--days", type=int, default=28, help="how many days daily counts go back (default: 28)")
    parser.add_argument("--check", action="store_true", help="check log, time, hour, lane and id of each line, and ledgers")
    return parser.parse_args()


class Recount:
    """Reads an archive into a book for each stream; `problems` are what is not as it should be."""

    def __init__(self, archive, deriver, is_checking):
        self.archive = archive
        self.deriver = deriver
        self.is_checking = is_checking
        self.books = collections.defaultdict(Book)
        self.problems = []

    def read_sealed(self):
        for stream, plan, row in self.archive.sealed_rows():
            if row.hour() not in plan.hours:
                self.problems.append(f"{plan.name}: a line of another hour: {row.meta['id']}")
            if self.books[stream].holds(row):
                self.problems.append(f"{plan.name}: a line that was sealed already: {row.meta['id']}")
            self.add(stream, row)
        if self.is_checking:
            self.check_sealed()

    def check_sealed(self):
        """Nothing was lost by sealing, and manifests say what their lines count."""
        self.archive.check_inputs()
        for stream, row in self.archive.covered_rows():
            if not self.books[stream].holds(row):
                self.problems.append(f"{row.meta['id']}: a plan has read it, and the vault has it not")
        self.problems += check_ledger(self.archive, self.books)

    def read_tail(self):
        for stream, row in self.archive.tail_rows():
            self.add(stream, row)

    def add(self, stream, row):
        opened = None
        try:
            opened = opened_line(row)
        except (ValueError, TypeError) as error:
            self.problems.append(f"{row.meta['id']}: no record: {error}")
        if self.is_checking:
            problem = line_problem(row, opened)
            if problem is not None:
                self.problems.append(f"{row.meta['id']}: {problem}")
        self.books[stream].add(row, self.deriver.facts(row, opened))

    def lines(self):
        return len(set().union(*(book.standing for book in self.books.values())))


def within(visits, since, until):
    """Facts and their sessions of the days from `since` to before `until`; None is no border."""
    first = day_number(since) if since else 0
    end = day_number(until) if until else day_number("9999-12-31")
    return [visit for visit in visits if first <= visit[0][2][0] < end]


def all_rows(counter):
    rows = [dict(zip(COLUMNS, (day_name(row[0]), *row[1:])), count=count) for row, count in counter.items()]
    return sorted(rows, key=lambda row: [row[column] or "" for column in COLUMNS])


def key_of(archive, name):
    key = archive.key() if name is None else os.environ.get(name, "").encode("utf-8")
    if not key:
        raise Damaged("no key of pseudonyms: the archive has no ctl/pseudonym.key, and --key-env names none")
    return key


def main():
    options = arguments()
    try:
        archive = Archive(options.archive)
        recount = Recount(archive, Deriver(key_of(archive, options.key_env), options.instance), options.check)
        recount.read_sealed()
        if options.only == "all":
            recount.read_tail()
    except Damaged as error:
        sys.exit(f"recount: {error}")
    facts = list(counted_facts(recount.books.values()))
    visits = within(zip(facts, sessions_of(facts)), options.since, options.until)
    if options.counts is None:
        rows = all_rows(collections.Counter(row for (_, _, row), _ in visits))
    else:
        asked = (options.counts, options.days, options.level == "identifiable")
        rows = [row for each in options.by for row in count_rows(visits, each, *asked)]
    print(json.dumps({"lines": recount.lines(), "rows": rows}))
    for problem in recount.problems[:MOST_PROBLEMS]:
        print(f"recount: {problem}", file=sys.stderr)
    if recount.problems:
        sys.exit(f"recount: {len(recount.problems)} problems")


if __name__ == "__main__":
    main()
