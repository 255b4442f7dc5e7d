"""Where a scenario comes from: a file, a name of the library, or a dict; and what it extends."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sim.errors import RippleError, did_you_mean
from sim.library import scenarios_folder
from sim.scenario.fields import VERSION
from sim.scenario.mistakes import Mistake, Where, path_words, refusal
from sim.scenario.yaml_reader import Node, as_node, plain, read_file, read_text, top_level
from sim.units import shown

# from version n of the format to n + 1, saying what was done; 1 is the first, so there is nothing to upgrade yet
UPGRADES: Mapping[int, Callable[[Node], str]] = MappingProxyType({})


@dataclass(frozen=True)
class Source:
    """A tree with all it extends merged in, and what is needed to read it again.

    origin: what errors call it. name: the scenario's, unless the file gives one. folder: what paths are relative to.
    look_for_network: a missing edge list is a mistake. notes: what was done to a file of an older format.
    borrowed_lesson: the lesson was written for another scenario, which this one extends or changes; it is left out where
    it does not fit.
    """

    tree: Node
    origin: str
    name: str
    folder: Path
    look_for_network: bool = True
    notes: tuple[str, ...] = ()
    borrowed_lesson: bool = False


def library_files() -> dict[str, Path]:
    """The scenarios that come with Trust Ripple, by name."""
    return {path.stem: path for path in sorted(scenarios_folder().glob("*.yaml"))}


def library_entries() -> dict[str, dict[str, str]]:
    """Title, question, topic and readers of each scenario of the library, by name, read no further than needed."""
    entries = {}
    for name, path in library_files().items():
        found = {"title": name, "question": "", "topic": "", "readers": ""}
        wanted = set(found)
        for key, value in top_level(path.read_text(encoding="utf-8")):
            if key in wanted:
                found[key] = value.strip()
                wanted.discard(key)
            if not wanted:
                break
        entries[name] = found
    return entries


def is_path(name: str) -> bool:
    """True for what names a file rather than a scenario of the library."""
    return "/" in name or "\\" in name or name.lower().endswith((".yaml", ".yml"))


def file_of(name: str | Path) -> tuple[Path, str]:
    """The file behind a path or a name of the library, and what errors call it."""
    if isinstance(name, Path) or is_path(name):
        path = Path(name).expanduser()
        if not path.exists():
            raise RippleError(f"{name}: there is no such file{_near_file(path)}")
        return path, str(name)
    files = library_files()
    if name not in files:
        beside = next((f"{name}{end}" for end in (".yaml", ".yml") if Path(f"{name}{end}").is_file()), None)
        way_out = f"; for the file in this folder write {beside}" if beside else did_you_mean(name, files)
        raise RippleError(f"there is no scenario '{name}'{way_out}; the library has {', '.join(files)}")
    return files[name], f"{name}.yaml"


def _near_file(path: Path) -> str:
    folder = path.parent
    if not folder.is_dir():
        return f"; the folder {folder} is not there either"
    return did_you_mean(path.name, [entry.name for entry in folder.iterdir() if entry.suffix in (".yaml", ".yml")])


def read_source(source: str | Path | Mapping[str, object], look_for_network: bool) -> Source:
    """The tree of a file, a name or a dict. Raises RippleError."""
    notes: list[str] = []
    if isinstance(source, Mapping):
        origin, name, folder = "the scenario given as a dict", "scenario", Path.cwd()
        read, around = as_node(dict(source)), []
    else:
        path, origin = file_of(source)
        name, folder = slug(path), path.resolve().parent
        read, around = read_file(path, origin), [path.resolve()]
    borrowed = "extends" in read.entries and "lesson" not in read.entries
    tree = _complete(read, origin, folder, around, notes)
    return Source(tree, origin, name, folder, look_for_network, tuple(notes), borrowed)


def source_of_text(text: str, name: str) -> Source:
    """The tree of a text that somebody handed over; it may name nothing outside the library. Raises RippleError."""
    tree = read_text(text, name)
    outside = []
    base, rules = tree.entries.get("extends"), tree.entries.get("rules")
    if base is not None and isinstance(base.value, str) and is_path(base.value):
        outside.append(Mistake(base.line, "extends", "only a name of the library can be extended here"))
    for path, file in _files(tree, ()):
        outside.append(
            Mistake(file.line, path_words(path), "no file is read here; an edge list is handed over by itself")
        )
    if rules is not None and rules.value is not None:
        outside.append(Mistake(rules.line, "rules", "rules of your own are not run here; run them with `ripple run`"))
    if outside:
        raise refusal(name, outside)
    notes: list[str] = []
    tree = _complete(tree, name, scenarios_folder(), [], notes)
    return Source(tree, name, slug(Path(name)), scenarios_folder(), True, tuple(notes))


def _files(node: Node, where: Where) -> Iterator[tuple[Where, Node]]:
    """Every entry below a node that names a file: an edge list, a table of users, the log of a desk."""
    for key, entry in node.entries.items():
        alone = key in ("file", "log") or (key == "users" and not where)
        if alone and not isinstance(entry.value, dict) and entry.value is not None:
            yield (*where, key), entry
        yield from _files(entry, (*where, key))
    for number, entry in enumerate(node.items):
        yield from _files(entry, (*where, number))


def slug(path: Path) -> str:
    """A name made of a file's."""
    word = re.sub(r"[^\w-]+", "-", path.stem).strip("-_") or "scenario"
    return (word if word[0].isalpha() else f"s-{word}")[:60]


