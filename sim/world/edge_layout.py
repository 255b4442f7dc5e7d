"""How the lines of an edge list are laid out: separator, header, and which columns say who, whom and how much."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sim.errors import RippleError, did_you_mean
from sim.world.edge_text import READ

SEPARATORS = {"\t": "tabs", ";": "semicolons", ",": "commas", "": "spaces"}
_SAMPLE = 2_000  # lines looked at
_AGREEING = 0.5  # share of them that must have the same number of columns
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+")
# headers known to mean (who, whom), without case, spaces, dots, dashes and underscores
_PAIRS = (
    ("source", "target"), ("src", "dst"), ("src", "dest"), ("from", "to"), ("fromid", "toid"), ("sourceid", "targetid"),
    ("fromnode", "tonode"), ("fromnodeid", "tonodeid"), ("node1", "node2"), ("id1", "id2"), ("user1", "user2"),
    ("name1", "name2"), ("person1", "person2"), ("vertex1", "vertex2"), ("v1", "v2"), ("sender", "receiver"),
    ("sender", "recipient"), ("follower", "followee"), ("follower", "followed"), ("who", "whom"), ("user", "friend"),
    ("name", "friend"), ("person", "friend"), ("u", "v"), ("i", "j"), ("a", "b"), ("x", "y"), ("nodea", "nodeb"),
    ("usera", "userb"), ("start", "end"), ("head", "tail"), ("tail", "head"), ("ego", "alter"), ("rater", "ratee"),
)  # fmt: skip


@dataclass(frozen=True)
class Layout:
    """Columns count from 0. separator: one character, "" for spaces and tabs; header: the line that names the columns,
    0 where there is none or it is a comment; names: of the columns, () where there are none."""

    separator: str
    columns: int
    header: int
    names: tuple[str, ...]
    source: int
    target: int
    weight: int | None = None

    def column_name(self, column: int) -> str:
        """Number and name as people count: `3 (rating)`."""
        return f"{column + 1} ({self.names[column]})" if self.names and self.names[column] else str(column + 1)


def fields(line: str, separator: str) -> list[str]:
    """The values of one line, quotes taken off."""
    if separator:
        parts = _outside_quotes(line, separator)
    else:
        parts = re.findall(r'"(?:[^"]|"")*"\S*|\S+', line)
    return [unquoted(part.strip()) for part in parts]


def _outside_quotes(line: str, separator: str) -> list[str]:
    if '"' not in line:
        return line.split(separator)
    parts, begin, place, quoted = [], 0, 0, False
    while place < len(line):
        if quoted and line[place : place + 2] == '""':
            place += 1
        elif line[place] == '"' and (quoted or not line[begin:place].strip()):
            quoted = not quoted
        elif line[place] == separator and not quoted:
            parts.append(line[begin:place])
            begin = place + 1
        place += 1
    return [*parts, line[begin:]]


def unquoted(text: str) -> str:
    """Text without the quotes around it; doubled ones inside become one."""
    if len(text) >= 2 and text[0] == text[-1] == '"':
        return text[1:-1].replace('""', '"')
    return text


def find_layout(
    name: str,
    sample: str,
    *,
    columns: Sequence[str | int] | None,
    weight: str | int | None,
    header: bool | None,
) -> Layout:
    """The layout of an edge list, found from its first lines.

    name: of the file, for errors; columns: who and whom, by name or number (from 1); weight: likewise; header: None
    to find out. Raises RippleError when there are no rows, one column, no common number of columns, or a column is
    not there.
    """
    rows: list[tuple[int, str]] = []
    comments: list[tuple[int, str]] = []
    forced = None
    for number, line in enumerate(sample.split("\n"), 1):
        text = line.strip()
        remark = re.fullmatch(r"sep=(.)\r?", line)
        if remark and not rows:  # Excel's own
            forced = remark[1].strip(" ")
            comments.append((number, "#"))
        elif text.startswith(("#", "%")):
            if not rows:
                comments.append((number, text))
        elif text.strip("\t;, "):
            rows.append((number, line))
        if len(rows) == _SAMPLE:
            break
    if not rows:
        raise RippleError(f"{name}: no rows{', only comments' if comments else ''}; {READ}")
    lines = [line for _, line in rows]
    separator = forced if forced in SEPARATORS else _separator(lines)
    split = [fields(line, separator) for line in lines]
    counts = Counter(map(len, split))
    width, agreeing = counts.most_common(1)[0]
    if width < 2:
        raise RippleError(f"{name}: one column only (line {rows[0][0]}: {lines[0].strip()[:60]!r}); {READ}")
    if agreeing < _AGREEING * len(split):
        raise RippleError(
            f"{name}: the lines have from {min(counts)} to {max(counts)} values, no number of them common; {READ}"
        )
    header_line, names = _header(rows, split, width, separator, comments, header)
    if header_line and len(rows) == 1:
        raise RippleError(f"{name}: no rows, only a header; {READ}")
    if forced and not header_line:
        header_line = comments[0][0]
    pair = pair_in(names)
    if columns is not None:
        if len(columns) != 2:
            raise RippleError(f"{name}: name two columns, who and whom; not {len(columns)}")
        pair = (_column(name, "columns", columns[0], names, width), _column(name, "columns", columns[1], names, width))
        if pair[0] == pair[1]:
            raise RippleError(f"{name}: who and whom are both column {pair[0] + 1}")
    source, target = pair or (0, 1)
    return Layout(
        separator=separator,
        columns=width,
        header=header_line,
        names=names,
        source=source,
        target=target,
        weight=None if weight is None else _column(name, "weight", weight, names, width),
    )


def _separator(lines: list[str]) -> str:
    """The one that splits most lines into the same number of columns, at least two; of equals the rarer in names."""
    best, best_share = "", 0.0
    for separator in SEPARATORS:
        width, agreeing = Counter(len(fields(line, separator)) for line in lines).most_common(1)[0]
        share = agreeing / len(lines)
        if width >= 2 and share > best_share:
            best, best_share = separator, share
    if best == ",":  # "1 2 0,5": a decimal comma, not a separator
        words = [fields(line, "") for line in lines]
        if all(map(_ends_in_decimals, words[1:] or words)):
            return ""
    return best


def _ends_in_decimals(words: list[str]) -> bool:
    return len(words) > 2 and "," not in words[0] + words[1] and any(map(_DECIMAL_COMMA.fullmatch, words[2:]))


def _header(rows, split, width, separator, comments, header) -> tuple[int, tuple[str, ...]]:
    """The line that names the columns (0: none or a comment) and the names."""
    first, others = split[0], split[1:]
    if header is True or (header is None and len(first) == width and _names_columns(first, others)):
        return rows[0][0], tuple(first)
    for _, comment in reversed(comments):
        found = tuple(part.lstrip("#% ") for part in fields(comment.lstrip("#% "), separator))
        worded = len(found) == width and all(found) and not any(map(_NUMBER.fullmatch, found))
        if worded and (separator or pair_in(found)):
            return 0, found
    return 0, ()


def _names_columns(first: list[str], others: list[list[str]]) -> bool:
    """True where the first row names the columns: known words, or words above columns of numbers."""
    others = [row for row in others if len(row) == len(first)]
    pair = pair_in(tuple(first))
    if pair:
        named = {row[column] for row in others for column in pair}
        if len(first[pair[0]]) > 1:
            return named.isdisjoint(first)
        if named and min(map(len, named)) > 1:  # `u,v` above names; above other letters these are names too
            return True
    for column, word in enumerate(first):
        below = [row[column] for row in others]
        worded = word and not _NUMBER.fullmatch(word) and not any(word in row for row in others)
        if worded and below and all(map(_NUMBER.fullmatch, below)):
            return True
    return False


def pair_in(names: tuple[str, ...]) -> tuple[int, int] | None:
    plain = [re.sub(r"[\s_.\-]", "", name).casefold() for name in names]
    for who, whom in _PAIRS:
        if plain.count(who) == 1 and plain.count(whom) == 1:
            return plain.index(who), plain.index(whom)
    return None


def _column(name: str, what: str, wanted: str | int, names: tuple[str, ...], width: int) -> int:
    text = str(wanted).strip()
    folded = [column.casefold() for column in names]
    if not isinstance(wanted, int) and text.casefold() in folded:
        return folded.index(text.casefold())
    if re.fullmatch(r"\d+", text):
        if 1 <= int(text) <= width:
            return int(text) - 1
        raise RippleError(f"{name}: {what}: there is no column {text}; there are {width}, counted from 1")
    known = f"{did_you_mean(text, names)} (columns: {', '.join(names)})" if names else "; no header, so write a number"
    raise RippleError(f"{name}: {what}: there is no column '{text}'{known}")
