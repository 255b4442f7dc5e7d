"""Tables as spreadsheets of any country write them: CSV with commas, semicolons or tabs, decimal commas, local dates.

    sheet = read_sheet("replies.csv")
    minutes = sheet.numbers("latency_min")      # f8[rows], NaN where a cell is empty
    when = sheet.moments("timestamp")           # datetimes, None where a cell is empty

What is ambiguous is decided for a whole column, by all its cells: 1.234 is a thousand where other cells say 1.234,5;
03/04 is in April where other cells say 25/04. Where nothing decides, the error says how to write it. Every error names
the file, the line and the value.
"""

from __future__ import annotations

import codecs
import csv
import io
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path

import numpy as np

from sim.errors import RippleError, did_you_mean

MOST_BYTES = 64_000_000
_DELIMITERS = (",", ";", "\t", "|")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_EMPTY = frozenset(("", "na", "n/a", "nan", "null", "none", "-", "–", "#n/a", "k. a."))
_SPACES = str.maketrans("", "", " \u00a0\u202f\u2009'’")
_YES = frozenset(
    ("yes", "y", "true", "1", "x", "ja", "oui", "si", "sí", "sim", "wahr", "vrai", "verdadero", "tak", "да")
)
_NO = frozenset(("no", "n", "false", "0", "nein", "non", "não", "nao", "falsch", "faux", "falso", "nie", "нет"))
_DATE = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})(?:[ T]+(.*))?")
_CLOCK = re.compile(
    r"(\d{1,2})[:.h](\d{2})(?:[:.](\d{2})(?:[.,]\d+)?)?\s*([ap]\.?m\.?)?\s*(z|utc|[+-]\d{2}:?\d{2})?", re.I
)


