"""Lines as records: strict JSON, the fields of a line, its time, and the log that it is of."""

import base64
import calendar
import json
import re
import sys
import urllib.parse

SECOND_MS = 1000
HOUR_MS = 3_600_000
EARLIEST_MS = calendar.timegm((2000, 1, 1, 0, 0, 0)) * SECOND_MS
LATEST_MS = calendar.timegm((2100, 1, 1, 0, 0, 0)) * SECOND_MS
LARGEST_SECONDS = 10**11

# Zeros that an exponent may add to a whole number: `1e999999999` is no id of anybody.
MOST_ZEROS = 64
LONGEST_SENTINEL_BYTES = 200

# Lines nest up to 128 deep, or as deep as a pipeline allows; what nests deeper is in quarantine and not read.
sys.setrecursionlimit(5000)


class Number(str):
    """The text of a JSON number, so that nothing of it is lost."""

    __slots__ = ()


def _refuse(word):
    raise ValueError(f"{word} is no JSON")


_DECODER = json.JSONDecoder(parse_int=Number, parse_float=Number, parse_constant=_refuse)


def parse_json(text):
    """The value of one JSON text by RFC 8259; raises ValueError. Numbers become `Number`, of equal keys the last is."""
    return _DECODER.decode(text)


# --- Values of fields ------------------------------------------------------------------------------------------------


def present(value):
    """None, the empty string and the empty object are absent."""
    return value is not None and value != "" and not (type(value) is dict and not value)


def text_of(value):
    """A string that is not empty, else None."""
    return value if type(value) is str and value else None


_DIGITS = re.compile(r"[0-9]+")
_NUMBER = re.compile(r"([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?")


def digits_of(value):
    """The digits of a whole number that is not negative, exact at any size: from 200, "200", 200.0 or 2e2."""
    if type(value) is str:
        return trimmed(value) if _DIGITS.fullmatch(value) else None
    if type(value) is not Number:
        return None
    match = _NUMBER.fullmatch(value)
    if match is None:
        return None
    whole, fraction, exponent = match[1], match[2] or "", int(match[3] or 0)
    shift = exponent - len(fraction)
    digits = whole + fraction
    if not digits.strip("0"):
        return "0"
    if shift >= 0:
        return trimmed(digits + "0" * shift) if shift <= MOST_ZEROS else None
    kept = digits[:shift]
    return trimmed(kept) if kept and not digits[len(kept) :].strip("0") else None


def trimmed(digits):
    return digits.lstrip("0") or "0"


class Record:
    """One JSON object as a line of a log."""

    __slots__ = ("top", "_params")

    def __init__(self, top):
        self.top = top
        self._params = None

    def text(self, name):
        return text_of(self.top.get(name))

    def digits(self, name):
        return digits_of(self.top.get(name))

    def word(self, name):
        """A string or a whole number, as a detail may hold."""
        return word_of(self.top.get(name))

    def has(self, name):
        return present(self.top.get(name))

    def meta(self, name):
        """`meta.user`, else `meta: {user}`, else `meta_user`."""
        top = self.top
        value = top.get(f"meta.{name}")
        if present(value):
            return value
        family = top.get("meta")
        value = family.get(name) if type(family) is dict else None
        if present(value):
            return value
        value = top.get(f"meta_{name}")
        return value if present(value) else None

    def param(self, name):
        """A member of `params`, or None where it is absent."""
        if self._params is None:
            self._params = read_params(self.top.get("params"))
        value = self._params.get(name)
        return value if present(value) else None

    def params_cut(self):
        """True where GitLab cut the list of params: its last element says so."""
        params = self.top.get("params")
        if type(params) is not list or not params:
            return False
        last = params[-1]
        if type(last) is dict:
            is_sentinel = last.get("key") == "truncated" and last.get("value") == "..."
            return is_sentinel and len(json.dumps(last)) <= LONGEST_SENTINEL_BYTES
        return type(last) is str and last == "..."


def word_of(value):
    text = text_of(value)
    return text if text is not None else digits_of(value)


def read_params(params):
    if type(params) is dict:
        return params
    if type(params) is not list:
        return {}
    pairs = (each for each in params if type(each) is dict)
    return {each["key"]: each["value"] for each in pairs if type(each.get("key")) is str and "value" in each}


