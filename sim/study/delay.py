"""The price of waiting: one arm, its answers later and later, on common draws.

    waited = delay("data-breach", arm="disclosure", over="0h..7d", replicates=30)
    waited.curve, waited.price
    waited.save("runs/delay"); open_delay("runs/delay")

Every act of the arm that answers another act (a response: it repairs or tells) comes later by the same time, so that
answers keep their distance to each other; a conditional one waits longer after its condition. All else stays: what else
the arm does, the timeline, users, luck. An answer that is moved past the horizon does not come.
"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd

from sim import units
from sim.errors import RippleError
from sim.scenario.acts import Act
from sim.scenario.measures_named import MEASURES
from sim.scenario.scenario import Arm, Scenario, load
from sim.study.folder import new_folder, tables_in
from sim.study.intervals import joint_intervals
from sim.study.provenance import provenance
from sim.study.request import request, seed_of, whole_number
from sim.study.running import Runner
from sim.study.summaries import CONFIDENCE

_STEPS = (0.25, 0.5, 1, 2, 3, 6, 12, 24, 48, 72, 96, 120, 144, 168, 240, 336, 504, 720)  # h, of a range
_COARSE = 24.0  # h; a longer range has no steps under an hour
_TABLES = ("replicates", "curve", "price")
_FORMAT = 1


@dataclass(frozen=True)
class Delay:
    """What waiting costs. Measures in the units of MEASURES; `delay` is in hours, added to what the arm says.

    replicates  replicate, seed, delay, one column per measure
    curve       measure, delay, mean, low, high (interval of the mean), added (by the delay, mean of the pairs with the
                first delay), added_low, added_high, q05, q95 (of the pairs: 9 replicates in 10 lie between), worse (share of
                replicates in which waiting is worse than the first delay)
    price       measure, from, to (h), per_hour (mean added by each hour of waiting between the two), low, high
    Intervals are joint, 95 %, over all delays of a measure.
    """

    scenario: Scenario
    arm: str
    delays: tuple[float, ...]
    seed: int
    replicates: pd.DataFrame
    curve: pd.DataFrame
    price: pd.DataFrame
    provenance: dict[str, object]

    @property
    def n_replicates(self) -> int:
        """How many replicates there are."""
        return int(self.replicates["replicate"].nunique())

    def save(self, folder: str | Path, *, force: bool = False) -> Path:
        """Write the tables (Parquet and CSV) and the scenario into a new folder, at once or not at all."""
        with new_folder(folder, force=force) as work:
            self.write(work)
        return Path(folder)

    def write(self, folder: Path) -> None:
        """Write the files into an existing folder."""
        for name in _TABLES:
            getattr(self, name).to_parquet(folder / f"{name}.parquet")
        for name in ("curve", "price"):
            getattr(self, name).to_csv(folder / f"{name}.csv", index=False)
        self.scenario.save(folder / "scenario.yaml")
        (folder / "provenance.json").write_text(json.dumps({"delay": _FORMAT, **self.provenance}, indent=1), "utf-8")


def open_delay(folder: str | Path) -> Delay:
    """Open what `Delay.save` wrote. Raises RippleError when the folder holds none."""
    path = Path(folder).expanduser()
    try:
        facts = json.loads((path / "provenance.json").read_text(encoding="utf-8"))
        if facts.get("program") != "trust-ripple" or "delay" not in facts:
            raise RippleError(f"{path} holds no delays of Trust Ripple")
        del facts["delay"]
        tables = tables_in(path, _TABLES)
        scenario = load(path / "scenario.yaml", look_for_network=False)
    except FileNotFoundError as problem:
        raise RippleError(f"{path} holds no delays: {Path(problem.filename or '').name} is missing") from None
    except (OSError, json.JSONDecodeError) as problem:
        raise RippleError(f"{path} cannot be read as delays: {problem}") from None
    return Delay(scenario, facts["arm"], tuple(facts["delays"]), int(facts["seed"]), provenance=facts, **tables)


def delay(
    scenario: str | Path | Mapping[str, object] | Scenario,
    *,
    arm: str,
    over: str | Sequence[float | str] = "0h..7d",
    replicates: int = 30,
    seed: int | None = None,
    network: object = None,
    users: int | None = None,
    horizon: float | str | None = None,
    changes: Mapping[str, object] | None = None,
    allow_code: bool = False,
    workers: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> Delay:
    """Run an arm with its answers later by each of some delays, on common draws.

    over: "0h..7d", a range in steps that grow; "0h,1h,1d,7d", or a list of hours or words. The first is what the others
    are compared with. All else as in `compare`. Raises RippleError for anything that does not fit.
    """
    count = whole_number(replicates, "replicates", least=2)
    base = seed_of(seed)
    delays = delays_of(over)
    asked = request(scenario, network=network, users=users, horizon=horizon, changes=changes, allow_code=allow_code)
    chosen = asked.scenario.arm(arm)
    if not any(_answers(act) for act in chosen.acts):
        able = [a.name for a in asked.scenario.arms.values() if any(_answers(act) for act in a.acts)]
        raise RippleError(
            f"{asked.scenario.name}: the arm '{arm}' answers nothing, so there is nothing to wait with"
            + (f"; arms that do: {', '.join(able)}" if able else "")
        )
    late = {name: _later(chosen, name, by) for name, by in zip(map(_name, delays), delays, strict=True)}
    moved = replace(asked, scenario=replace(asked.scenario, arms=MappingProxyType(late)))
    runner = Runner(moved, list(late), base, workers=workers, progress=progress)
    runner.expected = count
    done = runner.replicates(range(count))
    table = pd.DataFrame(
        [
            {"replicate": k, "seed": str(one.seeds.events), "delay": hours, **one.measures[name]}
            for k, one in enumerate(done)
            for name, hours in zip(late, delays, strict=True)
        ]
    )
    graph = next(iter(done[0].runs.values())).graph
    facts = {"arm": arm, "delays": list(delays), "seed": base, "replicates": count, "confidence": CONFIDENCE}
    facts |= {"vary": list(asked.scenario.vary)}
    told = provenance(asked.scenario, graph, **facts)
    return Delay(asked.scenario, arm, delays, base, table, _curve(table, delays), _price(table, delays), told)


def delays_of(over: str | Sequence[float | str]) -> tuple[float, ...]:
    """Hours of waiting, rising. Raises RippleError for what is no list and no range of at least two."""
    try:
        if isinstance(over, str) and ".." in over:
            first, last = (units.hours(part) for part in over.split("..", 1))
            least = 1.0 if last - first > _COARSE else 0.0
            found = [first, *(step for step in _STEPS if first < step < last and step >= least), last]
        else:
            parts = over.split(",") if isinstance(over, str) else list(over)
            found = [units.hours(part) for part in parts]
    except ValueError as problem:
        raise RippleError(f"over: {problem}; write 0h..7d, or 0h,1h,1d,7d") from None
    if len(found) < 2 or any(b <= a for a, b in itertools.pairwise(found)):
        raise RippleError("over: name at least two delays, each longer than the one before, as 0h..7d or 0h,1h,1d,7d")
    return tuple(float(hours) for hours in found)


def _answers(act: Act) -> bool:
    return act.repairs is not None


def _name(hours: float) -> str:
    return f"+{units.duration_words(hours)}" if hours else "+0 h"


def _later(arm: Arm, name: str, hours: float) -> Arm:
    """The arm under another name, with its answers later; they keep their ids, so their draws."""
    acts = [act if not _answers(act) else _moved(act, hours) for act in arm.acts]
    return replace(arm, name=name, title=f"{arm.title}, {name}", acts=tuple(acts))


def _moved(act: Act, hours: float) -> Act:
    if act.when is not None:
        return replace(act, after=act.after + hours)
    return replace(act, at=act.at + hours, until=None if act.until is None else act.until + hours)


def _wide(table: pd.DataFrame, measure: str, delays: Sequence[float]) -> np.ndarray:
    wide = table.pivot(index="replicate", columns="delay", values=measure)[list(delays)].to_numpy(dtype=np.float64)
    return wide[np.isfinite(wide).all(axis=1)]


def _curve(table: pd.DataFrame, delays: Sequence[float]) -> pd.DataFrame:
    rows = []
    for name, measure in MEASURES.items():
        values = _wide(table, name, delays)
        if len(values) < 2:
            rows += [(name, hours, *[math.nan] * 9) for hours in delays]
            continue
        pairs = values - values[:, :1]
        own, added = joint_intervals(values, CONFIDENCE), joint_intervals(pairs, CONFIDENCE)
        ranges = np.quantile(pairs, (0.05, 0.95), axis=0)
        worse = (pairs * (1 if measure.better == "lower" else -1) > 0).mean(axis=0)
        for k, hours in enumerate(delays):
            ends = [part[k] for part in (*own, *added)]
            rows.append((name, hours, *ends, *ranges[:, k], worse[k]))
    columns = ["measure", "delay", "mean", "low", "high", "added", "added_low", "added_high", "q05", "q95", "worse"]
    return pd.DataFrame(rows, columns=columns)


def _price(table: pd.DataFrame, delays: Sequence[float]) -> pd.DataFrame:
    rows = []
    for name in MEASURES:
        values = _wide(table, name, delays)
        if len(values) < 2:
            continue
        each = joint_intervals(np.diff(values, axis=1) / np.diff(delays), CONFIDENCE)
        for k, (first, last) in enumerate(itertools.pairwise(delays)):
            rows.append((name, first, last, *(part[k] for part in each)))
    return pd.DataFrame(rows, columns=["measure", "from", "to", "per_hour", "low", "high"])
