"""What a report says, in the order in which it says it: plain values, for the page and for Markdown alike."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sim.scenario.measures_named import MEASURES
from sim.scenario.tell import tell
from sim.show.answer import DECISIVE, Answer, amount, answer, expectations, sentences, verdict
from sim.show.measures_shown import FIRST, SECOND, heading, shown_difference, shown_half, shown_value, unit_scale
from sim.show.people import InPeople, in_people_shown
from sim.study.comparison import Comparison
from sim.study.unlabelled import told_without_labels
from sim.units import duration_words

SECTIONS = {
    "time": "Trust over time",
    "measures": "The measures in pictures",
    "cost": "What it costs",
    "sure": "How sure the ranking is",
    "why": "Why",
    "who": "Who is lost",
}
QUICK = (
    "How sure the ranking is when what is assumed is varied was left out (--quick). The ± below counts the number of runs "
    "only, not what is assumed."
)


@dataclass(frozen=True)
class Number:
    """One of the three numbers that must not be mixed up: its name, the number, and what it is."""

    name: str
    number: str
    meaning: str


@dataclass(frozen=True)
class Cell:
    """One measure of one arm: the mean, the paired difference with half its interval, and whether it is best."""

    arm: str
    value: str
    difference: str
    best: bool


@dataclass(frozen=True)
class Row:
    """One measure over all arms."""

    heading: str
    unit: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Contents:
    """Everything a report says but its figures."""

    title: str
    question: str
    about: str
    quick: str
    answer: tuple[str, ...]
    best: str  # the best arm in the words of the scenario, when it has some
    numbers: tuple[Number, ...]
    meaning: str  # of the measure that the answer goes by
    warnings: tuple[str, ...]
    arms: tuple[str, ...]
    setting: str
    timeline: tuple[tuple[str, tuple[str, ...]], ...]
    takeaway: str
    rows: tuple[Row, ...]
    same: str
    table_note: str
    people: InPeople | None
    expectations: tuple[tuple[bool, str], ...]
    assumptions: tuple[str, ...]
    meanings: tuple[tuple[str, str], ...]
    command: str
    facts: tuple[tuple[str, str], ...]
    sources: tuple[str, ...]
    version: str


def contents(data: Comparison, command: str, *, labels: bool = False) -> Contents:
    """What the report of a comparison says. command: what makes it again; labels: users of one's own file are named."""
    from sim.show.report.assumptions import assumptions

    scenario = data.scenario
    found = answer(data)
    setting, *told = tell(scenario if labels else told_without_labels(scenario))
    return Contents(
        title=scenario.title,
        question=scenario.question,
        about=_about(data),
        quick=QUICK if len(data.arms) > 1 and (found is None or found.sure is None) else "",
        answer=tuple(sentences(found)) if found else (verdict(data),),
        best=_best(data, found),
        numbers=tuple(three_numbers(found)) if found and not found.alike else (),
        meaning=(
            f"A trust-day is one point of trust, of 100, that the average user lacks for one day against the same people "
            f"without the crisis, summed over {duration_words(data.horizon)}."
        ),
        warnings=tuple(data.warnings),
        arms=tuple(data.arms),
        setting=setting,
        timeline=tuple(_by_arm(data, told)),
        takeaway=scenario.takeaway,
        rows=rows_of(data),
        same=_same(data),
        table_note=_table_note(data),
        people=in_people_shown(data),
        expectations=tuple(expectations(data)),
        assumptions=tuple(assumptions(data)),
        meanings=tuple((heading(name), measure.meaning) for name, measure in MEASURES.items()),
        command=command,
        facts=tuple(_facts(data.provenance)),
        sources=tuple(scenario.sources),
        version=str(data.provenance.get("version", "")),
    )


def three_numbers(found: Answer) -> Iterator[Number]:
    """What one crisis may bring, how far the mean may be off, and how sure the ranking is: never mixed up."""
    m, lead = found.measure, found.lead
    unit = "trust-days" if m == DECISIVE else unit_scale(m)[1]
    low, middle, high, mean = (shown_value(m, x) for x in (lead.low, lead.middle, lead.high, lead.mean))
    alone = found.other is None
    gained = "lost" if alone and m == DECISIVE else "" if alone else f"gained against {found.other}"
    yield Number(
        "One crisis",
        f"{low} to {high}",
        f"{unit} {gained} in 9 simulated crises of 10; {middle} in a middle one. Luck alone makes this range: more runs do "
        "not narrow it.",
    )
    yield Number(
        "The mean",
        f"{mean} ± {shown_half(m, lead.error)}",
        f"{unit} {gained} on average over {found.n_runs:,} crises. The ± is what the number of runs leaves open (95 %): more "
        "runs narrow it.",
    )
    if not alone:
        sure = found.sure
        yield Number(
            "The ranking",
            f"{100 * sure.best[found.best]:.0f} of 100" if sure else "not looked at",
            f"plausible cases in which {found.best} is best when what is assumed is varied, over {sure.cases:,} of them. Only "
            "better evidence changes this."
            if sure
            else "In how many plausible cases it stays best when what is assumed is varied: left out (--quick).",
        )


