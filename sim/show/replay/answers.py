"""The lesson of a scenario with its answers, measured in the runs that are shown.

told = lesson_of(asked, seeds, panels)   # plain values for a page: questions, choices, what was measured
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from sim.dynamics import observe
from sim.dynamics import state as s
from sim.dynamics.engine import Engine
from sim.dynamics.setup import Seeds
from sim.scenario.lesson_measures import LESSON_MEASURES
from sim.scenario.lessons import QUIET, LessonStep, Predict, answer_of, typed_unit
from sim.show.replay.recording import Panel, Shown
from sim.study.measures import Trace, measures
from sim.study.request import Request
from sim.world.people import World


def shown_in_lesson(asked: Request) -> list[Shown]:
    """Every panel that a step of the lesson shows or measures, each once."""
    scenario, found = asked.scenario, {}
    for step in scenario.lesson:
        arms = [*(name for name in step.show if _is_arm(asked, name)), *step.predict.arms]
        for name in step.show:
            one = Shown(name) if _is_arm(asked, name) else Shown(arms[0], quiet=True)
            found[one.key] = one
        for name in step.predict.arms:
            found[name] = Shown(name)
    return list(found.values())


def _is_arm(asked: Request, name: str) -> bool:
    return name != QUIET or name in asked.scenario.arms


def keys_shown(asked: Request, step: LessonStep) -> list[str]:
    """The keys of the panels that a step shows."""
    first = next(name for name in step.show if _is_arm(asked, name))
    return [name if _is_arm(asked, name) else Shown(first, quiet=True).key for name in step.show]


def lesson_of(
    asked: Request, seeds: Seeds, panels: Sequence[Panel], *, world: World | None = None
) -> list[dict[str, Any]]:
    """The steps as plain values, with what was measured. panels: those of `shown_in_lesson`, recorded under the seeds."""
    known = Measured(asked, seeds, panels, world or panels[0].engine.world)
    return [_step(asked, step, known) for step in asked.scenario.lesson]


def _step(asked: Request, step: LessonStep, known: Measured) -> dict[str, Any]:
    p = step.predict
    values, answer = answer_of(p, lambda arm: known.value(arm, p))
    unit, factor = typed_unit(p)
    titles = {arm: asked.scenario.arm(arm).title for arm in p.arms}
    measure = LESSON_MEASURES[p.measure]
    meaning = measure.meaning + (f" ({_day(p.at)})" if p.at is not None else "")
    predict: dict[str, Any] = {"measure": p.measure, "meaning": meaning}
    if p.which:
        predict |= {"kind": "choice", "choices": [titles[arm] for arm in p.arms], "answer": p.arms.index(str(answer))}
    else:
        number = float(answer) * factor
        predict |= {
            "kind": "number",
            "unit": unit,
            "answer": round(number, _digits(number)) if _known(number) else None,
        }
    measured = [{"label": titles[arm], "value": in_words(p.measure, values[arm])} for arm in p.arms]
    return {
        "question": step.question,
        "show": keys_shown(asked, step),
        "predict": predict,
        "measured": measured,
        "look": step.look,
        "at": step.at,
        "chart": step.chart,
        "users": step.users,
        "reveal": step.reveal,
    }


class Measured:
    """The measures of arms in the runs that are there; quiet twins are run when they are first needed."""

    def __init__(self, asked: Request, seeds: Seeds, panels: Sequence[Panel], world: World):
        self.asked, self.seeds, self.world = asked, seeds, world
        self.engines: dict[str, Engine] = {panel.key: panel.engine for panel in panels}
        self.panels = {panel.key: panel for panel in panels}

    def value(self, arm: str, predict: Predict) -> float:
        """What a lesson asks of an arm, in the unit of the measure."""
        own = _OF_ONE.get(predict.measure)
        if own is not None:
            return own(self.panels[arm])
        run, twin = Trace.of(self.engines[arm]), Trace.of(self._twin(arm))
        if predict.measure in _OF_A_MOMENT:
            assert predict.at is not None  # checked when the file was read
            return _OF_A_MOMENT[predict.measure](run, twin, round(predict.at / run.step))
        if predict.measure == "moved":
            return float(100 * np.max(np.abs(twin.trust - run.trust)))
        return measures(run, twin, self.asked.scenario.arm(arm).parameters.numbers())[predict.measure]

    def _twin(self, arm: str) -> Engine:
        key = Shown(arm, quiet=True).key
        if key not in self.engines:
            self.engines[key] = Engine(self.asked.setup(arm, self.seeds, self.world, quiet=True)).run()
        return self.engines[key]


def _gap_left(run: Trace, twin: Trace, row: int) -> float:
    gap = twin.trust - run.trust
    largest = float(gap.max())
    return float(gap[row]) / largest if largest > 0 else math.nan


_OF_A_MOMENT: Mapping[str, Callable[[Trace, Trace, int], float]] = {
    "trust": lambda run, twin, row: float(100 * run.trust[row]),
    "gap": lambda run, twin, row: float(100 * (twin.trust[row] - run.trust[row])),
    "gap_left": _gap_left,
}


def _share_by_hop(*names: str) -> Callable[[Panel], float]:
    return lambda panel: sum(float(panel.by_hop[name][-1]) for name in names) / panel.engine.n


def _farthest(panel: Panel) -> float:
    hops = panel.hop[panel.hop != 255]
    return float(hops.max()) if hops.size else 0.0


def _opinions(panel: Panel) -> float:
    seen = observe.table(panel.engine.rows[-1:])
    return float(seen["posts_positive"][0] + seen["posts_negative"][0])


def _passed_on(panel: Panel) -> float:
    engine = panel.engine
    acts = engine.acts[engine.first_story : int(engine.state[s.N_ACTS])]
    posted = _opinions(panel)
    return float(np.sum(acts["mute"] == 1)) / posted if posted else math.nan


_OF_ONE: Mapping[str, Callable[[Panel], float]] = {
    "met": _share_by_hop("0"),
    "told": _share_by_hop("1", "2", "3+"),
    "told_by_friend": _share_by_hop("1"),
    "told_far": _share_by_hop("2", "3+"),
    "farthest_hop": _farthest,
    "opinions_posted": _opinions,
    "opinions_passed_on": _passed_on,
}


def in_words(measure: str, value: float) -> str:
    """A measured value with its unit."""
    unit = LESSON_MEASURES[measure].unit
    if not _known(value):
        return "none"
    if unit == "share":
        return f"{100 * value:.{_digits(100 * value)}f} %"
    if unit == "h":
        return f"{value / 24:.1f} days" if value >= 48 else f"{value:.1f} hours"
    return f"{value:,.{_digits(value)}f} {unit}".strip()


def _digits(value: float) -> int:
    return 2 if abs(value) < 1 else 1 if abs(value) < 100 else 0


def _known(value: float) -> bool:
    return math.isfinite(value)


def _day(hours: float) -> str:
    return f"day {hours / 24:.3g}"
