"""Experiment files: read, every mistake named with its line, and written so that they load again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from sim import units
from sim.dynamics import observe
from sim.errors import RippleError, did_you_mean
from sim.library import experiments_folder
from sim.scenario import readers
from sim.scenario.measures_named import MEASURES
from sim.scenario.mistakes import Mistake, refusal
from sim.scenario.scenario import Scenario, load
from sim.scenario.sources import is_path, slug
from sim.scenario.validate import Findings, validated_as
from sim.scenario.yaml_reader import Node, as_node, plain, read_file
from sim.study.sweep.experiment import Experiment, Panel
from sim.study.sweep.factors import read_factors, said
from sim.study.sweep.keys import SIZES, VERSION, ExperimentFile, PanelFile, written_out
from sim.study.tables import USERS

GAP = "gap"  # a column over time beside those of a run: how far trust lies below the quiet twin's


class Based(Protocol):
    """What an experiment and other files that vary a scenario say of it."""

    scenario: Any
    changes: dict[str, Any] | None
    users: Any
    horizon: Any
    vary: Any


def library() -> dict[str, Path]:
    """The experiments that come with Trust Ripple, by name."""
    return {path.stem: path for path in sorted(experiments_folder().glob("*.yaml"))}


def file_of(source: str | Path) -> tuple[Path, str]:
    """The file behind a path or a name of the library, and what errors call it. Raises RippleError."""
    if isinstance(source, Path) or is_path(source):
        return Path(source).expanduser(), str(source)
    files = library()
    if source not in files:
        known = did_you_mean(source, files) or (f"; the library has {', '.join(files)}" if files else "")
        raise RippleError(f"there is no experiment '{source}'{known}; a file of your own is written as ./{source}.yaml")
    return files[source], f"{source}.yaml"


def load_experiment(
    source: str | Path | Mapping[str, Any] | Experiment,
    *,
    overrides: Mapping[str, Any] | None = None,
    without_scenario: bool = False,
    look_for_network: bool = True,
) -> Experiment:
    """An experiment from a file, a dict, or itself. overrides: top-level entries in place of the file's.

    without_scenario: it is run by a function of one's own, so its factors may have any name.
    Raises RippleError with all mistakes of the file, each with its line.
    """
    free, look = without_scenario, look_for_network
    if isinstance(source, Experiment):
        if not overrides:
            return source
        tree = as_node({**source.document, **overrides})
        return _checked(tree, source.origin, source.folder, source.name, source.scenario, free, look)
    if isinstance(source, Mapping):
        entries = dict(source)
        given = entries.pop("scenario", None) if isinstance(source.get("scenario"), Scenario) else None
        origin, folder, name = "the experiment given as a dict", Path.cwd(), "experiment"
        tree = as_node(entries)
    else:
        path, origin = file_of(source)
        folder, name, given = path.resolve().parent, slug(path), None
        tree = read_file(path)
    for key, value in (overrides or {}).items():
        tree.entries[key] = as_node(value)
    return _checked(tree, origin, folder, name, given, free, look)


def _checked(
    tree: Node, origin: str, folder: Path, name: str, given: Scenario | None, free: bool, look_for_network: bool
) -> Experiment:
    _check_version(tree, origin)
    tree = written_out(tree)
    content, findings = validated_as(ExperimentFile, tree)
    base = given
    if base is None and not free:
        base = base_of(content, folder, findings, look_for_network)
    if base is not None:
        base = with_changes(base, content, folder, findings)
    broken_base = base is None and not free
    varied = [] if broken_base else read_factors(content.factors or {}, content.parameters, base, findings)
    if not content.factors and content.parameters is None:
        findings.add((), "`factors` is missing: what is varied, as `path: [values]` lines")
    design = _design(content, findings)
    arms = _arms(content, base, findings)
    columns, every = _series(content, base, findings)
    panel = None if content.panel is None or base is None else _panel(content.panel, base, findings)
    measures = _measures(content, base, findings)
    if findings.mistakes:
        raise refusal(origin, findings.mistakes)
    experiment = Experiment(
        name=content.name or name,
        title=content.title or content.name or name,
        question=content.question or "",
        expected=content.expected or "",
        sources=tuple(content.sources or ()),
        scenario=base,
        arms=arms,
        varied=tuple(varied),
        design=design,
        replicates=content.replicates or 1,
        seed=1 if content.seed is None else content.seed,
        seeds=content.seeds or "common",
        measures=measures,
        series=columns,
        every=every,
        panel=panel,
        origin=origin,
        folder=folder,
        document=_document(tree),
    )
    experiment.points()  # a design that cannot be made is a mistake of the file
    return experiment


def _check_version(tree: Node, origin: str) -> None:
    entry = tree.entries.get("experiment")
    if entry is None:
        what = "; this is a scenario: `ripple compare` runs it" if "ripple" in tree.entries else ""
        words = f"`experiment: {VERSION}` is missing; it says which version of the format this is{what}"
        raise refusal(origin, [Mistake(tree.line, "", words)])
    if entry.value != VERSION or isinstance(entry.value, bool):
        words = f"{units.shown(plain(entry))} is not a version of the format; write `experiment: {VERSION}`"
        raise refusal(origin, [Mistake(entry.line, "experiment", words)])


def base_of(content: Based, folder: Path, findings: Findings, look_for_network: bool = True) -> Scenario | None:
    """The scenario that a file names, as it is written; None, and a finding, when there is none."""
    where = ("scenario",)
    if content.scenario is None:
        if not findings.any_at(where):
            findings.add((), "`scenario` is missing: a name of the library (`ripple list`) or a file")
        return None
    source = content.scenario
    if isinstance(source, str) and is_path(source):
        source = folder / source
    elif not isinstance(source, (str, dict)):
        findings.add(where, f"{units.shown(source)} is not a scenario; write a name of the library or a path")
        return None
    try:
        return load(source, look_for_network=look_for_network)
    except RippleError as problem:
        findings.add(where, str(problem))
        return None


def with_changes(base: Scenario, content: Based, folder: Path, findings: Findings) -> Scenario:
    """The scenario with what holds at every point; an edge list is looked for where the experiment lies."""
    shared: dict[str, object] = {}
    if content.users is not None:
        shared["network.users"] = content.users
    if content.horizon is not None:
        shared["horizon"] = f"{content.horizon!r} h"
    if content.vary is not None:
        shared["vary"] = list(content.vary)
    for where, changes in ((("changes",), content.changes), ((), shared)):
        for path, value in (changes or {}).items():
            if path == "network.file":
                value = str(folder / str(value))
            elif path == "network" and isinstance(value, dict) and "file" in value:
                value = {**value, "file": str(folder / str(value["file"]))}
            try:
                base = base.changed({path: value})
            except RippleError as problem:
                for one in said(problem):
                    findings.add((*where, path) if where else (path.rpartition(".")[2],), one.removeprefix(f"{path}: "))
    return base


def _arms(content: ExperimentFile, base: Scenario | None, findings: Findings) -> tuple[str, ...]:
    if base is None:
        return tuple(content.arms or ())
    chosen = list(content.arms or base.arms)
    for k, arm in enumerate(chosen):
        if arm not in base.arms:
            known = did_you_mean(arm, base.arms) or f"; arms of {base.name}: {', '.join(base.arms)}"
            findings.add(("arms", k), f"there is no arm '{arm}'{known}")
        elif arm in chosen[:k]:
            findings.add(("arms", k), f"'{arm}' stands twice")
    return tuple(chosen)


def _design(content: ExperimentFile, findings: Findings) -> dict[str, Any]:
    if content.design is None:
        return {"kind": "grid"}
    given = {key: value for key, value in content.design.model_dump().items() if value is not None}
    kind = given.get("kind")
    size = SIZES.get(str(kind))
    allowed = {"kind"} | ({size} if size else set())
    allowed |= {"levels"} if kind in ("grid", "one-at-a-time", "morris") else set()
    allowed |= {"second_order"} if kind == "sobol" else set()
    allowed |= {"file"} if kind == "csv" else set()
    if size and size not in given and not findings.any_at(("design", size)):
        findings.add(("design",), f"how many? a design of kind {kind} needs `{size}`")
    if kind == "csv" and "file" not in given:
        findings.add(("design",), "which file? a design of kind csv needs `file`")
    for key in sorted(set(given) - allowed):
        findings.add(("design", key), f"a design of kind {kind} has no `{key}`")
    return given


def _measures(content: ExperimentFile, base: Scenario | None, findings: Findings) -> tuple[str, ...]:
    chosen = list(content.measures or ())
    if base is None:
        return tuple(chosen)
    for k, name in enumerate(chosen):
        if name not in MEASURES:
            near = did_you_mean(name, MEASURES) or f"; there are {', '.join(MEASURES)}"
            findings.add(("measures", k), f"'{name}' is not a measure{near}")
    return tuple(name for name in MEASURES if name in chosen) if chosen else tuple(MEASURES)


def _series(content: ExperimentFile, base: Scenario | None, findings: Findings) -> tuple[tuple[str, ...], float | None]:
    if content.series is None or base is None:
        return (), None
    known = [*observe.columns(), GAP]
    columns = list(dict.fromkeys(content.series.columns))
    for k, name in enumerate(columns):
        of_a_rule = "." in name and name.split(".")[0] in {rule.name for rule in base.rules}
        if name not in known and not of_a_rule:
            findings.add(("series", "columns", k), f"'{name}' is not a column of a series{did_you_mean(name, known)}")
    every = content.series.every
    if every is not None and _off_the_grid([every], base):
        findings.add(("series", "every"), f"is no multiple of the tick, {units.duration_words(base.tick)}")
    return tuple(columns), every


def _panel(given: PanelFile, base: Scenario, findings: Findings) -> Panel | None:
    where, users = ("panel", "users"), given.users
    before = len(findings.mistakes)
    who: Mapping[str, object] | int = 0
    try:
        who = readers.audience(users) if isinstance(users, dict) or users in readers.GROUPS else units.count(users)
        if who == 0:
            raise ValueError("0 users; write how many")
    except ValueError as problem:
        findings.add(where, str(problem))
    known = [column.name for column in USERS if column.name != "label"]
    columns = list(dict.fromkeys(given.columns or ["trust"]))
    for k, name in enumerate(columns):
        if name not in known:
            findings.add(
                ("panel", "columns", k), f"'{name}' is not a column of the table of users{did_you_mean(name, known)}"
            )
    if (given.hours is None) == (given.every is None):
        findings.add(("panel",), "write either `hours`, a list of times, or `every`")
        return None
    hours: Sequence[float] = given.hours or []
    if given.every is not None:
        hours = [k * given.every for k in range(int(base.horizon / given.every + 1e-9) + 1)]
    if _off_the_grid(hours, base):
        findings.add(
            ("panel", "hours" if given.hours else "every"),
            f"is no multiple of the tick, {units.duration_words(base.tick)}",
        )
    elif max(hours) > base.horizon:
        findings.add(("panel", "hours"), f"{units.duration_words(max(hours))} lies beyond the horizon")
    return Panel(who, tuple(columns), tuple(sorted(set(hours)))) if len(findings.mistakes) == before else None


def _off_the_grid(hours: Sequence[float], base: Scenario) -> bool:
    return any(abs(hour / base.tick - round(hour / base.tick)) > 1e-9 for hour in hours)


def _document(tree: Node) -> dict[str, Any]:
    found = plain(tree)
    return found if isinstance(found, dict) else {}
