"""The factors of an experiment file, read and tried out on the scenario that they vary.

Every value of a list, and both ends of a range, are put into the scenario, so that what it refuses is said at once and in
its own words, at the line of the factor.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.errors import RippleError, did_you_mean
from sim.scenario.mistakes import Where
from sim.scenario.parameters import PARAMETERS
from sim.scenario.scenario import Scenario
from sim.scenario.validate import Findings
from sim.study.design import Factor, parameter_factors
from sim.study.sweep import amounts
from sim.study.sweep.keys import ALL, FactorFile
from sim.units import shown

_PATH = re.compile(r"^[\w.\[\]-]+: ")  # before what is wrong there
_LINE = re.compile(r"^line \d+ +")
_WAYS = ("values", "range", "own", "settings")


@dataclass(frozen=True)
class Varied:
    """A factor and what its values change. paths: what each value is put at; settings: label -> changes instead.

    levels: how many values of a range on a grid, when the factor says so; base: the middle one at a time (None: unsaid).
    """

    factor: Factor
    paths: tuple[str, ...]
    settings: Mapping[Any, Mapping[str, object]] | None = None
    levels: int | None = None
    base: object = None

    def changes(self, value: object) -> dict[str, object]:
        """What the scenario is changed to at a value."""
        if self.settings is not None:
            return dict(self.settings[value])
        return {path: amounts.words(value, self.factor.unit) for path in self.paths}


def read_factors(
    factors: Mapping[str, FactorFile], parameters: object, base: Scenario | None, findings: Findings
) -> list[Varied]:
    """The factors of a file in its order, parameters with their own ranges first. What is wrong goes to findings.

    base: the scenario they are tried out on; None when a function is swept, which takes any name.
    """
    varied = _of_parameters(parameters, findings)
    for name, entry in factors.items():
        where = ("factors", name)
        if not findings.any_at(where):
            found = _one(name, entry, where, findings)
            if found is not None and (base is None or _tried(found, entry, base, where, findings)):
                varied.append(found)
    names = [one.factor.path for one in varied]
    for name in dict.fromkeys(n for n in names if names.count(n) > 1):
        findings.add(("factors", name), "is among the `parameters` already")
    return varied


def _of_parameters(given: object, findings: Findings) -> list[Varied]:
    if given is None or findings.any_at(("parameters",)):
        return []
    left_out: set[str] = set()
    if isinstance(given, dict) and set(given) == {"except"} and isinstance(given["except"], list):
        left_out, given = set(map(str, given["except"])), ALL
    if given != ALL and not (isinstance(given, list) and given):
        findings.add(("parameters",), f"{shown(given)} does not say which; write all, a list, or {{except: [...]}}")
        return []
    for name in sorted(left_out - set(PARAMETERS)):
        findings.add(("parameters", "except"), f"'{name}' is not a parameter{did_you_mean(name, PARAMETERS)}")
    try:
        factors = parameter_factors(None if given == ALL else [str(name) for name in given])
    except RippleError as problem:
        findings.add(("parameters",), str(problem))
        return []
    kept = [f for f in factors if f.path.removeprefix("parameters.") not in left_out]
    return [Varied(factor, (factor.path,)) for factor in kept]


def _one(name: str, entry: FactorFile, where: Where, findings: Findings) -> Varied | None:
    """A factor as it is written; None when it cannot be read."""
    ways = [way for way in _WAYS if getattr(entry, way) not in (None, False)]
    if len(ways) != 1:
        said = " and ".join(ways) if ways else "nothing of them"
        findings.add(where, f"write either values, a range, own or settings; here stands {said}")
        return None
    paths = tuple(entry.paths) if entry.paths else (name,)
    try:
        if entry.own:
            return _own(name, paths, entry)
        if entry.settings is not None:
            labels = tuple(entry.settings)
            return Varied(Factor(name, values=labels), (), dict(entry.settings), base=entry.base)
        if isinstance(entry.values, dict):
            settings = {label: dict.fromkeys(paths, value) for label, value in entry.values.items()}
            return Varied(Factor(name, values=tuple(settings)), paths, settings, base=entry.base)
        if entry.values is not None:
            if any(isinstance(value, (list, dict)) for value in entry.values):
                findings.add((*where, "values"), "lists and mappings need labels: write `label: value` lines")
                return None
            values, unit = amounts.read_all(entry.values)
            if len(set(values)) < len(values):
                findings.add((*where, "values"), "a value stands twice")
                return None
            return Varied(Factor(name, values=tuple(values), unit=unit), paths, base=_amount(entry.base))
        return _range(name, paths, entry, where, findings)
    except RippleError as problem:
        findings.add(where, str(problem).removeprefix(f"{name}: "))
        return None


def _own(name: str, paths: tuple[str, ...], entry: FactorFile) -> Varied:
    parameter = paths[0].rpartition(".")[2]
    [own] = parameter_factors([parameter])
    factor = Factor(name, own.low, own.high, own.distribution, unit=own.unit)
    return Varied(factor, paths, levels=entry.levels, base=_amount(entry.base))


def _range(name: str, paths: tuple[str, ...], entry: FactorFile, where: Where, findings: Findings) -> Varied | None:
    ends, unit = amounts.read_all(entry.range or [])
    for k, end in enumerate(ends):
        if isinstance(end, (str, bool)) or amounts.read(end) is None:
            findings.add(
                (*where, "range"), f"{shown((entry.range or [])[k])} and its partner are not quantities of one kind"
            )
            return None
    factor = Factor(name, float(ends[0]), float(ends[1]), entry.distribution or "uniform", unit=unit)
    return Varied(factor, paths, levels=entry.levels, base=_amount(entry.base))


def _amount(value: object) -> object:
    found = amounts.read(value)
    return found[0] if found is not None else value


def _tried(found: Varied, entry: FactorFile, base: Scenario, where: Where, findings: Findings) -> bool:
    """True when the scenario takes the values as they are written."""
    if found.settings is not None:
        trials = list(found.settings.values())
    else:
        written = entry.values or entry.range or found.factor.levels(2)
        as_read = entry.own is None
        trials = [{path: _as_text(value) if as_read else value for path in found.paths} for value in written]
        trials += [found.changes(found.factor.levels(2)[0])]
    for changes in trials:
        try:
            base.changed(changes)
        except RippleError as problem:
            for words in said(problem):
                findings.add(where, _PATH.sub("", words) if len(changes) == 1 else words)
            return False
    return True


def _as_text(value: Any) -> object:
    """A value as a file has it, so that a bare number is not taken for hours."""
    return repr(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def said(problem: RippleError) -> list[str]:
    """The mistakes that an error of a scenario lists, without its heading and the lines of that file."""
    heading, *lines = str(problem).splitlines()
    return [_LINE.sub("", line.strip()) for line in lines] or [heading]


def value_in(scenario: Scenario, path: str) -> object | None:
    """What a scenario says at a path, as a quantity without words; None where it cannot be told.

    Parameters by their values; other paths through the resolved document, acts by their ids.
    """
    name = path.removeprefix("parameters.")
    if name in PARAMETERS:
        return scenario.parameters[name]
    node: Any = scenario.resolved()
    for step in path.replace("]", "").replace("[", ".").split("."):
        if isinstance(node, dict) and step not in node and isinstance(node.get("acts"), list):
            node = node["acts"]
        if isinstance(node, list):
            named = [item for item in node if isinstance(item, dict) and item.get("id") == step]
            node = named[0] if named else node[int(step)] if step.isdigit() and int(step) < len(node) else None
        else:
            node = node.get(step) if isinstance(node, dict) else None
        if node is None:
            return None
    return _amount(node) if not isinstance(node, (list, dict)) else None
