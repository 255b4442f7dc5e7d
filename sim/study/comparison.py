"""A comparison: its tables, saved and opened without loss.

both = compare("data-breach", replicates=50, seed=1)
both.save("runs/breach"); open_comparison("runs/breach")
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sim.errors import RippleError
from sim.scenario.measures_named import MEASURES
from sim.scenario.scenario import Expect, Scenario, load
from sim.study import summaries
from sim.study.folder import new_folder, tables_in
from sim.study.replicate import Replicate
from sim.study.results import Run, open_run

_TABLES = ("measures", "spread", "differences", "best", "replicates", "bands", "ledger", "hops")
_FORMAT = 1


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
        facts = {"comparison": _FORMAT, "warnings": self.warnings, **self.provenance}
        (folder / "provenance.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")

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


def open_comparison(folder: str | Path) -> Comparison:
    """Open a saved comparison; it is as good as a fresh one. Raises RippleError when the folder holds none."""
    path = Path(folder).expanduser()
    try:
        facts = json.loads((path / "provenance.json").read_text(encoding="utf-8"))
        if facts.get("program") != "trust-ripple" or "comparison" not in facts:
            raise RippleError(f"{path} holds no comparison of Trust Ripple")
        if facts.pop("comparison") > _FORMAT:
            raise RippleError(f"{path} was written by a later version of Trust Ripple ({facts.get('version')})")
        tables = tables_in(path, _TABLES)
        scenario = load(path / "scenario.yaml", look_for_network=False)
        examples = {arm: open_run(path / "runs" / arm) for arm in facts["arms"]}
    except FileNotFoundError as problem:
        raise RippleError(
            f"{path} holds no complete comparison: {Path(problem.filename or '').name} is missing"
        ) from None
    except (OSError, KeyError, json.JSONDecodeError) as problem:
        raise RippleError(f"{path} cannot be read as a comparison: {problem}") from None
    return Comparison(
        scenario=scenario,
        arms=list(facts["arms"]),
        seed=int(facts["seed"]),
        examples=examples,
        warnings=facts.pop("warnings"),
        provenance=facts,
        **tables,
    )


def put_together(scenario: Scenario, arms: list[str], base: int, done: Sequence[Replicate]) -> Comparison:
    """The comparison that replicates make; the first of them has its whole runs."""
    table = pd.DataFrame(
        [
            {"replicate": k, "seed": str(replicate.seeds.events), "arm": arm, **replicate.measures[arm]}
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
        spread=summaries.spread(by_arm),
        differences=summaries.differences(by_arm, arms),
        best=summaries.best(by_arm, arms),
        replicates=table,
        bands=summaries.bands(done, arms, next(iter(examples.values())).series.index.to_numpy()),
        ledger=summaries.mean_ledger(done, arms),
        hops=summaries.mean_hops(done, arms),
        examples=examples,
        warnings=summaries.warnings(scenario, arms, means),
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
            "confidence": summaries.CONFIDENCE,
        },
    )
