"""YAML 1.2 read into a tree that knows its lines, within bounds.

A scenario needs little of YAML, and the rest of it is where surprises live: so anchors, aliases, merge keys and tags
are refused, repeated keys too (both lines are named), and size, depth and the number of values are bounded. Only
`true`, `false`, `null` and plain numbers are not text: `no`, `9:00`, `2026-03-07` and `007` stay what was written.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from sim.errors import RippleError
from sim.scenario.mistakes import Mistake, refusal

LARGEST = 1_000_000  # bytes
DEEPEST = 16  # a scenario needs about 8
MOST_VALUES = 10_000  # they take a second or two to read; a scenario has a few hundred
_TOO_DEEP = f"nested deeper than {DEEPEST} levels; a scenario needs no more than half of that"

Plain = str | int | float | bool | None


@dataclass(slots=True)
class Node:
    """A scalar, a list of nodes or a mapping of nodes, with its line (of a mapping's entry: the key's)."""

    value: Plain | list[Node] | dict[str, Node]
    line: int | None = None
    file: str = ""

    @property
    def entries(self) -> dict[str, Node]:
        """The entries of a mapping; empty for anything else."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def items(self) -> list[Node]:
        """The items of a list; empty for anything else."""
        return self.value if isinstance(self.value, list) else []

    def copy(self) -> Node:
        """A deep copy."""
        if isinstance(self.value, dict):
            return Node({key: node.copy() for key, node in self.value.items()}, self.line, self.file)
        if isinstance(self.value, list):
            return Node([node.copy() for node in self.value], self.line, self.file)
        return Node(self.value, self.line, self.file)


def plain(node: Node) -> object:
    """The tree as dicts, lists and scalars."""
    if isinstance(node.value, dict):
        return {key: plain(child) for key, child in node.value.items()}
    if isinstance(node.value, list):
        return [plain(child) for child in node.value]
    return node.value


def as_node(value: object, depth: int = 0) -> Node:
    """Dicts, lists and scalars as a tree without lines. Other objects stay as they are, for the reader to refuse."""
    if depth > DEEPEST:
        raise RippleError(f"a scenario is nested at most {DEEPEST} levels deep")
    if isinstance(value, dict):
        return Node({str(key): as_node(child, depth + 1) for key, child in value.items()})
    if isinstance(value, (list, tuple)):
        return Node([as_node(child, depth + 1) for child in value])
    return Node(value)  # type: ignore[arg-type]


def scalar(text: str) -> Plain:
    """What a word without quotes means: null, true, false, a number, or itself."""
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return text.lower() == "true"
    if re.fullmatch(r"[-+]?(0|[1-9]\d{0,17})", text):
        return int(text)
    if re.fullmatch(r"[-+]?(\.\d+|(0|[1-9]\d*)(\.\d*)?)([eE][-+]?\d+)?", text):
        return float(text)
    return text


def read_file(path: Path, shown_as: str | None = None) -> Node:
    """The tree of a file. Raises RippleError when it cannot be read or breaks a rule above."""
    name = shown_as or str(path)
    try:
        if path.is_dir():
            raise RippleError(f"{name} is a folder, not a scenario file")
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise RippleError(f"{name}: there is no such file") from None
    except OSError as problem:
        raise RippleError(f"{name} cannot be read: {problem.strerror}") from None
    return read_text(_decoded(raw, name), name)


def _decoded(raw: bytes, name: str) -> str:
    if len(raw) > LARGEST:
        raise RippleError(f"{name} is larger than {LARGEST // 1000} kB; a scenario file is a few kB")
    utf16 = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encoding = "utf-16" if utf16 else "utf-8-sig"  # the latter reads UTF-8 with and without the mark
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as problem:
        line = raw[: problem.start].count(b"\n") + 1
        binary = b"\0" in raw[:1000]
        words = "not a text file" if binary else "a character that is not UTF-8; save the file as UTF-8"
        raise refusal(name, [Mistake(line, "", words)]) from None