@dataclass(frozen=True)
class Sheet:
    """The cells of a table as texts, column by column; `lines`: where in the file each row stands."""

    name: str
    columns: Mapping[str, Sequence[str]]
    lines: Sequence[int]
    decimal_comma: bool  # of the country whose spreadsheets part cells by semicolons

    def __len__(self) -> int:
        return len(self.lines)

    def column(self, name: str) -> Sequence[str]:
        """The cells of a column; its name may differ in case and spaces. Raises RippleError when there is none."""
        for known, cells in self.columns.items():
            if _plain_name(known) == _plain_name(name):
                return cells
        known = ", ".join(f"'{column}'" for column in self.columns)
        raise RippleError(f"{self.name}: no column '{name}'{did_you_mean(name, self.columns)} (columns: {known})")

    def first_of(self, names: Sequence[str]) -> str | None:
        """The first column whose name is one of these, or contains one of them."""
        plain = {_plain_name(column): column for column in self.columns}
        for name in names:
            if _plain_name(name) in plain:
                return plain[_plain_name(name)]
        for name in names:
            for known, column in plain.items():
                if _plain_name(name) in known.split():
                    return column
        return None

    def numbers(self, name: str) -> np.ndarray:
        """A column as f8[rows]; empty cells, NA and the like are NaN; a % sign is left out (`shares` heeds it)."""
        return self._read(name, _number_reader(self._filled(name), self.decimal_comma))

    def shares(self, name: str) -> np.ndarray:
        """A column of parts of a whole, 0..1: all cells with a % sign, all 0..1, or all 0..100.

        Raises RippleError where cells with and without % are mixed, and for what is neither.
        """
        cells = self._filled(name)
        signs = [text.endswith("%") for _, text in cells]
        if any(signs) and not all(signs):
            line, text = cells[signs.index(not signs[0])]
            raise self.error(
                line, name, text, "some cells of the column have a % sign and some have none; write all alike"
            )
        values = self.numbers(name)
        known = values[np.isfinite(values)]
        if known.size and (known.min() < 0 or known.max() > 100):
            wrong = int(np.flatnonzero((values < 0) | (values > 100))[0])
            raise self.error(self.lines[wrong], name, self.column(name)[wrong], "is not between 0 and 100 %")
        if any(signs) or (known.size and known.max() > 1):
            fractions = (known > 0) & (known < 1)
            if not any(signs) and fractions.any() and (known <= 1).mean() > 0.2:
                wrong = int(np.flatnonzero(values > 1)[0])
                raise self.error(
                    self.lines[wrong], name, self.column(name)[wrong],
                    "shares (0 to 1) and per cent (0 to 100) are mixed in the column; write all with a % sign",
                )  # fmt: skip
            return values / 100.0
        return values

    def moments(self, name: str) -> list[datetime | None]:
        """A column of dates, with or without a time of day; None for empty cells. All with a time zone, or none.

        Raises RippleError for what is no date, and where 03/04 may be March or April and no other cell tells.
        """
        cells = self._filled(name)
        day_first = self._day_first(name, cells)
        out = [
            None if _is_empty(cell) else self._moment(name, k, cell, day_first)
            for k, cell in enumerate(self.column(name))
        ]
        zones = {moment.tzinfo is not None for moment in out if moment is not None}
        if len(zones) > 1:
            wrong = next(k for k, m in enumerate(out) if m is not None and m.tzinfo is None)
            raise self.error(
                self.lines[wrong], name, self.column(name)[wrong], "has no time zone, other cells have one"
            )
        return out

    def yes_no(self, name: str) -> np.ndarray:
        """A column of yes and no as f8[rows]: 1, 0, NaN for empty cells. Words of several languages are known."""

        def read(text: str) -> float:
            word = text.casefold()
            if word in _YES or word in _NO:
                return float(word in _YES)
            raise ValueError("is neither yes nor no; write yes, no, true, false, 1 or 0")

        return self._read(name, read)

    def error(self, line: int, column: str, value: str, why: str) -> RippleError:
        """The error about a cell."""
        return RippleError(f"{self.name}, line {line}, column '{column}': '{value}' {why}")

    def _filled(self, name: str) -> list[tuple[int, str]]:
        """Line and text of the cells that are not empty."""
        return [(line, cell) for line, cell in zip(self.lines, self.column(name), strict=True) if not _is_empty(cell)]

    def _read(self, name: str, read: Callable[[str], float]) -> np.ndarray:
        out = np.full(len(self), math.nan)
        for k, cell in enumerate(self.column(name)):
            if not _is_empty(cell):
                try:
                    out[k] = read(cell)
                except ValueError as problem:
                    raise self.error(self.lines[k], name, cell, str(problem)) from None
        return out

    def _day_first(self, name: str, cells: list[tuple[int, str]]) -> bool:
        """Whether days stand before months in a column, by all cells: a part above 12, points, or an order in time."""
        parts = [(line, text, match) for line, text in cells if (match := _DATE.fullmatch(text))]
        unclear = [(line, text, m) for line, text, m in parts if len(m[1]) < 3]
        if not unclear or any(m[2] == "." for _, _, m in unclear) or any(int(m[1]) > 12 for _, _, m in unclear):
            return True
        if any(int(m[3]) > 12 for _, _, m in unclear):
            return False
        if all(m[1] == m[3] for _, _, m in unclear):
            return True
        orders = []
        for first, second in ((1, 3), (3, 1)):
            days = [(int(m[4]), int(m[second]), int(m[first])) for _, _, m in unclear]
            orders.append(days == sorted(days) and len(set(days)) > 1)
        if orders[0] != orders[1]:
            return orders[0]
        line, text, _ = unclear[0]
        raise self.error(line, name, text, "may be day and month or month and day; write 2026-03-31")

    def _moment(self, name: str, row: int, text: str, day_first: bool) -> datetime:
        match = _DATE.fullmatch(text)
        if match is None:
            raise self.error(self.lines[row], name, text, "is not a date; write 2026-03-31 or 2026-03-31 14:00")
        first, second, third = int(match[1]), int(match[3]), int(match[4])
        year, month, day = (first, second, third) if len(match[1]) == 4 else (third, second, first)
        if len(match[1]) < 4 and not day_first:
            month, day = day, month
        try:
            hour, minute, seconds, zone = _clock(match[5])
            return datetime(year if year > 99 else 2000 + year, month, day, hour, minute, seconds, tzinfo=zone)
        except ValueError as problem:
            raise self.error(self.lines[row], name, text, f"is not a date: {problem}") from None


def read_sheet(path: str | Path) -> Sheet:
    """Read a CSV file. Raises RippleError for what is missing, too large, no text, or no table with a header."""
    file = Path(path).expanduser()
    try:
        size = file.stat().st_size
        if size > MOST_BYTES:
            raise RippleError(f"{file}: {size / 1e6:,.0f} MB; tables of at most {MOST_BYTES / 1e6:.0f} MB are read")
        raw = file.read_bytes()
    except OSError as problem:
        raise RippleError(f"{file} cannot be read: {problem.strerror}") from None
    if raw[:2] == b"PK":
        raise RippleError(f"{file.name} is an Excel workbook; save the sheet as CSV")
    text = _decoded(raw, file.name)
    lines = text.splitlines()
    skipped = 0
    delimiter = None
    if lines and re.fullmatch(r"sep=.", lines[0].strip(), re.I):  # Excel says so
        delimiter, skipped = lines[0].strip()[-1], 1
    delimiter = delimiter or _delimiter(lines)
    reader = csv.reader(io.StringIO("\n".join(lines[skipped:])), delimiter=delimiter)
    rows = [(reader.line_num + skipped, [cell.strip() for cell in row]) for row in reader]
    return _table(file.name, [(line, row) for line, row in rows if any(row)], delimiter)


