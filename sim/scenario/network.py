"""The network of a scenario: which generator with which options, or which edge list."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sim import units
from sim.errors import did_you_mean
from sim.scenario.fields import NetworkFile
from sim.scenario.parts import Network
from sim.scenario.sources import Source
from sim.scenario.validate import Findings

if TYPE_CHECKING:
    from sim.world.generators import Option

_KEYS = tuple(NetworkFile.model_fields)
_OF_A_FILE = ("directed", "weight", "columns", "largest_component")


def resolved_network(
    written: NetworkFile | None, source: Source, findings: Findings
) -> tuple[Network | None, dict[str, Any]]:
    """The network and its document; None when it has mistakes."""
    written = written or NetworkFile()
    if written.file is not None and written.kind not in (None, "file"):
        findings.add(("network", "file"), "`kind` makes a network and `file` reads one; keep one of them")
        return None, {}
    if written.file is not None:
        return _read(written, source, findings)
    for key in _OF_A_FILE:
        if getattr(written, key) is not None:
            findings.add(("network", key), f"`{key}` is for a network that is read from a `file`")
    return _made(written, findings)


def _read(written: NetworkFile, source: Source, findings: Findings) -> tuple[Network | None, dict[str, Any]]:
    path = (source.folder / Path(written.file or "").expanduser()).resolve()
    if source.look_for_network and not path.is_file():
        what = "is a folder, not an edge list" if path.is_dir() else f"there is no such file{_beside(path)}"
        findings.add(("network", "file"), f"{written.file}: {what}")
    for key in written.model_extra or {}:
        known = [name for name in _KEYS if name != "kind"]
        findings.add(("network", key), f"'{key}' is not known of a file{did_you_mean(key, known)}")
    if written.columns is not None and len(written.columns) != 2:
        findings.add(("network", "columns"), "name two columns, [who, whom]")
    if written.users == 0:
        findings.add(("network", "users"), "a sample has at least one user")
    columns = (written.columns[0], written.columns[1]) if written.columns and len(written.columns) == 2 else None
    network = Network(
        "file",
        written.users,
        file=path,
        directed=written.directed,
        weight=written.weight,
        columns=columns,
        largest_component=bool(written.largest_component),
        seed=written.seed,
    )
    document: dict[str, Any] = {
        "file": path.as_posix(),
        "users": network.users,
        "directed": network.directed,
        "weight": network.weight,
        "columns": list(columns) if columns else None,
        "largest_component": network.largest_component,
        "seed": network.seed,
    }
    return network, {key: value for key, value in document.items() if value is not None}


def _beside(path: Path) -> str:
    if not path.parent.is_dir():
        return f"; the folder {path.parent} is not there either"
    return did_you_mean(path.name, [entry.name for entry in path.parent.iterdir()])


def _made(written: NetworkFile, findings: Findings) -> tuple[Network | None, dict[str, Any]]:
    from sim.world import generators  # brings compiled loops along, so only when a network is checked

    kind = written.kind or generators.KIND
    known = generators.GENERATORS[kind].options if kind in generators.GENERATORS else {}
    given: dict[str, object] = {}
    unreadable = False
    for key, value in (written.model_extra or {}).items() if kind in generators.GENERATORS else ():
        try:
            if key not in known:
                has = f"; it has {', '.join(known) or 'none'}"
                raise ValueError(f"'{key}' is not an option of {kind}{did_you_mean(key, (*known, *_KEYS)) or has}")
            given[key] = _option(known[key], value)
        except ValueError as problem:
            findings.add(("network", key), str(problem))
            unreadable = True
    for key, what in generators.mistakes(kind, written.users, given):
        findings.add(("network", key), what)
    if unreadable or findings.any_at(("network",)):
        return None, {}
    generator = generators.GENERATORS[kind]
    users = generator.users if written.users is None else written.users
    options = {name: given.get(name, option.default) for name, option in generator.options.items()}
    document = {"kind": kind, "users": users, **options, **({} if written.seed is None else {"seed": written.seed})}
    return Network(kind, users, MappingProxyType(options), seed=written.seed), document


def _option(option: Option, value: object) -> float:
    """An option of a generator in words: a count, a share where it goes from 0 to 1, or a number."""
    if option.whole:
        return units.count(value)
    return units.share(value) if option.highest <= 1 else units.number(value)
