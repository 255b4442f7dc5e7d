"""What a table of one's own says of users: who follows, how much each trusts, channels, roles, how often each posts.

What it does not say is drawn as for everyone; `notes` count both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np

from sim.errors import RippleError, did_you_mean
from sim.spreadsheet import Sheet, read_sheet
from sim.world.frozen import Graph

COLUMNS = ("label", "follows", "trust", "cognitive", "affective", "posts", "channel", "role")
_NUMBERS = ("follows", "trust", "cognitive", "affective", "posts")
_EMPLOYEE = frozenset(("employee", "employees", "staff"))
_SHOWN = 3  # labels that a note names


@dataclass(frozen=True)
class Told:
    """What is known of users, over the rows of a graph.

    numbers   by name f8[n], NaN where nothing is said: follows 0 or 1, trust and its sides 0..1, weight of the cognitive
              side 0..1, posts an hour
    channels  object[n] of frozenset: on which each sits, lower case; None where nothing is said
    roles     object[n] of str, lower case; '' where nothing is said
    """

    numbers: Mapping[str, np.ndarray] = field(default_factory=lambda: MappingProxyType({}))
    channels: np.ndarray | None = None
    roles: np.ndarray | None = None
    notes: tuple[str, ...] = ()

    def over(self, order: np.ndarray) -> Told:
        """The same over other rows: row k is what was row order[k]."""
        return replace(
            self,
            numbers=MappingProxyType({name: values[order] for name, values in self.numbers.items()}),
            channels=None if self.channels is None else self.channels[order],
            roles=None if self.roles is None else self.roles[order],
        )

    def laid_over(self, drawn: np.ndarray, name: str) -> np.ndarray:
        """A column that was drawn, with what is known in its place."""
        if name not in self.numbers:
            return drawn
        known = self.numbers[name]
        return np.where(np.isnan(known), drawn, known).astype(drawn.dtype)

    def on_channel(self, drawn: np.ndarray, name: str) -> np.ndarray:
        """Who sits on a channel: those who were drawn, where nothing is known of them."""
        if self.channels is None:
            return drawn
        wanted = name.casefold()
        known = [(one is not None, one is not None and wanted in one) for one in self.channels]
        said, sits = (np.array(part, dtype=bool) for part in zip(*known, strict=True))
        return np.where(said, sits, drawn)

    def employees(self, drawn: np.ndarray) -> np.ndarray:
        """Who works for the brand: those whose role says so; who was drawn, where no role is known."""
        if self.roles is None:
            return drawn
        said = self.roles != ""
        return np.where(said, np.isin(self.roles, list(_EMPLOYEE)), drawn)

    def with_role(self, name: str) -> np.ndarray:
        """Who has a role, bool[n]. Raises RippleError when nobody has."""
        roles = self.roles if self.roles is not None else np.array([], dtype=object)
        known = sorted({str(role) for role in roles if role})
        if name.casefold() not in known:
            has = f"; roles: {', '.join(known[:12])}" if known else "; the table of users has no column of roles"
            raise RippleError(f"audience: nobody has the role '{name}'{did_you_mean(name.casefold(), known) or has}")
        return roles == name.casefold()


NOTHING = Told()


def read_told(path: Path, columns: Mapping[str, str], graph: Graph) -> Told:
    """Read a table of users over the rows of a graph. columns: ours by name -> that of the table; others by their names.

    With a column of labels a row is the user of that name, else the first row is the first user. Raises RippleError.
    """
    sheet = read_sheet(path)
    found = named_columns(sheet, columns)
    rows, missing = _rows(sheet, found.get("label"), graph)
    n = graph.n_users
    numbers = {}
    for name in _NUMBERS:
        if name in found:
            values = np.full(n, np.nan)
            values[rows[rows >= 0]] = _column(sheet, name, found[name])[rows >= 0]
            numbers[name] = values
    channels = roles = None
    if "channel" in found:
        channels = np.full(n, None, dtype=object)
        for row, cell in zip(rows, sheet.column(found["channel"]), strict=True):
            if row >= 0 and cell:
                channels[row] = frozenset(part.strip().casefold() for part in re.split(r"[,;|/]", cell) if part.strip())
    if "role" in found:
        roles = np.full(n, "", dtype=object)
        for row, cell in zip(rows, sheet.column(found["role"]), strict=True):
            if row >= 0:
                roles[row] = cell.casefold()
    told = Told(MappingProxyType(numbers), channels, roles)
    return replace(told, notes=_notes(sheet, told, rows, missing, n))


def named_columns(sheet: Sheet, columns: Mapping[str, str]) -> dict[str, str]:
    """Which column of the sheet is which of ours: those that are named, and those that are called as ours."""
    for name in columns:
        if name not in COLUMNS:
            raise RippleError(f"users: '{name}' is no column of users{did_you_mean(name, COLUMNS)}")
    for theirs in columns.values():
        sheet.column(theirs)
    usual = {name: name for name in COLUMNS if name not in columns and sheet.first_of([name]) is not None}
    found = {**columns, **{name: sheet.first_of([name]) or name for name in usual}}
    if not set(found) - {"label"}:
        known = ", ".join(f"'{column}'" for column in sheet.columns)
        raise RippleError(
            f"{sheet.name}: which columns say what? write `columns: {{label: ..., trust: ...}}` with {', '.join(COLUMNS)} "
            f"(the table has {known})"
        )
    if "trust" in found and {"cognitive", "affective"} & set(found):
        raise RippleError(f"{sheet.name}: `trust` sets both sides; name it, or `cognitive` and `affective`")
    return found


def _column(sheet: Sheet, name: str, theirs: str) -> np.ndarray:
    if name == "follows":
        return sheet.yes_no(theirs)
    if name == "posts":  # a day
        return sheet.numbers(theirs) / 24.0
    return sheet.shares(theirs)


def _rows(sheet: Sheet, label: str | None, graph: Graph) -> tuple[np.ndarray, list[str]]:
    """The row of the graph for each row of the table, -1 for labels that it does not have; and those."""
    if label is None or graph.labels is None:
        if len(sheet) > graph.n_users:
            raise RippleError(
                f"{sheet.name} has {len(sheet):,} users, the network {graph.n_users:,}; make it as large (network.users)"
            )
        return np.arange(len(sheet)), []
    row_of = {name: row for row, name in enumerate(graph.names())}
    cells = sheet.column(label)
    rows = np.array([row_of.get(cell, -1) for cell in cells], dtype=np.int64)
    known, counts = np.unique(rows[rows >= 0], return_counts=True)
    if (counts > 1).any():
        twice = int(known[counts.argmax()])
        lines = [sheet.lines[k] for k in np.flatnonzero(rows == twice)[:2]]
        raise RippleError(f"{sheet.name}, lines {lines[0]} and {lines[1]}: '{graph.label(twice)}' stands there twice")
    if len(known) == 0:
        raise RippleError(
            f"{sheet.name}: none of the {len(cells):,} labels of column '{label}' is in the network (the first is "
            f"'{cells[0] if len(cells) else ''}', one of the network '{graph.label(0)}')"
        )
    return rows, [cell for cell, row in zip(cells, rows, strict=True) if row < 0]


def _notes(sheet: Sheet, told: Told, rows: np.ndarray, missing: list[str], n: int) -> tuple[str, ...]:
    known = {name: int(np.isfinite(values).sum()) for name, values in told.numbers.items()}
    if told.channels is not None:
        known["channel"] = sum(one is not None for one in told.channels)
    if told.roles is not None:
        known["role"] = int((told.roles != "").sum())
    said = ", ".join(f"{name} of {count:,}" for name, count in known.items())
    note = f"{sheet.name}: {said} of {n:,} users; the rest is drawn"
    if missing:
        note += f"; {len(missing):,} label{'s' * (len(missing) > 1)} not in the network"
    return (note,)