def read_text(text: str, name: str) -> Node:
    """The tree of a text; `name` is how errors call it. Raises RippleError."""
    if len(text) > LARGEST:
        raise RippleError(f"{name} is larger than {LARGEST // 1000} kB; a scenario file is a few kB")
    _refuse_brackets(text, name)
    reader = _Reader(name)
    try:
        for event in YAML(typ="safe", pure=True).parse(io.StringIO(text)):
            reader.take(event)
    except MarkedYAMLError as problem:
        raise refusal(name, [*reader.mistakes, _explained(problem, text)]) from None
    except YAMLError as problem:  # a control character
        code = re.search(r"#x([0-9a-fA-F]+)", str(problem))
        place = getattr(problem, "position", None)
        line = text[:place].count("\n") + 1 if isinstance(place, int) else None
        words = f"a character (code {code[1][-2:] if code else '?'}) that has no place in a text file"
        raise refusal(name, [Mistake(line, "", words)]) from None
    if reader.mistakes:
        raise refusal(name, reader.mistakes)
    if reader.root is None or reader.root.value is None:
        raise RippleError(
            f"{name} is empty; `ripple new {Path(name).name} --from data-breach` writes a file to start from"
        )
    if not isinstance(reader.root.value, dict):
        words = "a scenario is made of lines like `key: value`, the first being `ripple: 1`"
        raise refusal(name, [Mistake(reader.root.line, "", words)])
    return reader.root


def _refuse_brackets(text: str, name: str) -> None:
    """A quick look before parsing: hundreds of open brackets are no prose either."""
    depth = 0
    for bracket in re.finditer(r"[\[\]{}]", text):
        depth += 1 if bracket[0] in "[{" else -1
        if depth > 20 * DEEPEST:
            line = text.count("\n", 0, bracket.start()) + 1
            raise refusal(name, [Mistake(line, "", _TOO_DEEP)])


def top_level(text: str) -> Iterator[tuple[str, str]]:
    """The entries at the top of a text that are scalars or lists of them (joined by blanks), in order.

    The text is read no further than asked for.
    """
    depth, key, listed = 0, None, list[str]()
    for event in YAML(typ="safe", pure=True).parse(io.StringIO(text)):
        kind = type(event).__name__
        if kind in ("MappingStartEvent", "SequenceStartEvent"):
            depth, listed = depth + 1, []
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            depth -= 1
            if depth == 1 and key is not None:
                if kind == "SequenceEndEvent":
                    yield key, " ".join(listed)
                key = None
        elif kind == "ScalarEvent" and depth == 2:
            listed.append(event.value)
        elif kind == "ScalarEvent" and depth == 1:
            if key is None:
                key = event.value
            else:
                yield key, event.value
                key = None


def _explained(problem: MarkedYAMLError, text: str) -> Mistake:
    """The parser's complaint in words for people."""
    mark = problem.problem_mark or problem.context_mark
    line = mark.line + 1 if mark else None
    lines = text.splitlines()
    written = lines[line - 1] if line and line <= len(lines) else ""
    said = problem.problem or ""
    if "\t" in written[: len(written) - len(written.lstrip())] or "'\\t'" in said:
        return Mistake(line, "", "a tab; YAML is indented by spaces only")
    if "cannot start any token" in said:
        found = re.search(r"character (.+?) that", said)
        return Mistake(line, "", f"a value cannot begin with {found[1] if found else 'this'}; put it in quotes")
    if "mapping values are not allowed" in said:
        return Mistake(line, "", "a colon too many, or a wrong indent; put text that holds ': ' in quotes")
    if "quoted scalar" in (problem.context or ""):
        start = problem.context_mark.line + 1 if problem.context_mark else line
        return Mistake(start, "", "a quotation mark that is never closed")
    if "flow" in (problem.context or ""):
        start = problem.context_mark.line + 1 if problem.context_mark else line
        return Mistake(start, "", "a bracket that is never closed, or a comma that is missing between its entries")
    if "could not find expected ':'" in said:
        start = problem.context_mark.line + 1 if problem.context_mark else line
        return Mistake(start, "", "a key without its colon; write `key: value`")
    return Mistake(line, "", "this line does not fit the lines above it; look at its indent, dashes and colons")


