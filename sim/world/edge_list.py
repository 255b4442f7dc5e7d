"""Reads real edge lists: one line for each tie, who and whom, as people, programs and archives write them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sim.errors import RippleError
from sim.world import build, edge_scan
from sim.world.edge_layout import SEPARATORS, Layout, fields, find_layout, unquoted
from sim.world.edge_text import EdgeText
from sim.world.frozen import Graph
from sim.world.labels import label_rows, number_rows
from sim.world.memory import require_memory

MAX_BYTES = 2 << 30  # unpacked size of a .gz
_MISSING = {"NA", "N/A", "NaN", "nan", "NULL", "null", "None"}  # what programs write where a value is missing
_SAMPLE = 1 << 20  # bytes from which the layout is found
_TIMES = (631_152_000, 4_102_444_800)  # Unix seconds of 1990 and 2100


def read_edge_list(
    path: str | Path,
    *,
    directed: bool | str | None = None,
    weight: str | int | None = None,
    columns: Sequence[str | int] | None = None,
    largest_component: bool = False,
    header: bool | None = None,
    max_bytes: int = MAX_BYTES,
) -> Graph:
    """A network from a file of lines "who, whom, ...".

    directed   None or False: friendships, both listen to one another. True or "follows": who listens to whom.
               "tells": who speaks and whom listens.
    weight     column of weights, by name or number from 1; finite, 0 or more. Repeated ties add up. None: equal
               weights, and other columns are ignored.
    columns    (who, whom), by name or number from 1; None: by known headers such as source and target, else 1 and 2
    largest_component  keep only the largest part in which all are linked
    header     whether the first row names the columns; None: found out
    max_bytes  largest unpacked size of a .gz file

    Separators (comma, semicolon, tab, spaces), header, encoding (UTF-8, UTF-16, else Windows-1252) and decimal commas
    are found out. Lines that begin with # or % are comments; the last one before the rows may name the columns.
    Names are text: `007` and `7` are two users. Users are sorted, by number where all names are plain numbers, else
    by text. What was read, dropped, merged and ignored stands in Graph.notes.

    Raises RippleError naming file, line and value; any broken line refuses the file.
    """
    build.meaning_of(directed)
    text = EdgeText(path, max_bytes)
    blocks = text.blocks()
    first = next(blocks)
    sample = first if len(first) <= _SAMPLE else first[: _SAMPLE + 1].rpartition(b"\n")[0]
    layout = find_layout(text.name, sample.decode(errors="replace"), columns=columns, weight=weight, header=header)
    reader = _Reader(text, layout)
    reader.take(first)
    for block in blocks:
        reader.take(block)
    return reader.graph(directed, largest_component)


class _Reader:
    """Takes blocks of lines, keeps numbered names, and explains what is broken."""

    def __init__(self, text: EdgeText, layout: Layout) -> None:
        self.text, self.layout = text, layout
        self.names = edge_scan.Names()
        self.state = np.zeros(6, dtype=np.int64)
        self.pieces: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        self.broken: list[tuple[int, str]] = []
        self.n_broken = 0
        self._told = np.zeros((edge_scan.SHOWN, 4), dtype=np.int64)
        self._read_bytes = 0

    def take(self, block: bytes) -> None:
        """Read a block of whole lines."""
        layout = self.layout
        spec = (
            ord(layout.separator) if layout.separator else 0,
            layout.columns,
            layout.source,
            layout.target,
            -1 if layout.weight is None else layout.weight,
            layout.header,
        )
        bytes_ = np.frombuffer(block, dtype=np.uint8)
        self._require_memory(block)
        self.state[5] = 0
        while self.state[5] < len(block):
            rows = block.count(b"\n", int(self.state[5]))
            source, target = np.empty(rows, dtype=np.uint32), np.empty(rows, dtype=np.uint32)
            lines = np.empty(rows, dtype=np.int64)
            amounts = np.empty((rows if layout.weight is not None else 0, edge_scan.LONGEST_WEIGHT), dtype=np.uint8)
            known, before = int(self.state[3]), int(self.state[5])
            names = self.names
            edge_scan.scan(
                bytes_, spec, names.slots, names.hashes, names.pool, names.offsets, self.state,
                source, target, lines, amounts, self._told,
            )  # fmt: skip
            for told in self._told[known : self.state[3]]:
                self._explain(block, *told.tolist())
            self.n_broken += int(self.state[3]) - known
            kept = int(self.state[4])
            weights = self._weights(amounts[:kept], lines[:kept]) if layout.weight is not None else np.zeros(0)
            self.pieces.append((source[:kept].copy(), target[:kept].copy(), weights))
            if self.state[5] < len(block):
                names.grow(int(self.state[0]), len(block) - before if self.state[5] == before else 0)

    def _require_memory(self, block: bytes) -> None:
        """Stop before a file that is too large is read to its end."""
        self._read_bytes += len(block)
        lines = block.count(b"\n") / len(block)
        expected = lines * max(self._read_bytes, 0 if self.text.packed else self.text.size)
        weighted = self.layout.weight is not None
        needed = build.bytes_for(0, int(expected), directed=True, weighted=weighted)
        require_memory(needed, f"{self.text.name}: a network of some {expected:,.0f} ties")

    def _explain(self, block: bytes, line: int, why: int, values: int, place: int) -> None:
        layout = self.layout
        content = block[place : block.index(b"\n", place)].decode("utf-8", errors="replace")
        shown = repr(content.strip(" \r")[:60])
        if why == edge_scan.VALUES:
            what = f"{values} value{'s' * (values != 1)} where others have {layout.columns}: {shown}"
            other = [name for sign, name in SEPARATORS.items() if sign and len(fields(content, sign)) == layout.columns]
            if other and other[0] != SEPARATORS[layout.separator]:
                what += f" ({other[0]}; other lines have {SEPARATORS[layout.separator]})"
            elif not layout.separator and values > layout.columns:
                what += " (a name with a space in it needs quotes, or commas or tabs between the columns)"
        elif why == edge_scan.WEIGHT:
            column = layout.column_name(layout.weight or 0)
            value = fields(content, layout.separator)[layout.weight or 0]
            what = f"no weight in column {column}" if not value else f"weight {value[:60]!r} is not a finite number"
        else:
            what = {
                edge_scan.QUOTE: f"a quote is opened and not closed: {shown}",
                edge_scan.EMPTY: f"a name is missing: {shown}",
                edge_scan.LONG: f"a name of more than {edge_scan.LONGEST_NAME} bytes",
                edge_scan.CONTROL: f"a name with a control character in it: {shown}",
            }[why]
        self.broken.append((line, what))

    def _weights(self, amounts: np.ndarray, lines: np.ndarray) -> np.ndarray:
        texts = np.ascontiguousarray(amounts).view(f"S{edge_scan.LONGEST_WEIGHT}").ravel()
        try:
            weights = texts.astype(np.float64)
        except ValueError:
            weights = np.array([_number(text) for text in texts.tolist()])
        wrong = np.flatnonzero(~np.isfinite(weights) | (weights < 0))
        for row in wrong[: edge_scan.SHOWN]:
            value = texts[row].decode("utf-8", errors="replace")
            wrong_with_it = "is less than 0" if weights[row] < 0 else "is not a finite number"
            self.broken.append((int(lines[row]), f"weight {value!r} {wrong_with_it}"))
        self.n_broken += len(wrong)
        return weights

    def graph(self, directed: bool | str | None, largest_component: bool) -> Graph:
        """The network of all that was taken."""
        rows = int(self.state[2])
        name = self.text.name
        if self.n_broken:
            raise RippleError(self._complaint(rows + int(self.state[3])))
        if not rows:
            raise RippleError(f"{name}: no rows")
        labels, order, remarks = self._labels()
        source, target = (order[np.concatenate([piece[end] for piece in self.pieces])] for end in (0, 1))
        weighted = self.layout.weight is not None
        weights = np.concatenate([piece[2] for piece in self.pieces]) if weighted else None
        self.pieces.clear()
        graph = build.from_edges(
            source,
            target,
            n=len(labels) if labels is not None else int(order.max()) + 1,
            weight=weights,
            directed=directed or False,
            labels=labels,
            kind="file",
            about=f"{name}: ",
            remarks=[*self._columns(weights), *remarks, *_meaning(directed)],
        )
        return graph.largest_component() if largest_component else graph

    def _complaint(self, lines: int) -> str:
        shown = sorted(self.broken)[: edge_scan.SHOWN]
        more = self.n_broken - len(shown)
        be = "is" if self.n_broken == 1 else "are"
        return "\n".join(
            [
                f"{self.text.name}: {self.n_broken:,} of {lines:,} line{'s' * (lines != 1)} {be} broken",
                *(f"  line {line}  {what}" for line, what in shown),
                *([f"  and {more:,} more"] if more else []),
            ]
        )

    def _labels(self) -> tuple[np.ndarray | None, np.ndarray, list[str]]:
        """Names of the users, the row of each number given while reading, and what to remark on them."""
        count = int(self.state[0])
        numbers = self.names.numbers(count)
        if numbers is not None:
            return *number_rows(numbers), []
        texts, is_utf8 = self.names.texts(count)
        try:
            labels, order = label_rows([unquoted(text) if text[0] == '"' else text for text in texts])
        except RippleError as error:
            raise RippleError(f"{self.text.name}: {error}") from None
        remarks = [] if is_utf8 else ["read as Windows-1252 (it is no UTF-8)"]
        if labels is not None and labels.dtype == object:
            known = _MISSING.intersection(labels.tolist())
            remarks += [f"'{label}' was read as a user's name" for label in sorted(known)]
        return labels, order, remarks

    def _columns(self, weights: np.ndarray | None) -> list[str]:
        layout = self.layout
        used = {layout.source, layout.target, layout.weight}
        ignored = [layout.column_name(column) for column in range(layout.columns) if column not in used]
        found = []
        if ignored:
            found.append(f"ignored column{'s' * (len(ignored) > 1)} {', '.join(ignored)}")
        if not layout.header and not layout.names:
            found.append("no header")
        if weights is not None:
            found.append(f"weights from column {layout.column_name(layout.weight or 0)}")
            if _TIMES[0] < weights.min() and weights.max() < _TIMES[1]:
                found.append("these look like times (Unix seconds), not weights")
        return found


def _number(text: bytes) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _meaning(directed: bool | str | None) -> list[str]:
    meaning = build.meaning_of(directed)
    return [{None: "friendships", "follows": "who listens to whom", "tells": "who speaks to whom"}[meaning]]
