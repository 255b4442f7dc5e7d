"""What a sweep leaves on disk: Parquet parts that are whole or not there, and which of them count.

    runs/000007.parquet      one row per run (or none, when a part holds failures only); its being there makes part 7 count
    series/000007.parquet, panels/..., failures/...   of the same runs, written before it

A crash at any moment loses what was not yet written as a part. When many small parts have gathered they are written as
one; it names those it replaces, which count no more.
"""

from __future__ import annotations

import io
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.errors import RippleError

RUNS, SERIES, PANELS, FAILURES = "runs", "series", "panels", "failures"
KINDS = (SERIES, PANELS, FAILURES, RUNS)  # in the order in which they are written: runs last
_REPLACES = b"replaces"
_GATHER = 64  # parts


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file, whole or not at all, and see it to the disk. Raises RippleError in one line."""
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(temporary, 0o644)
            os.replace(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as problem:
        raise RippleError(f"{path.parent} cannot be written: {problem.strerror or problem}") from None


class Store:
    """The parts of a sweep folder. Only its lock's holder writes."""

    def __init__(self, folder: Path):
        self.folder = folder

    def prepare(self) -> None:
        """Make the folders, and take away what a crash left unfinished."""
        try:
            for kind in KINDS:
                (self.folder / kind).mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise RippleError(f"{self.folder} cannot be written: {problem.strerror}") from None
        counting = set(self.parts())
        for kind in KINDS:
            for file in (self.folder / kind).iterdir():
                if file.name.endswith(".part") or (file.suffix == ".parquet" and _number(file) not in counting):
                    file.unlink(missing_ok=True)

    def parts(self) -> list[int]:
        """The numbers of the parts that count."""
        there = sorted(_number(file) for file in (self.folder / RUNS).glob("[0-9]*.parquet"))
        replaced: set[int] = set()
        for number in there:
            metadata = pq.read_schema(self._file(RUNS, number)).metadata or {}
            replaced |= set(json.loads(metadata.get(_REPLACES, b"[]")))
        return [number for number in there if number not in replaced]

    def write(self, tables: dict[str, pd.DataFrame]) -> int:
        """Write a part: tables by kind; runs are written last. Returns how many bytes it takes."""
        number = self._next()
        size = 0
        for kind in KINDS:
            if kind in tables and (kind == RUNS or len(tables[kind])):
                size += self._write(kind, number, [pa.Table.from_pandas(tables[kind], preserve_index=False)], {})
        return size

    def gather(self, least: int = _GATHER) -> None:
        """Write small parts as one, when there are so many of them."""
        small = [number for number in self.parts() if not self._gathered(number)]
        if len(small) < least:
            return
        number = self._next()
        for kind in KINDS:
            files = [self._file(kind, old) for old in small if self._file(kind, old).exists()]
            tables = [pq.read_table(file) for file in files]
            if tables:
                self._write(kind, number, _alike(tables), {_REPLACES: json.dumps(small).encode()})
        for kind in KINDS:
            for old in small:
                self._file(kind, old).unlink(missing_ok=True)

    def read(self, kind: str) -> pd.DataFrame:
        """All rows of a kind that count; an empty table where there are none."""
        files = [self._file(kind, number) for number in self.parts()]
        tables = [pq.read_table(file) for file in files if file.exists()]
        tables = [table for table in tables if table.num_rows]
        if not tables:
            return pd.DataFrame()
        try:
            return pa.concat_tables(tables, promote_options="permissive").to_pandas()
        except (pa.ArrowInvalid, pa.ArrowTypeError):  # names of users that are numbers in one network, words in another
            return pd.concat([table.to_pandas() for table in tables], ignore_index=True)

    def columns(self, kind: str, names: Sequence[str]) -> Iterator[pd.DataFrame]:
        """Some columns of a kind, part by part."""
        for number in self.parts():
            file = self._file(kind, number)
            if file.exists():
                yield pq.read_table(file, columns=list(names)).to_pandas()

    def take(self, others: Iterable[Store]) -> None:
        """Copy the parts of other stores into this one."""
        for other in others:
            for number in other.parts():
                new = self._next()
                for kind in KINDS:
                    file = other._file(kind, number)
                    if file.exists():
                        self._write(kind, new, [pq.read_table(file)], {})

    def size(self) -> int:
        """Bytes of all parts."""
        return sum(file.stat().st_size for kind in KINDS for file in (self.folder / kind).glob("[0-9]*.parquet"))

    def _next(self) -> int:
        return max((_number(file) for file in (self.folder / RUNS).glob("[0-9]*.parquet")), default=0) + 1

    def _file(self, kind: str, number: int) -> Path:
        return self.folder / kind / f"{number:06d}.parquet"

    def _gathered(self, number: int) -> bool:
        return _REPLACES in (pq.read_schema(self._file(RUNS, number)).metadata or {})

    def _write(self, kind: str, number: int, tables: list[pa.Table], metadata: dict[bytes, bytes]) -> int:
        schema = tables[0].schema.with_metadata({**(tables[0].schema.metadata or {}), **metadata})
        buffer = io.BytesIO()
        with pq.ParquetWriter(buffer, schema, compression="zstd") as writer:
            for table in tables:
                writer.write_table(table.replace_schema_metadata(schema.metadata))
        data = buffer.getvalue()
        write_bytes(self._file(kind, number), data)
        return len(data)


def _number(file: Path) -> int:
    return int(file.stem)


def _alike(tables: list[pa.Table]) -> list[pa.Table]:
    """Tables of one schema, in place of such that lack a column or have it in another type."""
    if all(table.schema.equals(tables[0].schema) for table in tables):
        return tables
    return [pa.concat_tables(tables, promote_options="permissive")]
