"""A plan: the responses that a budget buys, searched on a few runs and judged on fresh ones.

    found = plan("data-breach", budget=50, prices={"denial": 0, "compensation": 20})
    found.winner, found.judged, found.curve
    found.save("mine.yaml")

The best of many tries is partly the luckiest one (the winner's curse; Smith & Winkler 2006, doi:10.1287/mnsc.1050.0451). So the
best few meet fresh seeds and parameters varied within their ranges, beside doing nothing and beside the file's own arms,
and the winner is the one that is best there. What the search saw is told, too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim import units
from sim.errors import RippleError, did_you_mean
from sim.files import write_text
from sim.scenario.measures_named import MEASURES
from sim.scenario.scenario import Scenario
from sim.study.compare import compare
from sim.study.comparison import Comparison
from sim.study.intervals import joint_intervals
from sim.study.kept import what_is_asked
from sim.study.plan.options import Choice, Options, options_of
from sim.study.plan.search import Trials, Tried, bare, search
from sim.study.plan.written import scenario_text
from sim.study.request import request, seed_of, whole_number
from sim.world import draws

USERS = 600
SHARES = ((0.5, 0.25), (1.0, 0.5), (1.5, 0.25))  # of the budget, and of the trials that are spent there
FINALISTS = (1, 3, 1)  # how many of the best of each budget are judged
FIT = ("trust_days_lost", "worst_loss", "floor_gap", "floor", "trust_end", "followers_end", "followers_lost")


@dataclass(frozen=True)
class Plan:
    """What a search found. Measures in the units of MEASURES, money in that of the scenario.

    tried    all plans that were run: words, cost, value (mean over the runs of the search), best first
    judged   arm, words, cost, within (the budget), searched (NaN of arms that were not searched), fresh (mean over fresh
             seeds), gain (over doing nothing, mean of pairs; above 0 is better), low, high (joint 95 %), searched_gain,
             varied (mean while parameters vary too), best (share of those draws in which it is best of all)
    curve    budget, arm (best there when judged), cost, gain, low, high (over doing nothing), more (gain over the budget
             before), more_low, more_high, unit (more, for each unit of money that the budget grew)
    winner   the arm that is best within the budget while seeds and parameters vary: a plan, an arm of the file, or nothing
    """

    scenario: Scenario
    budget: float
    measure: str
    seed: int
    options: Options
    tried: pd.DataFrame
    judged: pd.DataFrame
    curve: pd.DataFrame
    nothing: str
    winner: str
    plans: Mapping[str, Choice]
    comparison: Comparison

    @property
    def found(self) -> str:
        """The best of the plans that were searched within the budget, which the file gets; the winner, where that is one."""
        if self.winner in self.plans:
            return self.winner
        mine = self.judged[self.judged["within"] & self.judged["arm"].isin(self.plans)]
        if mine.empty:
            return self.nothing
        order = mine["varied"] if MEASURES[self.measure].better == "lower" else -mine["varied"]
        return str(mine.loc[order.idxmin(), "arm"])

    @property
    def cheaper(self) -> str | None:
        """The cheapest arm that fresh runs do not tell apart from the winner (95 %, pair by pair); None when there is none."""
        cost = self.judged.set_index("arm")["cost"]
        others = [arm for arm in self.comparison.arms if cost[arm] < cost[self.winner] - 1e-9]
        if not others:
            return None
        wide = self.comparison.replicates.pivot(index="replicate", columns="arm", values=self.measure)
        ends = _intervals(wide, [(arm, self.winner) for arm in others])
        alike = [arm for arm, (_, low, high) in zip(others, ends, strict=True) if low <= 0.0 <= high]
        return min(alike, key=lambda arm: cost[arm]) if alike else None

    def text(self) -> str:
        """The scenario with the plan as an arm of its own, with comments that say how sure it is."""
        row = self.judged.set_index("arm").loc
        choice = self.plans.get(self.found, Choice())
        unit = MEASURES[self.measure].unit
        one = row[self.found]
        notes = [
            f"Found by ripple plan with a budget of {self.budget:g}: {self.options.words(choice)} (costs {one['cost']:g}).",
            f"On fresh seeds it gains {one['gain']:.3g} {unit} over doing nothing (95 %: {one['low']:.3g} to {one['high']:.3g}); "
            f"the search saw {one['searched_gain']:.3g}, of {len(self.tried)} plans on the same few runs.",
        ]
        if self.winner != self.found:
            notes.append(f"NOT the best: '{self.winner}' does better within the budget, on the same fresh runs.")
        if self.cheaper is not None:
            less = row[self.cheaper]
            notes.append(
                f"Not told apart from the winner, and cheaper: {less['words']} ({self.cheaper}, costs {less['cost']:g})."
            )
        return scenario_text(self.scenario, self.options.arm(choice), notes)

    def save(self, path: str | Path) -> Path:
        """Write `text()` to a file, at once or not at all."""
        return write_text(path, self.text())


class PlanStopped(KeyboardInterrupt):
    """Ctrl-C during a plan. words: the best so far, as far as the search saw; text: the file with it; None before any."""

    def __init__(self, words: str, text: str | None):
        super().__init__(words)
        self.words, self.text = words, text


def plan(
    scenario: str | Path | Mapping[str, object] | Scenario,
    *,
    budget: float | str,
    prices: Mapping[str, object] | None = None,
    of: str | None = None,
    measure: str = "trust_days_lost",
    trials: int = 120,
    runs: int = 4,
    replicates: int = 20,
    draws_of_parameters: int = 40,
    seed: int | None = None,
    network: str | Path | None = None,
    users: int | None = None,
    horizon: float | str | None = None,
    changes: Mapping[str, object] | None = None,
    allow_code: bool = False,
    workers: int | None = None,
    progress: Callable[[float], None] | None = None,
    keep_in: str | Path | None = None,
) -> Plan:
    """Search the responses that a budget buys, and judge the best few on fresh seeds and varied parameters.

    prices: of what the scenario gives no price; a kind of act, `agent` (one more, a day), a speaker (what it adds to an
    act). of: the act of the timeline that is answered. trials: plans that are tried, over half, once and 1.5 times the
    budget; runs: of each; replicates, draws_of_parameters: of the judgement. users: 600 where the scenario has more.
    keep_in: a folder for what is done, so that the same request goes on after an interruption. All else as in `compare`.
    Raises RippleError for anything that does not fit; PlanStopped (a KeyboardInterrupt) with the best so far.
    """
    money, base = _budget(budget), seed_of(seed)
    trials, runs = whole_number(trials, "trials", least=8), whole_number(runs, "runs", least=2)
    replicates = whole_number(replicates, "replicates", least=2)
    n_draws = whole_number(draws_of_parameters, "draws_of_parameters", least=2)
    if measure not in FIT:
        raise RippleError(f"measure: '{measure}' is not one of {', '.join(FIT)}{did_you_mean(measure, FIT)}")
    original = request(scenario, network=network, horizon=horizon, changes=changes, allow_code=allow_code).scenario
    options = options_of(original, prices or {}, of)
    few = users if users is not None else _few(original)
    asked = request(original, users=few, allow_code=allow_code)
    facts = what_is_asked(asked, list(original.arms), base, budget=money, prices=sorted((prices or {}).items()), measure=measure,
                          trials=trials, runs=runs, of=options.crisis.id)  # fmt: skip
    kept = None if keep_in is None else Path(keep_in).expanduser()
    tries = Trials(asked, options, measure, runs, base, workers=workers, keep_in=kept, facts=facts)
    try:
        _searched(tries, money, trials, base, progress)
        plans = _finalists(tries, money, original)
        arms = _judged_arms(original, plans, options)
        nothing = next(iter(arms))
        document = {**bare(asked.scenario.written()), "arms": arms}
        both = compare(
            document,
            replicates=replicates,
            how_sure=n_draws,
            seed=draws.derive(base, "plan", 1),
            allow_code=allow_code,
            workers=workers,
            progress=None if progress is None else (lambda share: progress(0.5 + 0.5 * share)),
            keep_in=None if kept is None else kept / "judged",
        )
    except KeyboardInterrupt:
        best = tries.best(money, 1)
        if not best:
            raise
        raise PlanStopped(
            options.words(best[0].choice), _unjudged(original, options, best[0], len(tries.tried))
        ) from None
    judged = _judged(both, measure, money, plans, tries, options, nothing)
    curve = _curve(both, judged, measure, money, nothing)
    rows = [(options.words(one.choice), one.cost, one.value) for one in tries.best(math.inf, len(tries.tried))]
    tried = pd.DataFrame(rows, columns=["words", "cost", "value"])
    winner = str(curve.set_index("budget").loc[money, "arm"])
    return Plan(original, money, measure, base, options, tried, judged, curve, nothing, winner, plans, both)


def _budget(budget: float | str) -> float:
    try:
        money = units.amount(budget)
    except ValueError as problem:
        raise RippleError(f"budget: {problem}") from None
    if not money > 0:
        raise RippleError("budget: nothing can be planned with nothing; write an amount above 0")
    return money


def _few(scenario: Scenario) -> int | None:
    """How many users a plan has when nobody says: USERS, or all when there are fewer."""
    many = scenario.network.users
    if many is None:
        return USERS if scenario.network.file is not None else None
    return USERS if many > USERS else None


def _searched(tries: Trials, money: float, trials: int, seed: int, progress: Callable[[float], None] | None) -> None:
    before = 0.0
    for k, (share, part) in enumerate(SHARES):
        number = max(2, round(part * trials))
        start = [one.choice for one in tries.best(share * money, 3)]

        def tick(done: int, begun: float = before, part: float = part, number: int = number) -> None:
            if progress is not None:
                progress(0.5 * (begun + part * done / number))

        search(tries, share * money, number, draws.derive(seed, "plan", 10 + k), start, tick)
        before += part


def _finalists(tries: Trials, money: float, scenario: Scenario) -> dict[str, Choice]:
    """The best few of each budget by name, those of the budget itself first."""
    chosen: list[Choice] = []
    for number, (share, _) in sorted(zip(FINALISTS, SHARES, strict=True), key=lambda pair: pair[1][0] != 1.0):
        chosen += [one.choice for one in tries.best(share * money, number) if one.choice not in chosen]
    chosen = [choice for choice in chosen if choice != Choice()]
    free = (name for k in range(1, 1000) if (name := f"plan-{k}") not in scenario.arms)
    return {name: choice for choice, name in zip(chosen, free, strict=False)}


def _judged_arms(scenario: Scenario, plans: Mapping[str, Choice], options: Options) -> dict[str, Any]:
    """Doing nothing first, then the plans, then the file's own arms."""
    tree = scenario.written().get("arms", {})
    idle = [name for name, arm in tree.items() if not arm or arm == {"acts": []}]
    first = idle[0] if idle else next(name for name in ("nothing", "nothing-done", "no-act") if name not in tree)
    arms: dict[str, Any] = {first: []}
    arms |= {name: options.arm(choice) for name, choice in plans.items()}
    return arms | {name: arm for name, arm in tree.items() if name != first}


