"""A comparison: its tables, saved and opened without loss.

both = compare("data-breach", replicates=50, seed=1)
both.differences, both.against("disclosure"), both.frontier, both.how_sure.chances()
both.save("runs/breach"); open_comparison("runs/breach")
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from sim.errors import RippleError
from sim.scenario.measures_named import MEASURES
from sim.scenario.scenario import Expect, Scenario, load
from sim.study import summaries, why
from sim.study.folder import new_folder, tables_in
from sim.study.frontier import frontier
from sim.study.how_sure import HowSure
from sim.study.notebook import WritesReport
from sim.study.people import in_people
from sim.study.playing import Plays
from sim.study.replicate import Replicate
from sim.study.results import Run, open_run
from sim.study.sheets import write_csv
from sim.study.warn import warnings_of

_TABLES = (
    "measures", "spread", "differences", "best", "replicates", "bands", "ledger", "hops", "accounts", "losses",
    "user_losses",
)  # fmt: skip
_FORMAT = 1


@dataclass(frozen=True)
class Comparison(WritesReport, Plays):
    """What a comparison left behind. Measures in the units of MEASURES; trust in all other tables 0..1.

    Three numbers answer three questions and are never mixed: what one crisis may bring (`q05` and `q95`: 9 replicates in
    10 lie between), how well a mean is known (`low` and `high`: the joint 95 % interval, which more replicates narrow),
    and whether it holds when what was assumed is varied (`how_sure`).

    measures     arms x measures, means over replicates (regained_hours: restricted to the horizon)
    spread       arm, measure, mean, mean_low, mean_high (interval of the mean, joint over arms), sd, low, middle, high (5,
                 50, 95 % quantiles over replicates), worst (mean of the worst 1 in 20 replicates)
    differences  arm, measure, difference (arm minus reference, mean of pairs), low, high (joint over arms), middle, q05,
                 q95 (quantiles of the pairs), better, same (shares of replicates), variance_saved (by pairing, share);
                 over the replicates in which all arms that ever have a value have one
    best         arms x measures, share of replicates in which the arm is best (ties are split); replicates in which
                 no arm has a value do not count
    replicates   replicate, seed, arm, one column per measure
    bands        arm, hour, mean and quantiles of trust over replicates; gap_ the same below the quiet twin
    ledger       arm, book, cause, channel, trust;  hops  arm, act, hop, users: means over replicates
    accounts     replicate, arm, book, cause, channel, trust: the books one by one
    losses       replicate, arm, by, group, users (share), loss (of trust, mean over time), left (followers lost per user
                 of the group), each user against its quiet twin
    user_losses  users of the first replicate x arms: loss of trust against the quiet twin, mean over time
    examples     the whole run of every arm in the first replicate
    how_sure     arms on drawn parameters; None when that was left out
    level        at which intervals are drawn so that they hold with CONFIDENCE: a little above it where the number of
                 replicates was found by looking at the data (`precision`)
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
    accounts: pd.DataFrame
    losses: pd.DataFrame
    user_losses: pd.DataFrame
    examples: dict[str, Run]
    how_sure: HowSure | None
    level: float
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

    # --- what is asked of the tables ---

    def against(self, arm: str) -> pd.DataFrame:
        """As `differences`, with another arm in place of the reference: all others minus `arm`. Raises RippleError."""
        self.scenario.arm(arm)
        order = [arm, *(other for other in self.arms if other != arm)]
        return summaries.differences(self._by_arm, order, self.level)

    @cached_property
    def frontier(self) -> pd.DataFrame:
        """Cost against effect, by cost; see `sim.study.frontier`.

        arm, cost, saved (trust-days, against the reference), low, high (joint over arms), efficient (no arm saves as much
        for less, in the mean), dominated_by (the arm that saves most for no more; "" when efficient), dominated (share of
        replicates in which some arm dominates it), price (cost of each further trust-day saved, against the efficient arm
        before it; none for the first)
        """
        return frontier(self._by_arm, self.differences, self.arms)

    @cached_property
    def lost(self) -> pd.DataFrame:
        """Who was lost: arm, by, group, users (share), loss, low, high, left; and against the reference: difference,
        difference_low, difference_high. Intervals of the mean over replicates, joint over the groups of a `by`.
        """
        return why.lost(self.losses, self.arms, self.level)

    @cached_property
    def people(self) -> pd.DataFrame | None:
        """The results in people by the stated scale (`brand.audience`); None when there is none. See `sim.study.people`."""
        return in_people(self.spread, self.scenario, self.arms, self._n_users)

    @property
    def _n_users(self) -> int:
        return len(self.examples[self.reference].users)

    def book(self, arm: str, minus: str | None = None) -> pd.DataFrame:
        """What changed mean own trust in an arm: cause, channel, trust, low, high; intervals joint over accounts.

        minus: another arm, whose book is subtracted pair by pair on the same draws. Raises RippleError.
        """
        for name in (arm, minus):
            self.scenario.arm(name)
        return why.book(self.accounts, self.n_replicates, arm, minus, self.level)

    @cached_property
    def effects_by_hop(self) -> pd.DataFrame:
        """What the acts did to mean own trust by the hop at which they were met: arm, hop (direct, hop 1 ...), trust, low,
        high; and against the reference: difference, difference_low, difference_high. The calendar's acts are left out.
        """
        return why.by_hop(self.accounts, self.n_replicates, self.scenario, self.arms, self.level)

    @cached_property
    def _by_arm(self) -> dict[str, pd.DataFrame]:
        return summaries.measures_by_arm(self.replicates, self.arms)

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

    # --- on disk ---

    def save(self, folder: str | Path, *, force: bool = False) -> Path:
        """Write all tables, the scenario and the first runs into a new folder, at once or not at all."""
        with new_folder(folder, force=force) as work:
            self.write(work)
        return Path(folder)

    def write(self, folder: Path) -> None:
        """Write the files into an existing folder: tables as Parquet, those for people as CSV too."""
        for name in _TABLES:
            getattr(self, name).to_parquet(folder / f"{name}.parquet")
        for name in ("measures", "differences", "spread", "frontier", "lost"):
            write_csv(getattr(self, name), folder / f"{name}.csv", index=name == "measures")
        if self.people is not None:
            write_csv(self.people, folder / "people.csv")
        if self.how_sure is not None:
            self.how_sure.write(folder)
        self.scenario.save(folder / "scenario.yaml")
        for arm, run in self.examples.items():
            (folder / "runs" / arm).mkdir(parents=True)
            run.write(folder / "runs" / arm)
        facts = {"comparison": _FORMAT, "warnings": self.warnings, "level": self.level, **self.provenance}
        (folder / "provenance.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")


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
        how_sure = HowSure.read(path, facts["arms"])
    except FileNotFoundError as problem:
        name = Path(problem.filename or "").name
        raise RippleError(f"{path} holds no complete comparison: {name} is missing") from None
    except (OSError, KeyError, json.JSONDecodeError) as problem:
        raise RippleError(f"{path} cannot be read as a comparison: {problem}") from None
    return Comparison(
        scenario=scenario,
        arms=list(facts["arms"]),
        seed=int(facts["seed"]),
        examples=examples,
        how_sure=how_sure,
        level=facts.pop("level"),
        warnings=facts.pop("warnings"),
        provenance=facts,
        **tables,
    )


