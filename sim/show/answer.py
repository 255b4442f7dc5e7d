"""What a comparison answers, in sentences that claim no more than the runs show.

Three numbers are kept apart: what one crisis may bring (the range over simulated crises), how far the mean may be off
(from the number of runs), and in how many plausible cases an arm is best when what is assumed is varied (how sure).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.scenario.measures_named import MEASURES
from sim.show.measures_shown import heading, shown_half, shown_value, unit_scale
from sim.study.comparison import Comparison
from sim.study.intervals import joint_intervals
from sim.units import duration_words

DECISIVE = "trust_days_lost"
_RANGE = (0.05, 0.5, 0.95)  # what 9 crises in 10 lie between, and the middle one


@dataclass(frozen=True)
class Lead:
    """What an arm gains against another on the same draws; in the unit of the table, more is better.

    better: crises in which it does better, of `of`; low, middle, high: what one crisis brings (9 in 10 lie between low
    and high); mean and error: the mean over crises, and half of its joint 95 % interval.
    """

    better: int
    of: int
    low: float
    middle: float
    high: float
    mean: float
    error: float


@dataclass(frozen=True)
class Sure:
    """In what share of plausible cases each arm is best, of so many, and what choosing it then costs on average."""

    cases: int
    best: dict[str, float]
    regret: dict[str, float]


@dataclass(frozen=True)
class Answer:
    """The best arm by a measure, and how sure that is; the sentences below say it.

    other: the arm it is held against: the reference, or the next best where the reference is best itself; None when
    there is one arm. unsure: arms that cannot be told apart from the best one by these runs; same: arms that come out
    exactly as it does, run by run. value: its mean, or with one arm what `lead` says of its value itself.
    """

    measure: str
    horizon: float
    arms: tuple[str, ...]
    best: str
    other: str | None
    share_best: float
    value: float
    lead: Lead
    unsure: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    cost: float = 0.0
    cost_other: float = 0.0
    sure: Sure | None = None

    @property
    def n_runs(self) -> int:
        """Over how many simulated crises."""
        return self.lead.of

    @property
    def alike(self) -> bool:
        """True when all arms come out the same, run by run."""
        return len(self.arms) > 1 and len(self.same) == len(self.arms) - 1


def answer(data: Comparison, measure: str = DECISIVE) -> Answer | None:
    """Who is best by a measure, on the mean over runs; None when no arm has a value in at least two runs.

    An arm is told apart from the best one when the joint 95 % interval of its paired differences leaves 0 out.
    """
    wide = data.replicates.pivot(index="replicate", columns="arm", values=measure)[data.arms].dropna()
    if len(wide) < 2:
        return None
    sign = 1.0 if MEASURES[measure].better == "lower" else -1.0
    means = sign * wide.mean()
    best = str(means.idxmin())
    others = [arm for arm in data.arms if arm != best]
    unsure, same = _not_told_apart(sign * wide, best, others, data.level)
    next_best = str(means[others].idxmin()) if others else None
    other = next_best if best == data.reference else data.reference
    gain = sign * (wide[other] - wide[best]) if other is not None else wide[best]
    costs = data.measures["cost"] if "cost" in data.measures else pd.Series(0.0, index=data.arms)
    return Answer(
        measure=measure,
        horizon=data.horizon,
        arms=tuple(data.arms),
        best=best,
        other=other,
        share_best=float(data.best.loc[best, measure]),
        value=float(wide[best].mean()),
        lead=_lead(gain, _error(data, wide, best, other, measure)),
        unsure=tuple(unsure),
        same=tuple(same),
        cost=float(costs[best]),
        cost_other=float(costs[other]) if other is not None else 0.0,
        sure=sure_of(data, measure),
    )


def sure_of(data: Comparison, measure: str = DECISIVE) -> Sure | None:
    """How sure the ranking is when what is assumed is varied; None when that was left out or says nothing."""
    if data.how_sure is None or len(data.arms) < 2:
        return None
    rows = data.how_sure.chances().query("measure == @measure").set_index("arm")
    if rows["best"].isna().any():
        return None
    best, regret = ({arm: float(rows.loc[arm, name]) for arm in data.arms} for name in ("best", "regret"))
    return Sure(data.how_sure.n_draws, best, regret)


def _not_told_apart(
    values: pd.DataFrame, best: str, others: Sequence[str], level: float
) -> tuple[list[str], list[str]]:
    """Arms that may be as good as the best one, and arms that are exactly as it is. values: less is better."""
    unsure: list[str] = []
    same: list[str] = []
    if others:
        pairs = np.column_stack([(values[arm] - values[best]).to_numpy() for arm in others])
        _, low, _ = joint_intervals(pairs, level)
        for arm, bound, column in zip(others, low, pairs.T, strict=True):
            if not column.any():
                same.append(arm)
            elif bound <= 0.0:
                unsure.append(arm)
    return unsure, same


def _lead(gain: pd.Series, error: float) -> Lead:
    low, middle, high = (float(q) for q in gain.quantile(_RANGE))
    return Lead(int((gain > 0).sum()), len(gain), low, middle, high, float(gain.mean()), error)


def _error(data: Comparison, wide: pd.DataFrame, best: str, other: str | None, measure: str) -> float:
    """Half the joint interval of the difference between two arms, one of them the reference; with one arm, of its mean."""
    if other is None:
        _, low, high = joint_intervals(wide[[best]].to_numpy(), data.level)
        return float(high[0] - low[0]) / 2
    arm = other if best == data.reference else best
    row = data.differences.set_index(["arm", "measure"]).loc[(arm, measure)]
    return float(row["high"] - row["low"]) / 2


# --- in words ---------------------------------------------------------------------------------------------------------


def verdict(data: Comparison, measure: str = DECISIVE) -> str:
    """The answer of a comparison by a measure, in a few sentences."""
    found = answer(data, measure)
    if found is None:
        return f"{_by(measure, data.horizon)} nothing can be said: no arm has a value in two runs."
    return " ".join(sentences(found))


def sentences(found: Answer) -> list[str]:
    """The answer in sentences: what is best and by how much, among how many, how sure, at what cost."""
    if len(found.arms) == 1:
        return [_alone(found)]
    if found.alike:
        return [f"{_by(found.measure, found.horizon)} all {len(found.arms)} responses come out the same, run by run."]
    said = [_first(found), _among(found), _how_sure(found), _costs(found)]
    return [sentence for sentence in said if sentence]


def _alone(found: Answer) -> str:
    """One arm: its value, the range of one crisis and the error of its mean."""
    m, lead = found.measure, found.lead
    return (
        f"{_by(m, found.horizon)} {found.best} comes to {amount(m, lead.middle)} in a middle case "
        f"({_range(m, lead)}), on average {_mean(m, lead.mean, lead.error)}; there is nothing to compare it with."
    )


def _first(found: Answer) -> str:
    """The best arm against the reference, or against the next best when it is the reference."""
    lead, best, other = found.lead, found.best, found.other
    by = _by(found.measure, found.horizon)
    size = f"{_gain(found.measure, lead.middle, 'in a middle case it')} ({_range(found.measure, lead)})"
    mean = f"on average {_mean(found.measure, lead.mean, lead.error)}"
    times = f"in {lead.better:,} of {lead.of:,} simulated crises"
    if other in found.same:
        return f"{by} {best} and {other} come out the same, run by run."
    if other in found.unsure:
        return f"{by} {best} and {other} cannot be told apart: {best} does better {times}; {size}, {mean}."
    if best == found.arms[0]:
        return f"{by} nothing does better than {best}, the reference: it beats {other}, the next best, {times}; {size}, {mean}."
    return f"{by} {best} does better than {other} {times}; {size}, {mean}."


def _among(found: Answer) -> str:
    """How often it is best among all, and what it cannot be told apart from; nothing when there are two arms."""
    if len(found.arms) == 2:
        return ""
    times = found.share_best * found.n_runs
    text = f"Among all {len(found.arms)} responses {found.best} is best in {times:.3g} of {found.n_runs:,}"
    rest = [arm for arm in found.unsure if arm != found.other]
    if rest:
        text += f", and cannot be told apart from {listed(rest)} by these runs"
    elif not found.unsure and not found.same:
        text += ", and every other is told apart from it"
    same = [arm for arm in found.same if arm != found.other]
    if same:
        text += f"; {listed(same)} {'comes' if len(same) == 1 else 'come'} out the same, run by run"
    return text + "."


def _how_sure(found: Answer) -> str:
    if found.sure is None:
        return ""
    share = found.sure.best[found.best]
    first = max(found.sure.best, key=found.sure.best.__getitem__)
    text = f"When what is assumed is varied as well, it is best in {100 * share:.0f} of 100 plausible cases"
    if first != found.best and found.sure.best[first] > share:
        text += f", {first} in {100 * found.sure.best[first]:.0f}"
    return text + "."


def _costs(found: Answer) -> str:
    """What it costs, and against the other; nothing when neither costs anything."""
    if found.cost == 0.0 and found.cost_other == 0.0:
        return ""
    more = found.cost - found.cost_other
    cost = "nothing" if found.cost == 0.0 else shown_value("cost", found.cost)
    if more == 0.0:
        return f"{found.best} costs {cost}, as much as {found.other}."
    if found.cost_other == 0.0:
        return f"{found.best} costs {cost}, {found.other} nothing."
    return f"{found.best} costs {cost}, {shown_value('cost', abs(more))} {'more' if more > 0 else 'less'} than {found.other}."


def _by(measure: str, horizon: float) -> str:
    return f"By {heading(measure)} over {duration_words(horizon)},"


def _gain(measure: str, gain: float, subject: str) -> str:
    """What is gained in words: `it saves 41.0 trust-days`; less than nothing is said to be lost."""
    if measure == DECISIVE:
        size = f"{shown_value(measure, abs(gain))} trust-days"
        return f"{subject} saves {size}" if gain >= 0 else f"{subject} loses {size} more"
    lower = (MEASURES[measure].better == "lower") == (gain >= 0)
    owner = subject.removesuffix("it") + "its"
    return f"{owner} {heading(measure)} is {amount(measure, abs(gain))} {'lower' if lower else 'higher'}"


def _range(measure: str, lead: Lead) -> str:
    return f"9 cases in 10: {shown_value(measure, lead.low)} to {shown_value(measure, lead.high)}"


def _mean(measure: str, mean: float, error: float) -> str:
    return f"{shown_value(measure, mean)} (± {shown_half(measure, error)} from the number of runs)"


def expectations(data: Comparison) -> list[tuple[bool, str]]:
    """What the scenario expects, whether the means over runs meet it, in words with the numbers."""
    rows = []
    for e, met in data.met():
        values = data.measures[e.measure]
        if e.between is None:
            low, high = (shown_value(e.measure, values[arm]) for arm in (e.lower, e.higher))
            words = f"{heading(e.measure)}: {e.lower} ({low}) below {e.higher} ({high})"
        else:
            low, high = (shown_value(e.measure, limit) for limit in e.between)
            words = f"{heading(e.measure)}: {e.arm} ({shown_value(e.measure, values[e.arm])}) between {low} and {high}"
        rows.append((met, words))
    return rows


def amount(measure: str, value: float) -> str:
    """A value of a measure with its unit."""
    _, unit = unit_scale(measure)
    return f"{shown_value(measure, value)} {unit}"


def listed(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
