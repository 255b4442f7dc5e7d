"""What a hearing costs in the whole model: a story that goes through everyone, minus the same run without passing on."""

from __future__ import annotations

from typing import Any

from sim.bench import parts
from sim.bench.cases import Plan, setup, viral, world
from sim.bench.report import Report
from sim.bench.timing import interleaved
from sim.dynamics.engine import Engine
from sim.dynamics.setup import without_word_of_mouth


def measure(plan: Plan, report: Report) -> None:
    """ns per hearing, repeated hearings counted; and how many there were, first ones and all."""
    told = setup(viral(plan.large, plan.ties), world(plan.large, plan.ties))
    silent = without_word_of_mouth(told)
    last: dict[str, Any] = {}
    spent: list[dict[str, float]] = []

    def begin() -> None:
        last.update(told=Engine(told))
        spent.append(parts.watched(last["told"]))

    seconds = interleaved(
        {
            "told": lambda: last["told"].run(),
            "silent": lambda: last["silent"].run(),
        },
        plan.few,
        before={
            "told": begin,
            "silent": lambda: last.update(silent=Engine(silent)),
        },
    )
    all_, first = parts.hearings(last["told"]), parts.first_hearings(last["told"])
    more = [a - b for a, b in zip(seconds["told"], seconds["silent"], strict=True)]
    users = plan.large
    note = f"{all_:,} hearings, of which {first:,} were someone's first"
    report.add(
        "story.hearing",
        "per hearing, repeated ones counted",
        "ns",
        [1e9 * s / all_ for s in more],
        users=users,
        note=note,
    )
    tables = [1e9 * one["tables"] / all_ for one in spent[1:]]  # the first was to warm up
    events = [1e9 * s / all_ - t for s, t in zip(more, tables, strict=True)]
    for part, words, values in (
        ("tables", "of it: tables that grow with who has heard", tables),
        ("events", "of it: looking up, drawing, dose and books, passing on", events),
    ):
        report.add(f"story.part.{part}", words, "ns", values, users=users)
    report.add("story.first", "the same over first hearings alone", "ns", [1e9 * s / first for s in more], users=users)
