"""Checkpoints of one long run: the last one is kept beside the result, and an interrupted run goes on from it.

    kept = Checkpoints("runs/large.checkpoint", every=24.0, belongs_to={...})
    engine = kept.engine(setup, resume=True)
    kept.run(engine, progress)
    kept.clear()

Each checkpoint is written under another name and renamed when it is whole; only then the one before it is removed.
"""

from __future__ import annotations

import json
import math
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from sim.dynamics.checkpoint import lay_aside, require_no_rules, take_up
from sim.dynamics.engine import Engine
from sim.dynamics.setup import Seeds, Setup
from sim.errors import RippleError
from sim.scenario.scenario import Scenario
from sim.study.provenance import provenance, seeds_as_dict
from sim.units import hours

_PART = ".part"
_ABOUT = "run.json"
_TELLS_APART = ("version", "scenario_hash", "network_hash", "arm", "seeds", "word_of_mouth")


class Checkpoints:
    """The checkpoints of one run in a folder. every: h between two; belongs_to: what tells this run from others."""

    def __init__(self, folder: str | Path, every: float, belongs_to: Mapping[str, object]):
        if not 0.0 < every < math.inf:
            raise RippleError(f"checkpoint: {every:g} h is no time between two checkpoints; write '1 d'")
        self.folder, self.every = Path(folder).expanduser(), every
        self.belongs_to = json.loads(json.dumps(belongs_to))

    def engine(self, setup: Setup, *, resume: bool) -> Engine:
        """An engine at the last checkpoint, or at the start when there is none.

        Raises RippleError when checkpoints are there and `resume` is not said, when they are of another run or broken,
        and for a run with rules of its own.
        """
        require_no_rules(setup)
        last = self.last()
        if last is None:
            return Engine(setup)
        if not resume:
            raise RippleError(
                f"{self.folder} holds a run that was interrupted at hour {_hour(last):g}; go on with it by --resume "
                "(resume=True), or remove the folder"
            )
        self._check(last)
        try:
            return take_up(setup, last)
        except (OSError, ValueError, KeyError, TypeError) as problem:
            raise RippleError(f"{last} cannot be read as a checkpoint: {problem}") from None

    def run(self, engine: Engine, progress: Callable[[float], None] | None = None) -> Engine:
        """Run to the horizon, laying the run aside on the way. progress: called with the hours done."""
        horizon = engine.setup.horizon
        while engine.now < horizon:
            done = math.floor(engine.now / self.every + 1e-9)
            engine.advance(min(horizon, (done + 1) * self.every), progress)
            if engine.now < horizon:
                self.write(engine)
        return engine

    def write(self, engine: Engine) -> Path:
        """Lay the run aside as it is now. Raises RippleError when it cannot be written; the one before it stays."""
        place = self.folder / f"hour-{engine.now:012.3f}"
        work = place.with_name(place.name + _PART)
        try:
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir(parents=True)
            lay_aside(engine, work)
            (work / _ABOUT).write_text(json.dumps(self.belongs_to, indent=1), encoding="utf-8")
            shutil.rmtree(place, ignore_errors=True)
            os.replace(work, place)
        except OSError as problem:
            shutil.rmtree(work, ignore_errors=True)
            raise RippleError(f"{place} cannot be written: {problem.strerror}") from None
        for old in self.folder.glob("hour-*"):  # also what a kill left half written or half removed
            if old != place:
                shutil.rmtree(old, ignore_errors=True)
        return place

    def last(self) -> Path | None:
        """The folder of the last whole checkpoint."""
        return max(self._whole(), default=None, key=_hour)

    def clear(self) -> None:
        """Remove all checkpoints: the result is written."""
        for one in self.folder.glob("hour-*"):
            shutil.rmtree(one, ignore_errors=True)
        if self.folder.is_dir() and not any(self.folder.iterdir()):
            self.folder.rmdir()

    def _whole(self) -> list[Path]:
        return [one for one in self.folder.glob("hour-*") if one.suffix != _PART and (one / _ABOUT).is_file()]

    def _check(self, last: Path) -> None:
        theirs = json.loads((last / _ABOUT).read_text(encoding="utf-8"))
        differ = [name for name, value in self.belongs_to.items() if theirs.get(name) != value]
        if differ:
            raise RippleError(
                f"{self.folder} belongs to another run: it differs in {', '.join(differ)}; run what it was made by, or "
                "remove the folder"
            )


def checkpoints_for(
    setup: Setup,
    scenario: Scenario,
    arm: str,
    seeds: Seeds,
    every: float | str | None,
    folder: str | Path | None,
    *,
    resume: bool,
) -> Checkpoints | None:
    """The checkpoints that a run asks for: every so often (h, or words), in a folder; None when it asks for none.

    Raises RippleError for one without the other.
    """
    if every is None:
        if folder is not None or resume:
            raise RippleError("checkpoint: say how often the run is laid aside, as in checkpoint='1 d'")
        return None
    if folder is None:
        raise RippleError("checkpoint_folder: name the folder for the checkpoints")
    try:
        between = float(every) if isinstance(every, (int, float)) else hours(every)
    except ValueError as problem:
        raise RippleError(f"checkpoint: {problem}") from None
    about = provenance(
        scenario, setup.world.graph, arm=arm, seeds=seeds_as_dict(seeds), word_of_mouth=setup.word_of_mouth
    )
    return Checkpoints(folder, between, {name: about[name] for name in _TELLS_APART})


def _hour(checkpoint: Path) -> float:
    return float(checkpoint.name.removeprefix("hour-"))
