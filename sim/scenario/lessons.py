"""A lesson: steps that ask, have the class predict, show a run, and reveal what was measured.

A step says what is predicted as a measure of arms; the answer is computed from the runs, never written in the file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sim import units
from sim.errors import did_you_mean
from sim.scenario.fields import LessonStepFile, PredictFile
from sim.scenario.lesson_measures import LESSON_MEASURES
from sim.scenario.mistakes import Where
from sim.scenario.validate import Findings

QUIET = "quiet"  # in `show`: the same people without the crisis
MOST_STEPS = 20


@dataclass(frozen=True)
class Predict:
    """What is predicted: which arm has the most or least of a measure, or the measure of one arm (against another).

    which: "highest" or "lowest" among `arms`, else "" and `arms` is the one arm, perhaps followed by the one it is held
    against: compared "over" (times) or "minus" (difference). at: h, of measures at a moment.
    """

    measure: str
    which: str
    arms: tuple[str, ...]
    compared: str = ""
    at: float | None = None


@dataclass(frozen=True)
class LessonStep:
    """One step. show: arms side by side, QUIET for the twin; look: words; at h, chart, users: where to look."""

    question: str
    show: tuple[str, ...]
    predict: Predict
    look: str
    at: float | None
    chart: str
    users: str
    reveal: str


def resolved_lesson(
    written: Sequence[LessonStepFile | None], arms: Sequence[str], horizon: float, findings: Findings
) -> tuple[LessonStep, ...]:
    """The steps of a file, every mistake noted. arms: those of the file; horizon: h."""
    steps = []
    if len(written) > MOST_STEPS:
        findings.add(("lesson",), f"{len(written)} steps are too many; {MOST_STEPS} at most")
    for i, entry in enumerate(written):
        where: Where = ("lesson", i)
        if entry is None or entry.predict is None:
            if entry is not None and not findings.any_at(where):
                findings.add(
                    where, "`predict` is missing: what the class predicts, as in {measure: floor, arm: silence}"
                )
            continue
        predict = _predict(entry.predict, (*where, "predict"), arms, horizon, findings)
        show = tuple(entry.show or ()) or _usual(predict, arms)
        if entry.show:
            _check_show(show, (*where, "show"), arms, findings)
        _before_horizon(entry.at, (*where, "at"), horizon, findings)
        steps.append(
            LessonStep(
                question=entry.question,
                show=show,
                predict=predict,
                look=entry.look or "",
                at=entry.at,
                chart=entry.chart or "",
                users=entry.users or "",
                reveal=entry.reveal or "",
            )
        )
    return tuple(steps)


def _usual(predict: Predict, arms: Sequence[str]) -> tuple[str, ...]:
    """What is shown when nothing is said: the arms that are compared, or one arm beside its quiet twin."""
    compared = tuple(dict.fromkeys(predict.arms))[:2]
    return compared if len(compared) == 2 else (QUIET, *(compared or tuple(arms[:1])))


def _check_show(show: tuple[str, ...], where: Where, arms: Sequence[str], findings: Findings) -> None:
    named = [name for name in show if name != QUIET or QUIET in arms]
    if len(show) > 2 or not named:
        findings.add(where, f"one or two are shown side by side: arms ({', '.join(arms)}), and `{QUIET}` beside an arm")
    for name in named:
        _known(name, where, arms, findings)


def _known(name: str, where: Where, arms: Sequence[str], findings: Findings) -> None:
    if name not in arms:
        findings.add(where, f"there is no arm '{name}'{did_you_mean(name, arms) or '; arms: ' + ', '.join(arms)}")


def _before_horizon(at: float | None, where: Where, horizon: float, findings: Findings) -> None:
    if at is not None and at > horizon:
        findings.add(where, f"{units.duration_words(at)} is after the horizon ({units.duration_words(horizon)})")


def _predict(written: PredictFile, where: Where, arms: Sequence[str], horizon: float, findings: Findings) -> Predict:
    asks_which = written.which is not None
    unclear = asks_which == (written.arm is not None) or (not asks_which and written.arms is not None)
    if unclear and not findings.any_at(where):
        findings.add(where, "write `which: highest` or `lowest` (and `arms`), or `arm` (and `over` or `minus` another)")
    if written.over is not None and written.minus is not None:
        findings.add((*where, "minus"), "an arm is held `over` another or `minus` another, not both")
    if asks_which:
        chosen = tuple(written.arms or arms)
        key = "arms"
        if len(set(chosen)) < 2:
            findings.add((*where, key), "there is a choice between two arms or more")
    else:
        other = written.over or written.minus
        chosen, key = tuple(filter(None, (written.arm, other))), "arm"
        if other is not None:
            _known(other, (*where, "over" if written.over else "minus"), arms, findings)
            if other == written.arm:
                findings.add((*where, "over" if written.over else "minus"), f"'{other}' is held against itself")
    for name in chosen if asks_which else chosen[:1]:
        _known(name, (*where, key), arms, findings)
    measure = LESSON_MEASURES[written.measure]
    if measure.of_a_moment and written.at is None:
        findings.add(where, f"`at` is missing: {measure.name} is of a moment")
    if not measure.of_a_moment and written.at is not None:
        findings.add((*where, "at"), f"{measure.name} is of the whole run; leave `at` out")
    _before_horizon(written.at, (*where, "at"), horizon, findings)
    compared = "over" if written.over else "minus" if written.minus else ""
    return Predict(written.measure, written.which or "", chosen, compared, written.at)


def lesson_document(steps: Sequence[LessonStep]) -> list[dict[str, Any]]:
    """The steps as a file would say them."""
    return [_step_document(step) for step in steps]


def _step_document(step: LessonStep) -> dict[str, Any]:
    p = step.predict
    asked: dict[str, Any] = {"measure": p.measure}
    if p.which:
        asked |= {"which": p.which, "arms": list(p.arms)}
    else:
        asked |= {"arm": p.arms[0]} | ({p.compared: p.arms[1]} if p.compared else {})
    if p.at is not None:
        asked["at"] = units.duration_words(p.at)
    more = {"look": step.look, "chart": step.chart, "users": step.users, "reveal": step.reveal}
    return {
        "question": step.question,
        "show": list(step.show),
        "predict": asked,
        **({"at": units.duration_words(step.at)} if step.at is not None else {}),
        **{key: words for key, words in more.items() if words},
    }


# --- numbers for people: what a prediction is typed in ---

_AS_TYPED: Mapping[str, tuple[str, float]] = MappingProxyType({"share": ("%", 100.0), "h": ("days", 1 / 24)})


def typed_unit(predict: Predict) -> tuple[str, float]:
    """The unit a prediction is typed in, and what the measure is multiplied by for it."""
    if predict.compared == "over":
        return "times", 1.0
    unit = LESSON_MEASURES[predict.measure].unit
    if predict.measure == "waiting":
        return "hours", 1.0
    return _AS_TYPED.get(unit, (unit, 1.0))


def answer_of(predict: Predict, value: Callable[[str], float]) -> tuple[dict[str, float], float | str]:
    """The measured values by arm, and the answer: the arm it is, or the number. value: measures an arm."""
    values = {arm: value(arm) for arm in predict.arms}
    if predict.which:
        best = max if predict.which == "highest" else min
        return values, best(values, key=lambda arm: values[arm])
    first = values[predict.arms[0]]
    if predict.compared == "over":
        second = values[predict.arms[1]]
        return values, first / second if second else float("nan")
    return values, first - values[predict.arms[1]] if predict.compared else first
