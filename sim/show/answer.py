"""What a comparison answers, in sentences that claim no more than the runs show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.scenario.measures_named import MEASURES
from sim.show.measures_shown import heading, shown_value, unit_scale
from sim.study.comparison import Comparison
from sim.study.intervals import joint_intervals
from sim.study.summaries import CONFIDENCE
from sim.units import duration_words


@dataclass(frozen=True)
class Answer:
    """The best arm by a measure, and how sure that is. `unsure`: arms that cannot be told apart from it."""

    measure: str
    best: str
    share_best: float
    unsure: tuple[str, ...]
    same: tuple[str, ...]  # arms that come out exactly as the best one, run by run


def answer(data: Comparison, measure: str = "trust_days_lost") -> Answer | None:
    """Who is best by a measure, on the mean over runs; None when no arm has a value in at least two runs.

    An arm is told apart from the best one when the joint 95 % interval of its paired differences leaves 0 out.
    """
    wide = data.replicates.pivot(index="replicate", columns="arm", values=measure)[data.arms].dropna()
    if len(wide) < 2:
        return None
    sign = 1.0 if MEASURES[measure].better == "lower" else -1.0
    best = str((sign * wide.mean()).idxmin())
    others = [arm for arm in data.arms if arm != best]
    unsure, same = [], []
    if others:
        pairs = np.column_stack([sign * (wide[arm] - wide[best]).to_numpy() for arm in others])
        _, low, _ = joint_intervals(pairs, CONFIDENCE)
        for arm, bound, column in zip(others, low, pairs.T, strict=True):
            if not column.any():
                same.append(arm)
            elif bound <= 0.0:
                unsure.append(arm)
    return Answer(measure, best, float(data.best.loc[best, measure]), tuple(unsure), tuple(same))


def verdict(data: Comparison, measure: str = "trust_days_lost") -> str:
    """Which arm is best by a measure and in how many runs, by how much, and what it cannot be told apart from."""
    found = answer(data, measure)
    name = f"By {heading(measure)} over {duration_words(data.horizon)}"
    if found is None:
        return f"{name} nothing can be said: no arm has a value in two runs."
    if len(data.arms) == 1:
        return f"{name}: {amount(measure, data.measures.loc[found.best, measure])}; there is nothing to compare with."
    if len(found.same) == len(data.arms) - 1:
        return f"{name} all arms come out the same, run by run."
    text = f"{name}, {found.best} is best: {amount(measure, data.measures.loc[found.best, measure])}"
    if found.best != data.reference:
        row = data.differences.set_index(["arm", "measure"]).loc[(found.best, measure)]
        sizes = sorted(abs(float(row[end])) for end in ("low", "high"))
        word = "less" if row["difference"] < 0 else "more"
        if row["low"] * row["high"] > 0:
            text += (
                f", {shown_value(measure, abs(row['difference']))} {word} than {data.reference} "
                f"(95 % interval {shown_value(measure, sizes[0])} to {shown_value(measure, sizes[1])})"
            )
    times = found.share_best * data.n_replicates
    text += f". It is best in {times:.3g} of {data.n_replicates} runs"
    if found.unsure:
        text += f", and cannot be told apart from {_listed(found.unsure)} by these runs"
    else:
        text += ", and every other arm is told apart from it" if not found.same else ""
    if found.same:
        text += f"; {_listed(found.same)} {'comes' if len(found.same) == 1 else 'come'} out the same, run by run"
    return text + "."


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


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