def put_together(
    scenario: Scenario,
    arms: list[str],
    base: int,
    done: Sequence[Replicate],
    *,
    level: float = summaries.CONFIDENCE,
    how_sure: HowSure | None = None,
    facts: Mapping[str, object] | None = None,
) -> Comparison:
    """The comparison that replicates make; the first of them has its whole runs. facts: more for the provenance."""
    table = pd.DataFrame(
        [
            {"replicate": k, "seed": str(replicate.seeds.events), "arm": arm, **replicate.measures[arm]}
            for k, replicate in enumerate(done)
            for arm in arms
        ]
    )
    by_arm = summaries.measures_by_arm(table, arms)
    means = pd.DataFrame({arm: values.mean() for arm, values in by_arm.items()}).T.rename_axis("arm")
    examples = done[0].runs
    accounts = summaries.all_accounts(done, arms)
    first = examples[arms[0]]
    return Comparison(
        scenario=scenario,
        arms=arms,
        seed=base,
        measures=means[list(MEASURES)],
        spread=summaries.spread(by_arm, level),
        differences=summaries.differences(by_arm, arms, level),
        best=summaries.best(by_arm, arms),
        replicates=table,
        bands=summaries.bands(done, arms, first.series.index.to_numpy()),
        ledger=summaries.mean_ledger(accounts, len(done)),
        hops=summaries.mean_hops(done, arms),
        accounts=accounts,
        losses=summaries.all_losses(done, arms),
        user_losses=pd.DataFrame(done[0].user_losses),
        examples=examples,
        how_sure=how_sure,
        level=level,
        warnings=warnings_of(scenario, arms, means),
        provenance={
            **{key: value for key, value in first.provenance.items() if key not in ("seeds", "word_of_mouth")},
            "seed": base,
            "replicates": len(done),
            "arms": arms,
            "vary": list(scenario.vary),
            "confidence": summaries.CONFIDENCE,
            **({"parameter_draws": how_sure.n_draws} if how_sure is not None else {}),
            **(facts or {}),
        },
    )
