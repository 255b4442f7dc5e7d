"""From a file of any common encoding, packed or not, to blocks of whole lines of text; what is no text is refused."""

from __future__ import annotations

import codecs
import gzip
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from sim.errors import RippleError, did_you_mean
from sim.world.memory import in_words

BLOCK = 4 << 20  # bytes read at once
LONGEST_LINE = 1 << 20
_BOMB = 200  # an edge list packs to a fifth; what unpacks to more than this many times its size was made to do so
_HARMLESS = 16 << 20  # unpacked bytes below which that does not matter

_FORMATS = tuple(  # what the first bytes say a file is, and what to do with it
    (re.compile(start, re.IGNORECASE), what)
    for start, what in (
        (rb"PK\x03\x04", "a ZIP archive or an Excel workbook; unpack it, or save the sheet as CSV"),
        (rb"BZh\d", "packed by bzip2; unpack it, or pack it by gzip"),
        (rb"\xfd7zXZ", "packed by xz; unpack it, or pack it by gzip"),
        (rb"\x28\xb5\x2f\xfd", "packed by zstd; unpack it, or pack it by gzip"),
        (rb"PAR1", "a Parquet file; read it with pandas and give the frame to sim.as_graph"),
        (rb"%%MatrixMarket", "a Matrix Market file; read it with scipy.io.mmread, give the matrix to sim.as_graph"),
        (rb"<(\?xml|!|graphml|gexf|html)", "XML; read GraphML with networkx.read_graphml, give that to sim.as_graph"),
        (rb"[{\[]\s*[{\[\"]", "JSON; read it with networkx.node_link_graph, give the graph to sim.as_graph"),
        (rb"\*(vertices|network)", "a Pajek file; read it with networkx.read_pajek, give the graph to sim.as_graph"),
        (
            rb"(creator\b.*\s+)?(version\b.*\s+)?(strict\s+)?(di)?graph\b[^\n]*\s*[\[{]",
            "GML or DOT; read it with networkx.read_gml, give the graph to sim.as_graph",
        ),
    )
)
READ = "edge lists are read: who and whom on each line, separated by commas, semicolons, tabs or spaces, .gz or not"


class EdgeText:
    """A file opened for reading in blocks.

    Raises RippleError naming the file when it is missing, a folder, not text, of another format, damaged, or unpacks
    to more than max_bytes.
    """

    def __init__(self, path: str | Path, max_bytes: int) -> None:
        self.path = Path(path).expanduser()
        self.name = self.path.name
        self.max_bytes = max_bytes
        self.utf16: str | None = None
        try:
            self._check_path()
            self.size = self.path.stat().st_size
            with open(self.path, "rb") as file:
                self.packed = file.read(2) == b"\x1f\x8b"
            with self._open() as file:
                self.first = self._read(file, 1 << 18)
        except OSError as error:
            raise RippleError(f"{self.path}: cannot be read ({error.strerror or error})") from None
        if not self.first.strip():
            raise RippleError(f"{self.name}: the file is empty")
        self._recognise()

    def _check_path(self) -> None:
        if self.path.is_dir():
            raise RippleError(f"{self.path}: is a folder, not an edge list")
        if self.path.exists():
            return
        folder = self.path.parent
        if not folder.is_dir():
            raise RippleError(f"{self.path}: there is no such file, nor the folder {folder}")
        near = did_you_mean(self.name, [entry.name for entry in folder.iterdir()])
        raise RippleError(f"{self.path}: there is no such file{near}")

    def _open(self) -> BinaryIO:
        return gzip.open(self.path, "rb") if self.packed else open(self.path, "rb")  # type: ignore[return-value]

    def _read(self, file: BinaryIO, count: int) -> bytes:
        try:
            return file.read(count)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise RippleError(f"{self.name}: the .gz file is damaged or cut short ({error})") from None

    def _recognise(self) -> None:
        start = self.first[:4]
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            self.utf16 = "utf-16"
            return
        head = self.first[:4096]
        odd, even = head[1::2].count(0), head[::2].count(0)
        if max(odd, even) > len(head) // 6 and min(odd, even) <= len(head) // 100:
            self.utf16 = "utf-16-le" if odd > even else "utf-16-be"
            return
        text = head.removeprefix(codecs.BOM_UTF8).lstrip()
        for start_of_format, what in _FORMATS:
            if start_of_format.match(text):
                raise RippleError(f"{self.name}: this is {what}; {READ}")
        control = sum(byte < 9 or 13 < byte < 32 for byte in head)
        if control > len(head) // 50:
            raise RippleError(f"{self.name}: this is a binary file, not text; {READ}")

    def blocks(self) -> Iterator[bytes]:
        """Blocks of whole lines, UTF-8 where the file was UTF-16, else as they are; every line ends with \\n."""
        decoder = codecs.getincrementaldecoder(self.utf16)(errors="replace") if self.utf16 else None
        old_mac = b"\n" not in self.first and b"\r" in self.first
        rest = b""
        unpacked = 0
        last = False
        with self._open() as file:
            while not last:
                block = self._read(file, BLOCK)
                last = len(block) < BLOCK
                if not unpacked:
                    block = block.removeprefix(codecs.BOM_UTF8)
                unpacked += len(block)
                self._check_size(unpacked)
                if decoder:
                    block = decoder.decode(block, final=last).encode()
                if old_mac:
                    block = block.replace(b"\r", b"\n")
                if last and not block.endswith(b"\n"):
                    block += b"\n"
                whole, newline, tail = (rest + block).rpartition(b"\n")
                rest = tail if newline else rest + block
                if len(rest) > LONGEST_LINE:
                    raise RippleError(f"{self.name}: a line is longer than {in_words(LONGEST_LINE)}; {READ}")
                if newline:
                    yield whole + newline

    def _check_size(self, unpacked: int) -> None:
        if not self.packed:
            return
        if unpacked > self.max_bytes:
            raise RippleError(
                f"{self.name}: unpacks to more than {in_words(self.max_bytes)}; unpack it yourself or raise max_bytes"
            )
        if unpacked > _HARMLESS and unpacked > _BOMB * self.size:
            raise RippleError(
                f"{self.name}: unpacks to more than {_BOMB} times its size, as gzip bombs do; "
                "unpack it yourself if it is none"
            )
