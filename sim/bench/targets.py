"""What the speed should be on two cores, warm: one table, judged against a report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sim.bench.report import Report

LARGE, TWIN, SMALL = 1_000_000, 10_000, 2_000


@dataclass(frozen=True)
class Target:
    """A figure of the report and the number it should reach.

    target, stretch  None: none is set;  users  the size it holds for: a figure of another size is not judged
    at_least  True: larger is better
    """

    id: str
    words: str
    unit: str
    target: float | None
    stretch: float | None
    users: int | None = None
    at_least: bool = False

    def met_by(self, value: float) -> str:
        """'stretch', 'met' or 'missed'."""
        for bar, word in ((self.stretch, "stretch"), (self.target, "met")):
            if bar is not None and (value >= bar if self.at_least else value <= bar):
                return word
        return "missed"


TARGETS = (
    Target("whole.large", "whole model: 1e6 users, 1e7 ties, 720 hourly ticks, a breach and a daily post", "s", 8, 4, LARGE),
    Target("whole.large.memory", "the same: peak memory of the process", "MB", 500, 350, LARGE),
    Target("whole.large.posts", "the same with user posts (.5 % of users a day)", "s", 15, 8, LARGE),
    Target("whole.large.network", "the same: network and people made", "s", 2, 1, LARGE),
    Target("whole.small", "whole model: 2,000 users, 720 hourly ticks", "ms", 15, 8, SMALL),
    Target("whole.small.full", "full model, everything on, 2,000 users x 720 ticks", "ms", 30, None, SMALL),
    Target("twin.ratio", "whole model: times as fast as the Mesa twin, same talk step", "x", 300, 500, TWIN, True),
    Target("cascade.attempt", "bare cascade: per attempted tie", "ns", 3, 2, LARGE),
    Target("cascade.ratio", "bare cascade: times as fast as CyNetDiff", "x", 4, 6, LARGE, True),
    Target("story.hearing", "story with dose, book and delay: per hearing", "ns", 120, 60, LARGE),
    Target("talk.ratio.one", "talk step, one thread: its time over SciPy's bare f32 product", "x", 1.1, None, LARGE),
    Target("talk.ratio.two", "talk step, two threads: times as fast as SciPy's product", "x", None, 1.7, LARGE, True),
    Target("sweep.runs.hourly", "sweep: full model, 1,000 users x 720 ticks, runs a second", "/s", 250, 500, 1_000, True),
    Target("sweep.ratio", "sweep: times as fast as Mesa's batch_run of the twin", "x", 200, None, 1_000, True),
    Target("sweep.overhead", "sweep: share of time beside the runs", "", 0.1, None, 1_000),
    Target("growth.exponent", "cost from 1e4 to 1e6 users: exponent", "", 1.3, 1.2, LARGE),
    Target("start.help", "`ripple --help`", "s", 0.2, 0.1),
    Target("start.cold", "first `ripple run`, nothing compiled", "s", 20, 8),
)  # fmt: skip


# What the ids of the figures begin with that say where the time or the memory of a target goes.
PROFILES: Mapping[str, str] = MappingProxyType(
    {
        "whole.large": "breakdown.large.base",
        "whole.large.memory": "breakdown.memory",
        "whole.large.posts": "breakdown.large.posts",
        "whole.small": "breakdown.small.base",
        "whole.small.full": "breakdown.small.full",
        "story.hearing": "story.part",
        "talk.ratio.one": "breakdown.large.talk",
        "talk.ratio.two": "breakdown.large.talk",
        "start.cold": "start.cold",
    }
)


def judged(report: Report) -> list[tuple[Target, float | None, str]]:
    """Each target of the parts that were measured, its value, and 'stretch', 'met', 'missed', 'other size' or 'not measured'.

    A part is what the id of a figure begins with.
    """
    out: list[tuple[Target, float | None, str]] = []
    parts = {id.split(".")[0] for id in report.figures}
    for target in TARGETS:
        if target.id.split(".")[0] not in parts and report.partly:
            continue
        figure = report.figures.get(target.id)
        if figure is None:
            out.append((target, None, "not measured"))
        elif target.users is not None and figure.users != target.users:
            out.append((target, figure.median, "other size"))
        else:
            out.append((target, figure.median, target.met_by(figure.median)))
    return out