def _best(data: Comparison, found: Answer | None) -> str:
    if found is None or len(data.arms) == 1 or found.alike:
        return ""
    title = data.scenario.arm(found.best).title
    return "" if title == found.best else f"{found.best}: {title}"


def _about(data: Comparison) -> str:
    arms = f"{len(data.arms)} responses" if len(data.arms) > 1 else "one response"
    return (
        f"{arms}, {data.n_replicates} simulated crises on common draws, {duration_words(data.horizon)}; "
        f"{data.provenance.get('network', '')}; seed {data.seed}"
    )


def _table_note(data: Comparison) -> str:
    note = f"Means over {data.n_replicates} runs; trust is read from 0 to 100 points. Bold: best on average."
    if len(data.arms) > 1:
        note += (
            f" Below each mean: the difference to {data.reference} on the same draws, ± half of its 95 % interval, which "
            "holds for all responses jointly and counts the number of runs only."
        )
    return note


def rows_of(data: Comparison) -> tuple[Row, ...]:
    """The measures of a comparison that say something, what decides first first."""
    return tuple(_row(data, name) for name in (*FIRST, *SECOND) if _worth_a_row(data, name))


def _worth_a_row(data: Comparison, measure: str) -> bool:
    """False where there is no value, and where every run of every arm has the same one."""
    values = data.replicates[measure]
    return bool(values.notna().any() and (len(data.arms) == 1 or values.nunique(dropna=False) > 1))


def _same(data: Comparison) -> str:
    """The measures without a row, in a sentence."""
    parts = []
    for name in (*FIRST, *SECOND):
        if not _worth_a_row(data, name) and data.measures[name].notna().any():
            parts.append(f"{heading(name)} {amount(name, float(data.measures[name].iloc[0]))}")
    return f"The same in every run of every response: {'; '.join(parts)}." if parts else ""


def _row(data: Comparison, measure: str) -> Row:
    values = data.measures.loc[data.arms, measure]
    shown = {arm: shown_value(measure, float(values[arm])) for arm in data.arms}
    top = values.idxmin() if MEASURES[measure].better == "lower" else values.idxmax()
    differ = len(set(shown.values())) > 1
    rows = data.differences[data.differences["measure"] == measure].set_index("arm")
    cells = []
    for arm in data.arms:
        difference = ""
        if arm in rows.index and math.isfinite(rows.loc[arm, "difference"]):
            half = float(rows.loc[arm, "high"] - rows.loc[arm, "low"]) / 2
            difference = shown_difference(measure, float(rows.loc[arm, "difference"]), half)
        cells.append(Cell(arm, shown[arm], difference, differ and shown[arm] == shown[str(top)]))
    words = heading(measure)
    return Row(words[0].upper() + words[1:], unit_scale(measure)[1], tuple(cells))


def _by_arm(data: Comparison, told: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The sentences of `tell` in groups: what happens in every response, then what each adds, under its title."""
    groups: dict[str, list[str]] = {"": []}
    for sentence in told:
        starts = {start: arm for arm in data.scenario.arms for start in (f"{arm}: ", f"{arm}, the reference: ")}
        start = next((start for start in starts if sentence.startswith(start)), "")
        groups.setdefault(starts.get(start, ""), []).append(sentence.removeprefix(start))
    for arm, group in groups.items():
        if group and (not arm or arm in data.arms):
            title = data.scenario.arm(arm).title if arm else ""
            name = arm if title in (arm, "") else f"{arm}: {title}"
            if arm == data.reference and len(data.arms) > 1:
                name += " (the reference)"
            yield name or "In every response", tuple(group)


def _facts(provenance: Mapping[str, object]) -> Iterable[tuple[str, str]]:
    """The provenance as names and values in words."""
    for name, value in provenance.items():
        if isinstance(value, Mapping):
            text = ", ".join(f"{key} {entry}" for key, entry in value.items())
        elif isinstance(value, list | tuple):
            text = "; ".join(str(entry) for entry in value)
        else:
            text = str(value)
        if text:
            yield name.replace("_", " "), text