def _judged(both: Comparison, measure: str, money: float, plans: Mapping[str, Choice], tries: Trials, options: Options,
            nothing: str) -> pd.DataFrame:  # fmt: skip
    assert both.how_sure is not None
    varied = both.how_sure.runs.groupby("arm")[measure].mean()
    shares = both.how_sure.chances().query("measure == @measure").set_index("arm")["best"]
    sign = -1.0 if MEASURES[measure].better == "lower" else 1.0
    ends = both.differences[both.differences["measure"] == measure].set_index("arm")
    idle = tries.known[Choice()].value if Choice() in tries.known else math.nan
    rows = []
    for arm in both.arms:
        seen = tries.known[plans[arm]].value if arm in plans else idle if arm == nothing else math.nan
        gain = (0.0, 0.0, 0.0)
        if arm in ends.index:
            gain = tuple(sorted(sign * float(ends.loc[arm, key]) for key in ("low", "difference", "high")))  # type: ignore[assignment]
        cost = float(both.measures.loc[arm, "cost"])
        words = options.words(plans[arm]) if arm in plans else both.scenario.arm(arm).title
        fresh = float(both.measures.loc[arm, measure])
        rows.append((arm, words, cost, cost <= money + 1e-9, seen, fresh, gain[1], gain[0], gain[2],
                     0.0 if arm == nothing else sign * (seen - idle), float(varied[arm]), float(shares[arm])))  # fmt: skip
    columns = [
        "arm",
        "words",
        "cost",
        "within",
        "searched",
        "fresh",
        "gain",
        "low",
        "high",
        "searched_gain",
        "varied",
        "best",
    ]
    return pd.DataFrame(rows, columns=columns)


