"""What the experiments on the numbers of the model showed: the order of responses, which numbers matter, size."""

from __future__ import annotations

from sim.show.analysis_figures import drawn
from sim.show.experiments.counted import TRUST_DAYS, Shown, seen, value
from sim.show.factors_shown import factor_words
from sim.show.measures_shown import heading
from sim.show.responses import response_curve
from sim.show.sensitivity import elementary_plane, index_bars, ranking_bars, tornado
from sim.study.analysis.ranking import ranking
from sim.study.sweep.opened import Sweep


def ranking_of_responses(sweep: Sweep) -> Shown:
    out = Shown()
    frame, factors = sweep.frame, sweep.experiment.factors
    found = ranking(frame, factors, TRUST_DAYS)
    margin = sweep.analyse(TRUST_DAYS, arm="disclosure", against="silence")
    out.figures.append(
        drawn("ranking", "At how many points each response is the best.", lambda ax: ranking_bars(found, ax), 6.6, 3.4)
    )
    out.figures.append(
        drawn(
            "ranking-disclosure",
            "What moves the difference of disclosure and silence.",
            lambda ax: tornado(margin, ax, most=8),
            7.6,
            4.6,
        )
    )
    best = found.order[0]
    out.say(
        best == "apology-and-fix" and found.order[-1] == "denial",
        f"{best} is best at {100 * found.arms.loc[best, 'best']:.0f} % of the points and {found.order[-1]} is "
        f"last on the mean; the orders agree with W = {found.concordance:.2f}",
    )
    beats = found.beats.loc["disclosure", "silence"]
    first = margin.slopes.iloc[0]["factor"] if margin.slopes is not None else ""
    out.say(
        first == "parameters.told_product",
        f"disclosure beats silence at {100 * beats:.0f} % of the points; what turns that most is {factor_words(first)}",
    )
    spread = frame[frame["arm"] == "silence"].groupby("point")[TRUST_DAYS].mean()
    low, high = spread.quantile(0.05), spread.quantile(0.95)
    out.say(
        high / low > 5,
        f"sizes move a lot: nine points in ten have {value(TRUST_DAYS, low)} to {value(TRUST_DAYS, high)} "
        f"trust-days lost to silence",
    )
    return out


def what_matters(sweep: Sweep) -> Shown:
    out = Shown()
    found = sweep.analyse(TRUST_DAYS)
    out.figures.append(
        drawn(
            "what-matters",
            "Elementary effects of all parameters on the trust-days lost to silence.",
            lambda ax: elementary_plane(found, ax),
            8.0,
            5.0,
        )
    )
    table = found.elementary
    assert table is not None
    squares = (table["mu_star"] ** 2).cumsum() / (table["mu_star"] ** 2).sum()
    dozen = float(squares.iloc[min(11, len(squares) - 1)])
    names = ", ".join(factor_words(str(name)) for name in table["factor"].head(8))
    out.say(
        dozen > 0.8,
        f"a dozen of {len(table)} numbers carry {100 * dozen:.0f} % of the squared effects; first come {names}",
    )
    wanted = {"parameters.loss", "parameters.heal_competence", "breach reach", "parameters.hearsay"}
    top = set(table["factor"].head(12))
    out.say(wanted <= top, f"of the four that were expected, {len(wanted & top)} are among the first dozen")
    return out


def shares(sweep: Sweep) -> Shown:
    out = Shown()
    found = sweep.analyse(TRUST_DAYS)
    out.figures.append(
        drawn("shares", "Sobol indices of the trust-days lost to silence.", lambda ax: index_bars(found, ax), 7.6, 5.0)
    )
    table = found.indices
    assert table is not None
    first, total = float(table["first"].sum()), float(table["total"].sum())
    out.say(total > first, f"several act together: first indices sum to {first:.2f}, total ones to {total:.2f}")
    top = str(table["factor"].iloc[0])
    out.say(top == "breach reach", f"the largest is {factor_words(top)} ({table['total'].iloc[0]:.2f} in total)")
    gains = float(table.set_index("factor").loc["parameters.asymmetry", "total"])
    out.say(gains < 0.05, f"the asymmetry of gains and losses has a total index of {gains:.2f}")
    return out


def size(sweep: Sweep) -> Shown:
    out = Shown()
    arm = sweep.experiment.arms[0]
    same, rows = [], []
    for measure in (TRUST_DAYS, "floor_gap", "worst_loss", "followers_lost", "largest_story", "ripple"):
        data = seen(sweep, measure, arm)
        largest, smallest = data.values[-1], data.values[0]
        change = abs(float(largest.mean() - smallest.mean())) / max(1e-12, abs(float(largest.mean())))
        rows.append((measure, change))
        if change < 0.15:
            same.append(measure)
    expected = {TRUST_DAYS, "floor_gap", "worst_loss", "followers_lost"}
    said = ", ".join(f"{heading(measure)} {100 * change:.0f} %" for measure, change in rows)
    out.say(expected <= set(same), f"from the smallest to the largest network the means move by: {said}")
    lost = seen(sweep, TRUST_DAYS, arm)
    spread = lost.values.std(axis=1, ddof=1)
    users = lost.points["users"]
    said = ", ".join(f"{value(TRUST_DAYS, s)} at {int(u):,} users" for s, u in zip(spread, users, strict=True))
    out.say(bool(spread[-1] < spread[0] / 3), f"runs vary less in a large network: sd of trust-days lost {said}")
    out.figures.append(
        drawn("size", "Trust-days lost to silence by users.", lambda ax: response_curve(lost, "users", ax), 7.2, 4.0)
    )
    story = seen(sweep, "largest_story", arm)
    out.figures.append(
        drawn(
            "size-story",
            "Reach of the largest story by the number of users.",
            lambda ax: response_curve(story, "users", ax),
            7.2,
            4.0,
        )
    )
    return out