# --- Time ------------------------------------------------------------------------------------------------------------

_DATE_TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"(?: ?(?:[Zz]|([+-])([0-9]{2})(?::?([0-9]{2}))?))?"
)
_EPOCH = re.compile(r"([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]{1,3}))?")
TIME_FIELDS = ("time", "timestamp", "@timestamp")


class Time:
    """`ms` since 1970; `has_fraction` where more than the whole second stands there."""

    __slots__ = ("ms", "has_fraction")

    def __init__(self, ms, has_fraction):
        self.ms = ms
        self.has_fraction = has_fraction


def parse_time(value):
    """A time from a string or a number; None for what is none, or lies outside the years 2000 to 2099."""
    if type(value) is str:
        time = date_time(value)
        return time if time is not None else epoch(value)
    return epoch(value) if type(value) is Number else None


def date_time(text):
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(match[group]) for group in range(1, 7))
    if not (1 <= month <= 12 and hour <= 23 and minute <= 59 and second <= 59):
        return None
    if year < 1999 or year > 2100 or not 1 <= day <= calendar.monthrange(year, month)[1]:
        return None
    offset_hours, offset_minutes = int(match[9] or 0), int(match[10] or 0)
    if offset_hours > 23 or offset_minutes > 59:
        return None
    east = (offset_hours * 60 + offset_minutes) * (-1 if match[8] == "-" else 1)
    seconds = calendar.timegm((year, month, day, hour, minute, second)) - east * 60
    return in_range(seconds * SECOND_MS + int((match[7] or "")[:3].ljust(3, "0")), match[7] is not None)