def _table(name: str, rows: list[tuple[int, list[str]]], delimiter: str) -> Sheet:
    """The sheet of the rows that are not empty; lines above the header (titles, notes) are narrower and left out."""
    if not rows:
        raise RippleError(f"{name} is empty")
    width = Counter(len(row) for _, row in rows).most_common(1)[0][0]
    start = (
        next(k for k, (_, row) in enumerate(rows) if len(row) == width and all(row))
        if any(len(row) == width and all(row) for _, row in rows)
        else 0
    )
    line, header = rows[start]
    if any(re.fullmatch(r"[+-]?[\d.,]+", cell) for cell in header):
        raise RippleError(f"{name}, line {line}: the first line has to name the columns; '{header[0]}' is no name")
    twice = [cell for cell, times in Counter(map(_plain_name, header)).items() if times > 1]
    if twice:
        raise RippleError(f"{name}, line {line}: two columns are called '{twice[0]}'")
    body = rows[start + 1 :]
    for line, row in body:
        if len(row) > width and any(row[width:]):
            raise RippleError(f"{name}, line {line}: {len(row)} cells, but the header names {width} columns")
    cells = {column: [row[k] if k < len(row) else "" for _, row in body] for k, column in enumerate(header)}
    return Sheet(name, cells, [line for line, _ in body], delimiter in ";\t")


def _decoded(raw: bytes, name: str) -> str:
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return raw.decode(encoding, errors="replace")
    if b"\x00" in raw[:4096]:
        raise RippleError(f"{name} is no text; save the table as CSV")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")  # Excel in the west, without the choice of UTF-8


def _delimiter(lines: Sequence[str]) -> str:
    """The sign that parts most lines into the same number of cells, more than one."""
    sample = [line for line in lines[:200] if line.strip()]
    best, most = ",", (0.0, 0)
    for sign in _DELIMITERS:
        widths = Counter(len(row) for row in csv.reader(sample, delimiter=sign) if row)
        wide = [(times, width) for width, times in widths.items() if width > 1]
        if wide:
            times, width = max(wide)
            found = (times / len(sample), width)
            if found > most:
                best, most = sign, found
    return best


def _number_reader(cells: list[tuple[int, str]], decimal_comma: bool) -> Callable[[str], float]:
    """How the numbers of a column are read: which mark parts the decimals, by all its cells."""
    comma = _decimal_is_comma([text for _, text in cells], decimal_comma)
    decimal, thousands = (",", ".") if comma else (".", ",")

    def read(text: str) -> float:
        plain = text.translate(_SPACES).removesuffix("%").removeprefix("<").removeprefix(">")
        if thousands in plain and not re.fullmatch(rf"[+-]?\d{{1,3}}(?:\{thousands}\d{{3}})+(?:\{decimal}\d*)?", plain):
            raise ValueError(
                f"is not a number; decimals are parted by a {'comma' if comma else 'point'} in this column"
            )
        try:
            value = float(plain.replace(thousands, "").replace(decimal, "."))
        except ValueError:
            raise ValueError("is not a number") from None
        if not math.isfinite(value):
            raise ValueError("is not a number")
        return value

    return read


def _decimal_is_comma(texts: Sequence[str], usual: bool) -> bool:
    for text in (t.translate(_SPACES) for t in texts):
        marks = re.findall("[.,]", text)
        if len(set(marks)) == 2:
            return marks[-1] == ","
        if len(marks) > 1:
            return marks[0] == "."
        if marks and not re.search(r"^[+-]?[1-9]\d{0,2}[.,]\d{3}%?$", text):
            return marks[0] == ","
    return usual


def _clock(text: str | None) -> tuple[int, int, int, tzinfo | None]:
    """Hour, minute, second and time zone of a time of day; midnight of no zone for none."""
    if text is None or not text.strip():
        return 0, 0, 0, None
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"'{text}' is no time of day; write 14:00")
    hour = int(match[1])
    if match[4]:
        if not 1 <= hour <= 12:
            raise ValueError(f"'{text}' is no time of day")
        hour = hour % 12 + (12 if match[4].lower().startswith("p") else 0)
    zone = None
    if match[5]:
        sign = "+0000" if match[5].lower() in ("z", "utc") else match[5].replace(":", "")
        zone = datetime.strptime(sign, "%z").tzinfo
    return hour, int(match[2]), int(match[3] or 0), zone


def _is_empty(cell: str) -> bool:
    return cell.casefold() in _EMPTY


def _plain_name(name: str) -> str:
    return " ".join(re.sub(r"[_\W]+", " ", name.casefold()).split())
