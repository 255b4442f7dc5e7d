"""Arms on common draws: every arm meets the same people, the same hazards and the same luck, replicate by replicate.

both = compare("data-breach", replicates=50, seed=1)
both.measures, both.differences, both.best, both.bands
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sim.dynamics import ledger
from sim.dynamics.engine import Engine
from sim.dynamics.rules import Rule
from sim.dynamics.setup import LARGE, Seeds
from sim.errors import RippleError
from sim.scenario.measures_named import MEASURES
from sim.scenario.scenario import Expect, Scenario
from sim.study.folder import new_folder
from sim.study.intervals import joint_intervals
from sim.study.measures import REGAINED_FOR, Trace, measures
from sim.study.request import Request, request, seed_of, whole_number
from sim.study.results import Run, run_from
from sim.study.twins import Twins, different_twins
from sim.world import draws
from sim.world.people import World

QUANTILES = {"q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95}
CONFIDENCE = 0.95
_TABLES = ("measures", "spread", "differences", "best", "replicates", "bands", "ledger", "hops")


@dataclass(frozen=True)
class Comparison:
    """What a comparison left behind. Measures in the units of MEASURES; trust in `bands`, `ledger`, `hops` 0..1.

    measures     arms x measures, means over replicates (regained_hours: restricted to the horizon)
    spread       arm, measure, mean, sd, low, high: what 9 replicates in 10 lie between
    differences  arm, measure, difference (arm minus reference, paired), low, high (joint over arms), better (share of
                 replicates in which the arm is better), variance_saved (by pairing, share); over the replicates in
                 which all arms that ever have a value have one
    best         arms x measures, share of replicates in which the arm is best (ties are split); replicates in which
                 no arm has a value do not count
    replicates   replicate, seed, arm, one column per measure
    bands        arm, hour, mean and quantiles of trust over replicates; gap_ the same below the quiet twin
    ledger       arm, book, cause, channel, trust;  hops  arm, act, hop, users: means over replicates
    examples     the whole run of every arm in the first replicate
    """

    scenario: Scenario
    arms: list[str]
    seed: int
    measures: pd.DataFrame
    spread: pd.DataFrame
    differences: pd.DataFrame
    best: pd.DataFrame
    replicates: pd.DataFrame
    bands: pd.DataFrame
    ledger: pd.DataFrame
    hops: pd.DataFrame
    examples: dict[str, Run]
    warnings: list[str]
    provenance: dict[str, object]

    @property
    def reference(self) -> str:
        """The arm the others are compared with."""
        return self.arms[0]

    @property
    def n_replicates(self) -> int:
        """How many replicates there are."""
        return int(self.replicates["replicate"].nunique())

    @property
    def horizon(self) -> float:
        """Hours over which trust-days are summed, the same for all arms."""
        return self.scenario.horizon

    def save(self, folder: str | Path, *, force: bool = False) -> Path:
        """Write all tables, the scenario and the first runs into a new folder, at once or not at all."""
        with new_folder(folder, force=force) as work:
            self.write(work)
        return Path(folder)

    def write(self, folder: Path) -> None:
        """Write the files into an existing folder: tables as Parquet, those for people as CSV too."""
        for name in _TABLES:
            getattr(self, name).to_parquet(folder / f"{name}.parquet")
        for name in ("measures", "differences", "spread"):
            getattr(self, name).to_csv(folder / f"{name}.csv", index=name == "measures")
        self.scenario.save(folder / "scenario.yaml")
        for arm, run in self.examples.items():
            (folder / "runs" / arm).mkdir(parents=True)
            run.write(folder / "runs" / arm)
        (folder / "provenance.json").write_text(json.dumps(self.provenance, indent=1), encoding="utf-8")

    def met(self) -> list[tuple[Expect, bool]]:
        """Each expectation of the scenario about these arms, and whether the means over replicates meet it."""
        out = []
        for e in self.scenario.expect:
            values = self.measures[e.measure]
            if e.lower in values.index and e.higher in values.index:
                out.append((e, bool(values[e.lower] < values[e.higher])))
            elif e.arm in values.index and e.between is not None:
                out.append((e, bool(e.between[0] <= values[e.arm] <= e.between[1])))
        return out


@dataclass
class _Replicate:
    """What is kept of one replicate: for each arm its measures, trust and gap over time, accounts and hops."""

    seed: Seeds
    measures: dict[str, dict[str, float]]
    trust: dict[str, np.ndarray]
    gap: dict[str, np.ndarray]
    accounts: dict[str, list[tuple[str, str, str, float]]]
    hops: dict[str, dict[tuple[str, int], int]]
    runs: dict[str, Run]


class _StoppedError(Exception):
    """Raised inside a replicate when the comparison was interrupted."""


def compare(
    scenario: str | Path | Mapping[str, object] | Scenario,
    *,
    replicates: int = 30,
    seed: int | None = None,
    network: object = None,
    users: int | None = None,
    horizon: float | str | None = None,
    changes: Mapping[str, object] | None = None,
    arms: Sequence[str] | None = None,
    rules: Sequence[Rule] = (),
    allow_code: bool = False,
    workers: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> Comparison:
    """Run every arm of a scenario on common draws over replicates, each against its quiet twin.

    replicates: at least 2; what differs between them says `vary` of the scenario; arms: some of its arms, the first is
    the reference; rules: of your own, in every arm and in the quiet twin, beside those that the scenario names, which are
    executed with allow_code=True only; workers: threads; progress: called with the share done. The result does not
    depend on workers.
    Raises RippleError for anything that does not fit; KeyboardInterrupt stops all threads.
    """
    count = whole_number(replicates, "replicates", least=2)
    base = seed_of(seed)
    asked = request(
        scenario, network=network, users=users, horizon=horizon, changes=changes, rules=rules, allow_code=allow_code
    )
    chosen = list(arms) if arms is not None else list(asked.scenario.arms)
    for arm in chosen:
        asked.scenario.arm(arm)
    if len(set(chosen)) < len(chosen) or not chosen:
        raise RippleError("arms: name each arm once, and at least one")
    done = _all_replicates(asked, chosen, base, count, workers, progress)
    return _put_together(asked, chosen, base, done)


def replicate_seeds(scenario: Scenario, base: int, number: int) -> Seeds:
    """The seeds of a replicate: its own for what varies, those of the first for the rest."""
    return Seeds(
        *(
            draws.derive(base, "replicate", number if part in scenario.vary else 0)
            for part in ("network", "people", "events")
        )
    )


def _all_replicates(
    asked: Request,
    arms: list[str],
    base: int,
    count: int,
    workers: int | None,
    progress: Callable[[float], None] | None,
) -> list[_Replicate]:
    first_seeds = replicate_seeds(asked.scenario, base, 0)
    first_world = asked.world(first_seeds)
    stop, lock, steps = threading.Event(), threading.Lock(), {"done": 0.0}
    each = 1.0 / (count * (len(arms) + different_twins(asked.scenario, arms)))

    def tick(share: float) -> None:
        if stop.is_set():
            raise _StoppedError
        with lock:
            steps["done"] += share * each
            if progress is not None:
                progress(min(1.0, steps["done"]))

    def one(number: int) -> _Replicate:
        seeds = replicate_seeds(asked.scenario, base, number)
        same = seeds[:2] == first_seeds[:2]
        world = first_world if same else asked.world(seeds)
        return _replicate(asked, arms, seeds, world, number == 0, tick)

    done = [one(0)]  # alone, so that kernels are compiled once
    # threads go over replicates, or inside one large run, never both
    threads = 1 if first_world.n_users > LARGE else min(workers or os.cpu_count() or 1, count)
    with ThreadPoolExecutor(max_workers=threads) as pool:
        try:
            done += list(pool.map(one, range(1, count)))
        except BaseException:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    return done


def _replicate(
    asked: Request, arms: list[str], seeds: Seeds, world: World, keep: bool, tick: Callable[[float], None]
) -> _Replicate:
    scenario = asked.scenario
    horizon = scenario.horizon

    def finished(arm: str, quiet: bool) -> Engine:
        seen = 0.0

        def progress(hours: float) -> None:
            nonlocal seen
            tick((hours - seen) / horizon)
            seen = hours

        return Engine(asked.setup(arm, seeds, world, quiet=quiet)).run(progress)

    out = _Replicate(seeds, {}, {}, {}, {}, {}, {})
    twins = Twins(scenario, lambda arm: Trace.of(finished(arm, quiet=True)))
    for arm in arms:
        engine, twin = finished(arm, quiet=False), twins.of(arm)
        trace = Trace.of(engine)
        out.measures[arm] = measures(trace, twin, scenario.arm(arm).parameters.numbers())
        out.trust[arm], out.gap[arm] = trace.trust, twin.trust - trace.trust
        out.accounts[arm] = ledger.accounts(engine)
        acts, hops = np.nonzero(engine.hops[: len(engine.out)])
        out.hops[arm] = {
            (engine.out[a].act.id, int(h)): int(engine.hops[a, h]) for a, h in zip(acts, hops, strict=True)
        }
        if keep:
            out.runs[arm] = run_from(engine, scenario, arm, seeds)
    return out


# --- tables -----------------------------------------------------------------------------------------------------------


def _put_together(asked: Request, arms: list[str], base: int, done: list[_Replicate]) -> Comparison:
    scenario = asked.scenario
    table = pd.DataFrame(
        [
            {"replicate": k, "seed": str(replicate.seed.events), "arm": arm, **replicate.measures[arm]}
            for k, replicate in enumerate(done)
            for arm in arms
        ]
    )
    by_arm = {arm: table[table["arm"] == arm].reset_index(drop=True)[list(MEASURES)] for arm in arms}
    means = pd.DataFrame({arm: values.mean() for arm, values in by_arm.items()}).T.rename_axis("arm")
    examples = done[0].runs
    return Comparison(
        scenario=scenario,
        arms=arms,
        seed=base,
        measures=means,
        spread=_spread(by_arm),
        differences=_differences(by_arm, arms),
        best=_best(by_arm, arms),
        replicates=table,
        bands=_bands(done, arms, next(iter(examples.values())).series.index.to_numpy()),
        ledger=_mean_ledger(done, arms),
        hops=_mean_hops(done, arms),
        examples=examples,
        warnings=_warnings(scenario, arms, means),
        provenance={
            **{
                key: value
                for key, value in examples[arms[0]].provenance.items()
                if key not in ("seeds", "word_of_mouth")
            },
            "seed": base,
            "replicates": len(done),
            "arms": arms,
            "vary": list(scenario.vary),
            "confidence": CONFIDENCE,
        },
    )


def _spread(by_arm: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    rows = []
    for arm, values in by_arm.items():
        for name in MEASURES:
            v = values[name]
            rows.append((arm, name, v.mean(), v.std(ddof=1), v.quantile(0.05), v.quantile(0.95)))
    return pd.DataFrame(rows, columns=["arm", "measure", "mean", "sd", "low", "high"])


def _differences(by_arm: Mapping[str, pd.DataFrame], arms: list[str]) -> pd.DataFrame:
    others = arms[1:]
    rows = []
    for name, measure in MEASURES.items():
        reference = by_arm[arms[0]][name].to_numpy()
        if not others:
            break
        pairs = np.column_stack([by_arm[arm][name].to_numpy() - reference for arm in others])
        has = np.isfinite(pairs).sum(axis=0) >= 2  # a measure may have no value, as waiting where nobody is answered
        pairs = pairs[:, has]
        usable = pairs[np.isfinite(pairs).all(axis=1)]
        if not has.any() or len(usable) < 2:
            continue
        mean, low, high = joint_intervals(usable, CONFIDENCE)
        for k, arm in enumerate(arm for arm, known in zip(others, has, strict=True) if known):
            sign = -1.0 if measure.better == "lower" else 1.0
            alone = by_arm[arm][name].var(ddof=1) + np.var(reference, ddof=1)
            saved = 1.0 - usable[:, k].var(ddof=1) / alone if alone > 0 else np.nan
            better = float(np.mean(sign * usable[:, k] > 0))
            rows.append((arm, name, mean[k], low[k], high[k], better, saved))
    return pd.DataFrame(rows, columns=["arm", "measure", "difference", "low", "high", "better", "variance_saved"])


def _best(by_arm: Mapping[str, pd.DataFrame], arms: list[str]) -> pd.DataFrame:
    shares = {}
    for name, measure in MEASURES.items():
        values = np.column_stack([by_arm[arm][name].to_numpy() for arm in arms])
        values = values[np.isfinite(values).any(axis=1)]  # an arm without a value is not the best
        top = np.nanmin(values, axis=1) if measure.better == "lower" else np.nanmax(values, axis=1)
        first = values == top[:, None]
        shares[name] = (
            (first / first.sum(axis=1, keepdims=True)).mean(axis=0) if len(values) else np.full(len(arms), np.nan)
        )
    return pd.DataFrame(shares, index=pd.Index(arms, name="arm"))


def _bands(done: list[_Replicate], arms: list[str], hours: np.ndarray) -> pd.DataFrame:
    parts = []
    for arm in arms:
        part = {"arm": arm, "hour": hours}
        for prefix, values in (
            ("", np.array([replicate.trust[arm] for replicate in done])),
            ("gap_", np.array([replicate.gap[arm] for replicate in done])),
        ):
            part[f"{prefix}mean"] = values.mean(axis=0)
            for name, q in QUANTILES.items():
                part[f"{prefix}{name}"] = np.quantile(values, q, axis=0)
        parts.append(pd.DataFrame(part))
    return pd.concat(parts, ignore_index=True)


def _mean_ledger(done: list[_Replicate], arms: list[str]) -> pd.DataFrame:
    rows = [
        {"arm": arm, "book": book, "cause": cause, "channel": channel, "trust": trust / len(done)}
        for replicate in done
        for arm in arms
        for book, cause, channel, trust in replicate.accounts[arm]
    ]
    return pd.DataFrame(rows).groupby(["arm", "book", "cause", "channel"], sort=False, as_index=False)["trust"].sum()


def _mean_hops(done: list[_Replicate], arms: list[str]) -> pd.DataFrame:
    rows = [
        {"arm": arm, "act": act, "hop": hop, "users": users / len(done)}
        for replicate in done
        for arm in arms
        for (act, hop), users in replicate.hops[arm].items()
    ]
    table = pd.DataFrame(rows, columns=["arm", "act", "hop", "users"])
    return table.groupby(["arm", "act", "hop"], sort=False, as_index=False)["users"].sum()


def _warnings(scenario: Scenario, arms: list[str], means: pd.DataFrame) -> list[str]:
    out = []
    written = [act for arm in arms for act in (*scenario.timeline, *scenario.arm(arm).acts)]
    latest = max((act.at for act in written if act.when is None), default=0.0)
    found = max((act.found or 0.0 for act in scenario.timeline if act.hidden), default=0.0)
    latest = max(latest, found if found < scenario.horizon else 0.0)
    left = scenario.horizon - latest
    needed = 2 * max(scenario.arm(arm).parameters["heal_competence"] for arm in arms)
    if latest and left < max(needed, REGAINED_FOR):
        out.append(
            f"the horizon ends {left / 24:.0f} days after the latest act; trust-days lost after it are not counted "
            f"(allow at least {needed / 24:.0f} days)"
        )
    never = [arm for arm in arms if means.loc[arm, "share_regained"] < 1.0]
    if never:
        out.append(
            "not every run regains nine tenths of its trust within the horizon: "
            + ", ".join(f"{arm} {100 * means.loc[arm, 'share_regained']:.0f} %" for arm in never)
            + "; its hours to regain are counted up to the horizon"
        )
    return out
