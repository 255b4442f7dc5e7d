"""What the experiments on crises showed: replies, storms, networks, plans."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim import theory
from sim.show.analysis_figures import drawn
from sim.show.experiments.counted import TRUST_DAYS, Shown, seen, table_of, value
from sim.show.measures_shown import heading
from sim.show.responses import heat_map, response_curve
from sim.show.style import INK, MUTED, SMALL
from sim.study.analysis.observed import Observed
from sim.study.sweep.opened import Sweep


def reply_time(sweep: Sweep) -> Shown:
    out = Shown()
    data = seen(sweep, TRUST_DAYS)
    out.figures.append(
        drawn("reply-time", "Trust-days lost by the time to reply and the share answered.",
              lambda ax: heat_map(data, "time to reply", "share answered", ax), 8.0, 4.4)
    )  # fmt: skip
    t = table_of(sweep, TRUST_DAYS, "time to reply", "share answered")
    nobody, best, late, few = t.iloc[0, 0], t.iloc[0, -1], t.iloc[-1, -1], t.iloc[0, 1]
    out.say(bool((t.diff(axis=1).iloc[:, 1:] < 0).all().all()), "more answers save more at every time to reply")
    out.say(bool((t.iloc[:, 1:].diff().iloc[1:] > 0).all().all()), "later answers save less at every share answered")
    saved = nobody - t
    ratio = saved.iloc[:, 1:].div(saved.iloc[:, -1], axis=0)
    even = float(np.abs(ratio - ratio.columns.to_numpy(dtype=float)).max().max())
    out.say(
        even < 0.1,
        f"the two multiply: what is saved is in proportion to the share answered (off by {100 * even:.0f} % of "
        f"it at most)",
    )
    out.say(
        None,
        f"from {value(TRUST_DAYS, nobody)} points x days with no answer to {value(TRUST_DAYS, best)} with every "
        f"answer in 3 minutes; "
        f"all answered after 18 hours, {value(TRUST_DAYS, late)}, is {'better' if late < few else 'no better'} "
        f"than a quarter "
        f"answered in 3 minutes, {value(TRUST_DAYS, few)}",
    )
    return out


def storm(sweep: Sweep) -> Shown:
    out = Shown()
    data = seen(sweep, "largest_story")
    ties = 10.0
    kappa = ties + 1.0  # of G(n, p): <k^2>/<k>
    viralities = np.linspace(0.4, 3.0, 200)
    scenario = sweep.experiment.scenario
    users = (scenario.network.users if scenario is not None else None) or 2000

    def expected(virality: float, met: float) -> float:
        """Share of users who hear it: an outbreak with its chance, else what a story that dies out reaches."""
        q = float(theory.share_probability(virality, kappa))
        _, heard = theory.told_and_heard(ties, q, met)
        if ties * q <= 1:
            return heard * (1.0 - met)
        alone, _ = theory.told_and_heard(ties, q, 0.0)
        chance = 1.0 - (1.0 - q * alone) ** (met * users)
        dying = ties * met * q / max(1e-9, 1.0 - ties * q * (1.0 - alone))
        return (chance * heard + (1.0 - chance) * min(heard, dying)) * (1.0 - met)

    threshold = float(
        np.interp(1.0, [ties * float(theory.share_probability(v, kappa)) for v in viralities], viralities)
    )

    def draw(ax: Axes) -> Axes:
        response_curve(data, "virality", ax, by="reach")
        for met in data.points["reach"].unique():
            ax.plot(
                viralities,
                [100 * expected(v, met) for v in viralities],
                color=MUTED,
                linewidth=0.9,
                linestyle=(0, (2, 2)),
                zorder=1,
            )
        ax.axvline(threshold, color=INK, linewidth=0.9)
        ax.annotate(f" R = 1\n (V = {threshold:.2f})", (threshold, 1.0), xycoords=("data", "axes fraction"), va="top",
                    fontsize=SMALL, color=INK)  # fmt: skip
        return ax

    out.figures.append(
        drawn(
            "storm",
            "How many users hear the story, by virality and reach; dotted: theory, without a fitted number.",
            draw,
            8.0,
            4.4,
        )
    )
    t = table_of(sweep, "largest_story", "reach", "virality")
    gap = pd.DataFrame(
        {v: [abs(t.loc[r, v] - expected(float(v), float(r))) for r in t.index] for v in t.columns}, index=t.index
    )
    makes = np.array([ties * float(theory.share_probability(float(v), kappa)) for v in t.columns])
    near = np.abs(makes - 1.0) < 0.2
    far, close = 100 * gap.to_numpy()[:, ~near].max(), 100 * gap.to_numpy()[:, near].max()
    out.say(far < 10, f"theory holds away from R = 1: means lie within {far:.0f} points of the share of users")
    out.say(
        None, f"where R is within a fifth of 1, {users:,} users differ from theory for many by up to {close:.0f} points"
    )
    low, high = t.columns[t.columns.to_series() < 0.8].max(), t.columns.max()
    below, above = t.loc[t.index[1:3], low], t.loc[t.index[1:3], high]
    out.say(
        bool(below.iloc[1] / below.iloc[0] > 2.5 and above.iloc[1] / above.iloc[0] < 1.3),
        f"five times as many who meet it (1 % to 5 %) make {below.iloc[1] / below.iloc[0]:.1f} times as many "
        f"hearers at virality {low:g}, "
        f"{above.iloc[1] / above.iloc[0]:.2f} times at {high:g}",
    )
    return out


def _by_network(data: Observed, ax: Axes) -> Axes:
    return heat_map(data, "virality", "network", ax)


def networks(sweep: Sweep) -> Shown:
    out = Shown()
    heard, lost = seen(sweep, "largest_story"), seen(sweep, TRUST_DAYS)
    for measure, data in (("largest_story", heard), (TRUST_DAYS, lost)):
        name = f"networks-{measure.replace('_', '-')}"
        words = f"{heading(measure)} by network (kind, mean number of friends) and virality."
        draw = partial(_by_network, data)
        out.figures.append(drawn(name, words, draw, 6.4, 6.2))
    t, loss = (
        table_of(sweep, "largest_story", "network", "virality"),
        table_of(sweep, TRUST_DAYS, "network", "virality"),
    )
    family = pd.Series([name.rpartition(",")[0] for name in t.index], index=t.index)
    middle = t.columns[1]
    by_family = t[middle].groupby(family).mean()
    ranked = ", ".join(f"{value('largest_story', v)} % on {name}" for name, v in by_family.sort_values().items())
    out.say(
        by_family.idxmin() == "ring",
        f"rings of friends carry least: at virality {middle:g} a story is heard by {ranked}",
    )
    degree = pd.Series([int(name.rpartition(",")[2]) for name in t.index], index=t.index)
    by_degree = t[middle].groupby(degree).mean()
    across_degree, across_family = float(np.ptp(by_degree)), float(np.ptp(by_family))
    out.say(
        across_degree < across_family,
        f"the number of friends matters less ({100 * across_degree:.0f} points of the share that hears it from "
        f"6 to 20 friends) than the kind "
        f"of network ({100 * across_family:.0f} points)",
    )
    clustered, open_ones = (float(t[middle][family == name].mean()) for name in ("hubs clustered", "hubs"))
    out.say(
        clustered < open_ones,
        f"among hubs, clustering keeps it in: {value('largest_story', clustered)} % against "
        f"{value('largest_story', open_ones)} %",
    )
    last = loss.columns[-1]
    most = loss[last].groupby(family).mean()
    out.say(
        None,
        f"what is heard is not what is lost: at virality {last:g} most trust-days are lost on {most.idxmax()} "
        f"({value(TRUST_DAYS, most.max())}), "
        f"fewest on {most.idxmin()} ({value(TRUST_DAYS, most.min())})",
    )
    return out


def prepared(sweep: Sweep) -> Shown:
    out = Shown()
    data = seen(sweep, TRUST_DAYS)
    out.figures.append(
        drawn("prepared", "Trust-days lost against the same bank without security and plan (below 0: saved).",
              lambda ax: heat_map(data, "preparedness", "security", ax), 7.6, 4.4)
    )  # fmt: skip
    t = table_of(sweep, TRUST_DAYS, "security", "preparedness")
    by_security, by_plan = t.iloc[0, 0] - t.iloc[-1, 0], t.iloc[0, 0] - t.iloc[0, -1]
    out.say(
        bool(by_security > 0 and by_plan > 0),
        f"both save trust: full security {value(TRUST_DAYS, by_security)} points x days, a rehearsed plan "
        f"{value(TRUST_DAYS, by_plan)}",
    )
    out.say(
        bool(by_security > by_plan),
        f"security saves more, {by_security / by_plan:.1f} times as much" if by_plan > 0 else "security saves more",
    )
    secure = t.iloc[-1, 0] - t.iloc[-1, -1]
    out.say(
        bool(secure < by_plan),
        f"they replace each other in part: where everything else is prevented the plan saves "
        f"{value(TRUST_DAYS, secure)} in place of {value(TRUST_DAYS, by_plan)}",
    )
    return out
