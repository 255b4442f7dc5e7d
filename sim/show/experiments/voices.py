"""What the experiments on what a brand posts and who speaks for it showed."""

from __future__ import annotations

import numpy as np

from sim.show.analysis_figures import drawn
from sim.show.experiments.counted import TRUST_DAYS, Shown, seen, table_of, value
from sim.show.responses import response_curve
from sim.study.sweep.opened import Sweep


def openness(sweep: Sweep) -> Shown:
    out = Shown()
    data = seen(sweep, TRUST_DAYS)
    out.figures.append(
        drawn("openness", "Trust-days lost by openness, for several shares of rude slips; below 0 trust is won.",
              lambda ax: response_curve(data, "openness", ax, by="rude slips"), 8.0, 4.2)
    )  # fmt: skip
    t = table_of(sweep, TRUST_DAYS, "openness", "rude slips")
    best = t.idxmin()
    words = "; ".join(
        f"{100 * share:g} % rude: best at {100 * best[share]:g} %, {value(TRUST_DAYS, t[share].min())}"
        for share in t.columns
    )
    inside = [0 < best[share] < 1 for share in t.columns[1:]]
    out.say(any(inside), f"there is an optimum inside ({words} points x days)")
    out.say(bool((best.diff().iloc[1:] <= 0).all()), "the more slips are rude, the nearer the best openness lies to 0")
    out.say(best[t.columns[0]] == 1.0, "where no slip is rude, full openness is best")
    return out


def posting(sweep: Sweep) -> Shown:
    out = Shown()
    for measure, words in ((TRUST_DAYS, "trust-days lost (below 0: won)"), ("followers_lost", "followers lost")):
        data = seen(sweep, measure)
        out.figures.append(
            drawn(f"posting-{measure.replace('_', '-')}", f"{words} by posts a day, for how many posts tire a reader by half.",
                  lambda ax, data=data: response_curve(data, "posts a day", ax, by="posts that tire by half"), 8.0, 4.0)  # type: ignore[misc]
        )  # fmt: skip
    t, left = (table_of(sweep, m, "posts a day", "posts that tire by half") for m in (TRUST_DAYS, "followers_lost"))
    days = np.array([0.25, 0.5, 1, 2, 4, 8, 16])
    per_post = t.div(days, axis=0)
    out.say(bool((t.diff().iloc[1:] < 0).all().all()), "more posts win more trust, up to sixteen a day")
    out.say(
        bool((per_post.diff().iloc[1:] > 0).all().all()),
        f"with diminishing returns: a post at sixteen a day wins "
        f"{100 * float((per_post.iloc[-1] / per_post.iloc[0]).iloc[1]):.0f} % of what it wins at one "
        "in four days (usual tiredness)",
    )
    out.say(
        bool((left.diff().iloc[1:] > 0).all().all()),
        f"followers are lost with every further post ({value('followers_lost', left.iloc[2, 1])} % at one a day, "
        f"{value('followers_lost', left.iloc[-1, 1])} % at sixteen), so there is no best number for both",
    )
    return out


def channels(sweep: Sweep) -> Shown:
    out = Shown()
    data = seen(sweep, TRUST_DAYS)
    out.figures.append(
        drawn("channels", "Trust-days lost (below 0: won) by the number of channels, for several reaches of a post.",
              lambda ax: response_curve(data, "channels", ax, by="reach of a post"), 8.0, 4.2)
    )  # fmt: skip
    t = table_of(sweep, TRUST_DAYS, "channels", "reach of a post")
    best = t.idxmin()
    said = ", ".join(f"{int(best[reach])} at a reach of {100 * reach:g} %" for reach in t.columns)
    out.say(bool(best.isin([3, 4]).all()), f"three or four channels win most, whatever a post's reach: {said}")
    one = float((t.iloc[0] / t.min()).mean())
    many = float((t.iloc[-1] / t.min()).mean())
    out.say(None, f"one channel wins {100 * one:.0f} % of the best, twenty win {100 * many:.0f} %")
    return out
