"""Fit files: read, every mistake named with its line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sim import units
from sim.errors import RippleError, did_you_mean
from sim.scenario.mistakes import Mistake, refusal
from sim.scenario.parameters import PARAMETERS
from sim.scenario.scenario import Scenario
from sim.scenario.sources import slug
from sim.scenario.validate import Findings, validated_as
from sim.scenario.yaml_reader import Node, as_node, plain, read_file
from sim.study.design import Factor, parameter_factors
from sim.study.fit.keys import AUTO, SHOWS, VERSION, FitFile, ObservedFile
from sim.study.fit.observed import Observed, read_observed
from sim.study.sweep.factors import Varied, read_factors
from sim.study.sweep.keys import written_out
from sim.study.sweep.reading import base_of, with_changes

RUNS = 1000
_ERRORS = {False: (0.003, 0.03), True: (0.05, 0.5)}  # of a value, when it is fitted: points of trust, shares of counts


@dataclass(frozen=True)
class Task:
    """A checked fit. varied: what is looked for; others: drawn beside it and not told of; auto: found by a first look."""

    name: str
    title: str
    scenario: Scenario
    arm: str
    starts: datetime
    varied: tuple[Varied, ...]
    others: tuple[Varied, ...]
    auto: bool
    observed: tuple[Observed, ...]
    runs: int
    seed: int
    origin: str

    @property
    def errors(self) -> list[tuple[int, Factor]]:
        """The errors of observation that are fitted: number of the series, and their range."""
        return [
            (k, Factor(f"error of {seen.name}", *_ERRORS[seen.is_count], "log-uniform"))
            for k, seen in enumerate(self.observed)
            if seen.error is None
        ]

    def facts(self) -> dict[str, Any]:
        """All that the runs depend on but the scenario, as plain values."""
        return {
            "factors": [repr(one.factor) for one in (*self.varied, *self.others)],
            "observed": [
                [seen.shows, seen.of, seen.width, seen.audience, seen.hours.tolist()] for seen in self.observed
            ],
        }


def load_fit(source: str | Path | Mapping[str, Any], overrides: Mapping[str, object] | None = None) -> Task:
    """A fit from a file or a dict. overrides: top-level entries in place of the file's.

    Raises RippleError with all mistakes of the file, each with its line; those of a table name its file and line.
    """
    if isinstance(source, Mapping):
        given = dict(source)
        scenario = given.get("scenario")
        tree = as_node({"fit": VERSION, **given, **({"scenario": "given"} if isinstance(scenario, Scenario) else {})})
        origin, folder, name = "the fit given as a dict", Path.cwd(), "fit"
    else:
        path = Path(source).expanduser()
        tree, origin, folder, name = read_file(path), str(source), path.resolve().parent, slug(path)
        scenario = None
    for key, value in (overrides or {}).items():
        tree.entries[key] = as_node(value)
    return _checked(tree, origin, folder, name, scenario if isinstance(scenario, Scenario) else None)


def _checked(tree: Node, origin: str, folder: Path, name: str, given: Scenario | None) -> Task:
    entry = tree.entries.get("fit")
    if entry is None or entry.value != VERSION or isinstance(entry.value, bool):
        words = f"`fit: {VERSION}` is missing; it says which version of the format this is"
        if entry is not None:
            words = f"{units.shown(plain(entry))} is not a version of the format; write `fit: {VERSION}`"
        raise refusal(origin, [Mistake((entry or tree).line, "fit" if entry else "", words)])
    tree = written_out(tree)
    content, findings = validated_as(FitFile, tree)
    base = given if given is not None else base_of(content, folder, findings)
    if base is None:
        raise refusal(origin, findings.mistakes)
    base = with_changes(base, content, folder, findings)
    arm = _arm(content.arm, base, findings)
    auto = content.parameters == AUTO
    varied = read_factors(content.factors or {}, None if auto else content.parameters, base, findings)
    if not varied and not auto and not findings.mistakes:
        findings.add((), "what is to be fitted? write `parameters: [...]` (or auto), or `factors`")
    for one in varied:
        if one.factor.distribution in ("choice", "whole"):
            findings.add(("factors", one.factor.path), "a fit looks for a quantity; give it a range")
    starts = content.starts or base.start
    starts = starts if starts.tzinfo else starts.replace(tzinfo=base.start.tzinfo or UTC)
    observed = _observed(content.observed, folder, starts, base.horizon, findings)
    if findings.mistakes:
        raise refusal(origin, findings.mistakes)
    return Task(
        name=content.name or name,
        title=content.title or f"{base.title}: fitted",
        scenario=base,
        arm=arm,
        starts=starts,
        varied=tuple(varied),
        others=tuple(_rest(varied)) if auto or content.others == "vary" else (),
        auto=auto,
        observed=tuple(observed),
        runs=content.runs or RUNS,
        seed=1 if content.seed is None else content.seed,
        origin=origin,
    )


def _arm(name: str | None, base: Scenario, findings: Findings) -> str:
    if name is not None and name not in base.arms:
        known = did_you_mean(name, base.arms) or f"; arms of {base.name}: {', '.join(base.arms)}"
        findings.add(("arm",), f"there is no arm '{name}'{known}")
    return name or base.reference


def _rest(varied: Sequence[Varied]) -> list[Varied]:
    """All parameters with a range of their own that are not looked for."""
    named = {path.removeprefix("parameters.") for one in varied for path in one.paths}
    names = [p.name for p in PARAMETERS.values() if p.distribution != "fixed" and p.name not in named]
    return [Varied(factor, (factor.path,)) for factor in parameter_factors(names)]


def _observed(
    given: Sequence[ObservedFile] | None, folder: Path, starts: datetime, horizon: float, findings: Findings
) -> list[Observed]:
    if not given:
        if not findings.any_at(("observed",)):
            findings.add((), "`observed` is missing: the series, each with its `file` and what it `shows`")
        return []
    found = []
    for k, one in enumerate(given):
        for key, what in (("file", "the table"), ("shows", f"what it is: {', '.join(SHOWS)}")):
            if getattr(one, key) is None and not findings.any_at(("observed", k)):
                findings.add(("observed", k), f"`{key}` is missing: {what}")
        if findings.any_at(("observed", k)):
            continue
        try:
            found.append(read_observed(one, folder, starts, horizon))
        except RippleError as problem:
            findings.add(("observed", k), str(problem))
    names = [seen.name for seen in found]
    for k, name in enumerate(names):
        if name in names[:k]:
            findings.add(("observed", k), f"two series are called '{name}'; name their columns")
    return found