def epoch(text):
    """Above 10^11 milliseconds, else seconds; what is beyond milliseconds is cut."""
    match = _EPOCH.fullmatch(text)
    if match is None or len(text) > 400:
        return None
    whole, fraction, exponent = match[1], match[2] or "", int(match[3] or 0)
    shift = exponent - len(fraction)
    digits = int(whole + fraction)
    scale = 10 ** abs(shift)
    numerator, denominator = (digits * scale, 1) if shift >= 0 else (digits, scale)
    if numerator > LARGEST_SECONDS * denominator:
        return in_range(numerator // denominator, True)
    is_whole = numerator % denominator == 0 if match[3] is not None else match[2] is None
    return in_range(numerator * SECOND_MS // denominator, not is_whole)


def in_range(ms, has_fraction):
    return Time(ms, has_fraction) if EARLIEST_MS <= ms < LATEST_MS else None


def own_time(record):
    """The first of the time fields that parses."""
    for name in TIME_FIELDS:
        time = parse_time(record.top.get(name))
        if time is not None:
            return time
    return None


# --- Log -------------------------------------------------------------------------------------------------------------

UNKNOWN = "unknown"
NAMES = {
    **{f"rails.{name}": f"rails.{name}" for name in ("production", "api", "graphql", "audit", "auth", "application")},
    **{f"rails.{name}": f"rails.{name}" for name in ("exceptions", "integrations", "features", "git")},
    **{name: name for name in ("sidekiq", "shell", "workhorse", "gitaly", "registry", "pages")},
    **{f"{name}_json": f"rails.{name}" for name in ("production", "api", "graphql", "audit", "auth", "application")},
    **{f"{name}_json": f"rails.{name}" for name in ("exceptions", "integrations", "features", "git")},
    "gitlab-shell": "shell",
    "gitlab_shell": "shell",
    "gitlab-workhorse": "workhorse",
    "gitlab-pages": "pages",
}
SHAPES = (
    ("rails.production", ("controller", "action", "params")),
    ("rails.api", ("route", "params")),
    ("rails.graphql", ("query_string",)),
    ("sidekiq", ("job_status", "class")),
    ("shell", ("command", "gl_project_path")),
)
_known = {}


def known_log(name):
    """The log that a name holds, on whole segments between dots; the leftmost counts. None where it holds none."""
    if name not in _known:
        segments = name.split(".")
        pairs = [".".join(segments[at : at + 2]) for at in range(len(segments))]
        found = [NAMES.get(pair) or NAMES.get(segment) for pair, segment in zip(pairs, segments)]
        _known[name] = next((log for log in found if log is not None), None)
    return _known[name]


def log_of(record, entry, topic, attributes):
    """The canonical name of the log that a record is of."""
    for name in (record.text("subcomponent"), record.text("tag"), entry.tag if entry else None):
        log = known_log(name) if name else None
        if log is not None:
            return log
    for name in (attributes.get("log") or "", topic.rpartition("/")[2], log_name(entry)):
        log = known_log(name) if name else None
        if log is not None:
            return log
    for log, names in SHAPES:
        if all(record.has(name) for name in names):
            return log
    return UNKNOWN


def log_name(entry):
    """The part of `logName` behind `/logs/`, URL-decoded where it can be."""
    if entry is None or entry.log_name is None:
        return ""
    _, slash, behind = entry.log_name.partition("/logs/")
    encoded = behind if slash else entry.log_name
    if re.search(r"%(?![0-9A-Fa-f]{2})", encoded):
        return encoded
    try:
        return urllib.parse.unquote_to_bytes(encoded).decode("utf-8")
    except UnicodeError:
        return encoded


# --- Envelopes -------------------------------------------------------------------------------------------------------


class Entry:
    """What a Cloud Logging entry says around its payload."""

    __slots__ = ("log_name", "insert_id", "timestamp", "tag")

    def __init__(self, log_name, insert_id, timestamp, tag):
        self.log_name = log_name
        self.insert_id = insert_id
        self.timestamp = timestamp
        self.tag = tag

    def key(self):
        """The three texts that identify it, or None."""
        parts = (self.log_name, self.timestamp, self.insert_id)
        return None if None in parts else parts


class Opened:
    """A line that was opened: its record (None for an entry whose payload is none), its entry or None, its log."""

    __slots__ = ("record", "entry", "log")

    def __init__(self, record, entry, log):
        self.record = record
        self.entry = entry
        self.log = log

    def time(self):
        """Its own time, else that of its entry; None without both."""
        own = own_time(self.record) if self.record is not None else None
        if own is not None or self.entry is None or self.entry.timestamp is None:
            return own
        return parse_time(self.entry.timestamp)


def payload_of(raw, lane):
    """The bytes of the record that the archived line stands for."""
    if lane != "wrapped":
        return raw
    return base64.b64decode(json.loads(raw)["payload_base64"], validate=True)


def open_line(payload, topic, attributes):
    """Opens the bytes of a record; raises ValueError where they are none (TypeError: JSON, but no object)."""
    value = parse_json(payload.decode("utf-8"))
    if type(value) is not dict:
        raise TypeError("no object")
    line = Record(value)
    entry = entry_of(line)
    if entry is None:
        return Opened(line, None, log_of(line, None, topic, attributes))
    record = entry_record(line)
    log = UNKNOWN if record is None else log_of(record, entry, topic, attributes)
    return Opened(record, entry, log)


def entry_of(line):
    """The envelope of Cloud Logging: a payload beside a `logName` or an `insertId`, or its three keys alone."""
    log_name, insert_id = line.text("logName"), line.text("insertId")
    if log_name is None and insert_id is None:
        return None
    payload = line.top.get("jsonPayload")
    has_payload = type(payload) is dict and present(payload)
    has_payload = has_payload or line.text("textPayload") is not None or line.has("protoPayload")
    labels = line.top.get("labels")
    tag = text_of(labels.get("tag")) if type(labels) is dict else None
    entry = Entry(log_name, insert_id, line.text("timestamp"), tag)
    return entry if has_payload or entry.key() is not None else None


def entry_record(line):
    """`jsonPayload`, or a `textPayload` that is a JSON object; None for any other payload."""
    payload = line.top.get("jsonPayload")
    if type(payload) is dict and payload:
        return Record(payload)
    text = line.text("textPayload")
    if text is None or not text.lstrip().startswith("{"):
        return None
    try:
        return Record(parse_json(clean(text)))
    except ValueError:
        return None


_SURROGATE = re.compile("[\ud800-\udfff]")


def clean(text):
    """The text as UTF-8 can hold it: each lone surrogate becomes U+FFFD."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)