def _complete(tree: Node, origin: str, folder: Path, around: list[Path], notes: list[str]) -> Node:
    """The tree in the present version of the format, what it extends merged in."""
    _upgrade(tree, origin, notes)
    base = tree.entries.get("extends")
    if base is None:
        return tree
    if not isinstance(base.value, str):
        raise refusal(origin, [Mistake(base.line, "extends", f"{shown(base.value)} is not a file or a name")])
    try:
        path, shown_as = file_of(folder / base.value if is_path(base.value) else base.value)
    except RippleError as problem:
        raise refusal(origin, [Mistake(base.line, "extends", str(problem))]) from None
    if path.resolve() in around:
        chain = " -> ".join(entry.name for entry in [*around, path.resolve()])
        raise refusal(origin, [Mistake(base.line, "extends", f"goes round in a circle ({chain})")])
    below = read_file(path, shown_as)
    below = _complete(below, shown_as, path.resolve().parent, [*around, path.resolve()], notes)
    _anchor(below, path.resolve().parent)
    below.entries.pop("name", None)
    del tree.entries["extends"]
    return merged(below, tree)


def _upgrade(tree: Node, origin: str, notes: list[str]) -> None:
    """Check the version and bring older ones up to the present one."""
    entry = tree.entries.get("ripple")
    if entry is None:
        words = f"`ripple: {VERSION}` is missing; it says which version of the format this is"
        raise refusal(origin, [Mistake(tree.line, "", words)])
    version = entry.value
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        words = f"{shown(version)} is not a version of the format; write `ripple: {VERSION}`"
        raise refusal(origin, [Mistake(entry.line, "ripple", words)])
    if version > VERSION:
        words = (
            f"this file was written for a later version of Trust Ripple (format {version}; this one reads "
            f"up to {VERSION}); install a newer trust-ripple"
        )
        raise refusal(origin, [Mistake(entry.line, "ripple", words)])
    for step in range(version, VERSION):
        notes.append(f"{origin} is written in format {step}: {UPGRADES[step](tree)}")
    entry.value = VERSION


def _anchor(tree: Node, folder: Path) -> None:
    """Make the path of an edge list independent of the folder it was written in."""
    file = tree.entries.get("network", Node(None)).entries.get("file")
    if file is not None and isinstance(file.value, str):
        file.value = str(folder / file.value)


def as_written(source: Source) -> dict[str, Any]:
    """The tree as plain values without empty entries, its edge list by a path that holds from anywhere."""
    tree = source.tree.copy()
    _anchor(tree, source.folder.resolve())

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: filled(entry) for key, entry in value.items() if entry is not None}
        return [filled(entry) for entry in value] if isinstance(value, list) else value

    found: dict[str, Any] = filled(plain(tree))
    return found


def merged(below: Node, above: Node) -> Node:
    """`above` laid over `below`: mappings deeply, all else replaced; an entry without a value takes out the other."""
    if not isinstance(below.value, dict) or not isinstance(above.value, dict):
        return above
    entries = dict(below.value)
    for key, node in above.value.items():
        if node.value is None and key in entries:
            del entries[key]
        elif key == "network" and key in entries and another_network(entries[key], node):
            entries[key] = node
        else:
            entries[key] = merged(entries[key], node) if key in entries else node
    return Node(entries, above.line, above.file)


def another_network(below: Node, above: Node) -> bool:
    """True when the options of the network below mean nothing to the one above: another generator, another file."""
    return any(
        key in above.entries and (key not in below.entries or below.entries[key].value != above.entries[key].value)
        for key in ("kind", "file")
    )
