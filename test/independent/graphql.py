"""What a line of the log of GraphQL counts as: its kind, its name, and the field that tells what a mutation does."""

import re

KINDS = ("query", "mutation", "subscription")

# Commas, white space, byte order marks and comments say nothing; strings are one token; the rest stands for itself.
_TOKEN = re.compile(
    r"""
    (?: [\ \t\r\n,\ufeff] | \#[^\r\n]* )*
    (?: (?P<word>[A-Za-z0-9_]+)
      | (?P<string>
            \"\"\" (?: [^"\\] | \\\"\"\" | \\(?!\"\"\") | "{1,2}(?!") )* \"\"\"
          | "(?!"") (?: [^"\\] | \\. )* " )
      | (?P<spread>\.\.\.)
      | (?P<mark>.)
      | (?P<end>\Z) )
    """,
    re.DOTALL | re.VERBOSE,
)


class Operation:
    """One operation of a document; `field` is the name of its first root field."""

    def __init__(self, kind):
        self.kind = kind
        self.name = None
        self.field = None


def request_of(is_mutation, document, operation_name):
    """(kind, name, field) of a line, or None where it says nothing.

    `is_mutation` is True, False or None; `document` is None where it is absent, and empty where it is no text.
    """
    if is_mutation is None and document is None:
        return None
    operation = None if document is None else chosen_operation(document, operation_name)
    name = operation_name or (operation.name if operation else None)
    field = (operation.field if operation else None) or name
    kind = "mutation" if is_mutation else "query"
    if not is_mutation and operation is not None and not (is_mutation is False and operation.kind == "mutation"):
        kind = operation.kind
    if document is not None and operation is None:
        return kind, (operation_name if is_mutation else None) or "(unparsable)", field
    return kind, name or "(anonymous)", field


def chosen_operation(document, operation_name):
    """The operation that the name names, else the first; None where the document cannot be read."""
    operations = operations_of(document)
    if not operations:
        return None
    named = (each for each in operations if each.name is not None and each.name == operation_name)
    return next(named, operations[0])


def operations_of(document):
    """All operations of a document, or None where braces do not balance or a string is not closed."""
    walk = Walk()
    for match in _TOKEN.finditer(document):
        kind = match.lastgroup
        token = match[kind]
        if kind == "mark" and token == '"':
            return None  # a quote that begins no string
        if kind == "end":
            break
        walk.take(kind, token)
        if walk.depth < 0:
            return None
    return walk.operations if walk.depth == 0 else None


class Walk:
    """Goes through the tokens of a document. Braces everywhere must balance; what is in round brackets names nothing."""

    def __init__(self):
        self.operations = []
        self.depth = 0
        self.brackets = 0
        self.depth_at_bracket = 0
        self.current = None
        self.header = "start"  # of a definition: start, name (may follow), rest
        self.before = None  # what was just read in a root selection: spread, on, @
        self.candidate = None  # a field, unless a colon follows

    def take(self, kind, token):
        if self.brackets == 0 and self.depth == 0:
            self.in_header(kind, token)
        elif self.brackets == 0 and self.depth == 1 and self.current is not None and self.current.field is None:
            self.in_selection(kind, token)
        if kind == "mark":
            self.balance(token)

    def in_header(self, kind, token):
        if kind == "mark" and token == "{":
            if self.header == "start":
                self.begin("query")
            self.before = self.candidate = None
        elif kind == "word" and self.header == "start":
            if token in KINDS:
                self.begin(token)
                self.header = "name"
            else:
                self.header = "rest"  # a fragment, or what no request holds
        elif self.header == "name":
            if kind == "word":
                self.current.name = token
            self.header = "rest"

    def begin(self, kind):
        self.current = Operation(kind)
        self.operations.append(self.current)

    def in_selection(self, kind, token):
        if self.candidate is not None:
            if kind == "mark" and token == ":":
                self.candidate = None  # it was an alias
            else:
                self.current.field = self.candidate
        elif kind == "word":
            if self.before is None:
                self.candidate = token
            self.before = "on" if self.before == "spread" and token == "on" else None
        elif kind == "spread":
            self.before = "spread"
        else:
            self.before = "@" if token == "@" else None

    def balance(self, token):
        if token == "{":
            self.depth += 1
        elif token == "(":
            if self.brackets == 0:
                self.depth_at_bracket = self.depth
            self.brackets += 1
        elif token == ")" and self.brackets > 0:
            self.brackets -= 1
        elif token == "}":
            self.depth -= 1
            if self.depth < self.depth_at_bracket:
                self.brackets = 0  # a bracket that was never closed
            if self.depth == 0 and self.brackets == 0:
                self.current = None
                self.header = "start"