def _curve(both: Comparison, judged: pd.DataFrame, measure: str, money: float, nothing: str) -> pd.DataFrame:
    """What each budget buys: of the arms that were judged and that it pays for, the one that is best while all varies."""
    sign = -1.0 if MEASURES[measure].better == "lower" else 1.0
    wide = sign * both.replicates.pivot(index="replicate", columns="arm", values=measure)
    budgets = [share * money for share, _ in SHARES]
    chosen = []
    for budget in budgets:
        here = judged[judged["cost"] <= budget + 1e-9]
        chosen.append(str(here.loc[(sign * here["varied"]).idxmax(), "arm"]))
    rows, before = [], (0.0, nothing)
    gains = _intervals(wide, [(arm, nothing) for arm in chosen])
    steps = _intervals(wide, list(zip(chosen, [nothing, *chosen[:-1]], strict=True)))
    for budget, arm, gain, step in zip(budgets, chosen, gains, steps, strict=True):
        cost = float(judged.set_index("arm").loc[arm, "cost"])
        rows.append((budget, arm, cost, *gain, *step, step[0] / (budget - before[0])))
        before = (budget, arm)
    return pd.DataFrame(
        rows, columns=["budget", "arm", "cost", "gain", "low", "high", "more", "more_low", "more_high", "unit"]
    )


def _intervals(wide: pd.DataFrame, pairs: Sequence[tuple[str, str]]) -> list[tuple[float, float, float]]:
    differences = np.column_stack([(wide[a] - wide[b]).to_numpy(dtype=np.float64) for a, b in pairs])
    return [(float(m), float(low), float(high)) for m, low, high in zip(*joint_intervals(differences), strict=True)]


def _unjudged(scenario: Scenario, options: Options, best: Tried, number: int) -> str:
    notes = [
        f"Stopped early by Ctrl-C: the best of {number} plans so far, {options.words(best.choice)} (costs {best.cost:g}).",
        "NOT judged on fresh runs: of many tries the best is partly the luckiest. Go on with --resume.",
    ]
    return scenario_text(scenario, options.arm(best.choice), notes)