@dataclass
class _Open:
    """A list or mapping whose end has not been read yet."""

    node: Node
    key: str | None = None
    key_line: int = 0


@dataclass
class _Reader:
    """Takes the parser's events one by one and builds the tree."""

    name: str
    root: Node | None = None
    mistakes: list[Mistake] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    documents: int = 0
    values: int = 0

    def take(self, event) -> None:  # type: ignore[no-untyped-def]
        kind = type(event).__name__
        line = event.start_mark.line + 1
        self.values += 1
        if self.values > MOST_VALUES:
            words = f"more than {MOST_VALUES:,} values; a scenario has a few hundred"
            raise refusal(self.name, [*self.mistakes, Mistake(line, "", words)])
        if kind == "DocumentStartEvent":
            self.documents += 1
            if self.documents > 1:
                raise refusal(
                    self.name, [*self.mistakes, Mistake(line, "", "a second document ('---'); a file is one")]
                )
        elif kind == "AliasEvent":
            self._wrong(line, f"an alias (*{event.anchor}); write the value out")
            self._place(Node(None, line, self.name), line)
        elif kind == "ScalarEvent":
            self._extras(event, line)
            value = scalar(event.value) if event.implicit[0] and not event.tag else event.value
            if self._takes_key():
                self._key(event.value, line)
            else:
                self._place(Node(value, line, self.name), line)
        elif kind in ("MappingStartEvent", "SequenceStartEvent"):
            self._extras(event, line)
            if len(self.stack) >= DEEPEST:
                raise refusal(self.name, [*self.mistakes, Mistake(line, "", _TOO_DEEP)])
            if self._takes_key():
                words = "a list or mapping as a key; keys are words"
                raise refusal(self.name, [*self.mistakes, Mistake(line, "", words)])
            node = Node({} if kind == "MappingStartEvent" else [], line, self.name)
            self._place(node, line)
            self.stack.append(_Open(node))
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            self.stack.pop()

    def _takes_key(self) -> bool:
        return bool(self.stack) and isinstance(self.stack[-1].node.value, dict) and self.stack[-1].key is None

    def _key(self, key: str, line: int) -> None:
        if key == "<<":
            self._wrong(line, "a merge key (<<); write the entries out, or use `extends: another-file.yaml`")
        self.stack[-1].key, self.stack[-1].key_line = key, line

    def _place(self, node: Node, line: int) -> None:
        if not self.stack:
            self.root = node
            return
        top = self.stack[-1]
        if isinstance(top.node.value, list):
            top.node.value.append(node)
        elif top.key is None:  # an alias as a key; already a mistake
            top.key, top.key_line = "", line
        else:
            node.line = top.key_line
            if top.key in top.node.entries and top.key != "<<":
                first = top.node.entries[top.key].line
                self._wrong(
                    top.key_line, f"'{top.key}' is written twice, on lines {first} and {top.key_line}; keep one"
                )
            top.node.entries[top.key] = node
            top.key = None

    def _extras(self, event, line: int) -> None:  # type: ignore[no-untyped-def]
        if event.anchor:
            self._wrong(line, f"an anchor (&{event.anchor}); write the value where it is needed")
        if event.tag:
            word = str(event.tag).replace("tag:yaml.org,2002:", "!!")
            self._wrong(line, f"a tag ({word}); leave it out, or put the value in quotes to make it text")

    def _wrong(self, line: int, words: str) -> None:
        self.mistakes.append(Mistake(line, "", words))
