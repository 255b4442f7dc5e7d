"""A comparison as one plain HTML page that needs nothing else: no request leaves it, light and dark, paper and phone."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from sim.files import write_text
from sim.scenario.measures_named import MEASURES
from sim.scenario.tell import tell
from sim.show.answer import expectations, verdict
from sim.show.figures import Drawn, comparison_figures, on_page
from sim.show.measures_shown import FIRST, SECOND, heading, shown_value, unit_scale
from sim.study.comparison import Comparison
from sim.study.provenance import command as command_line
from sim.units import duration_words


def write_page(
    data: Comparison,
    path: str | Path,
    *,
    command: str | None = None,
    figures: Iterable[Drawn] | None = None,
) -> Path:
    """Write the page of a comparison to a file, at once or not at all; returns the path.

    command: what makes it again (default: comparing the scenario.yaml that a saved comparison holds). figures: those
    of `comparison_figures`, when they are drawn already. Raises RippleError when the file cannot be written.
    """
    return write_text(path, page(data, command=command, figures=figures))


def page(data: Comparison, *, command: str | None = None, figures: Iterable[Drawn] | None = None) -> str:
    """The page as text. Everything that comes from a scenario is escaped."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    scenario = data.scenario
    if command is None:
        command = command_line("compare", "scenario.yaml", "--replicates", data.n_replicates, "--seed", data.seed)
    networks = {f"network-{arm}" for arm in set(data.arms) - on_page(data)}
    drawn = comparison_figures(data) if figures is None else figures
    setting, *sentences = tell(scenario)
    template = (files("sim.show") / "templates" / "page.html").read_text(encoding="utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(template).render(
        title=scenario.title,
        question=scenario.question,
        about=_about(data),
        verdict=verdict(data),
        warnings=data.warnings,
        arms=data.arms,
        rows=[_row(data, name) for name in (*FIRST, *SECOND) if data.measures[name].notna().any()],
        table_note=_table_note(data),
        expectations=expectations(data),
        setting=setting,
        timeline=_by_arm(sentences, data.arms),
        takeaway=scenario.takeaway,
        figures=[
            {"name": one.name, "caption": one.caption, "svg": Markup(one.svg())}  # made by matplotlib
            for one in drawn
            if one.name not in networks
        ],
        meanings=[(heading(name), measure.meaning) for name, measure in MEASURES.items()],
        command=command,
        facts=list(_facts(data.provenance)),
        sources=scenario.sources,
        version=data.provenance.get("version", ""),
    )


def _about(data: Comparison) -> str:
    arms = f"{len(data.arms)} responses" if len(data.arms) > 1 else "one response"
    return (
        f"{arms}, {data.n_replicates} runs of each on common draws, {duration_words(data.horizon)}; "
        f"{data.provenance.get('network', '')}; seed {data.seed}"
    )


def _table_note(data: Comparison) -> str:
    note = f"Means over {data.n_replicates} runs; trust is read from 0 to 100 points. Bold: best on average."
    if len(data.arms) > 1:
        note += (
            f" Below: the difference to {data.reference} on the same draws, and in brackets its 95 % interval, "
            "which holds for all responses jointly."
        )
    return note


def _row(data: Comparison, measure: str) -> dict[str, Any]:
    """One measure over all arms: values, differences, intervals, and which is best on average."""
    values = data.measures[measure]
    top = values.min() if MEASURES[measure].better == "lower" else values.max()
    differ = values.nunique() > 1
    rows = data.differences[data.differences["measure"] == measure].set_index("arm")
    cells = []
    for arm in data.arms:
        cell = {"value": shown_value(measure, float(values[arm])), "best": bool(differ and values[arm] == top)}
        cell |= {"difference": "", "interval": ""}
        if arm in rows.index and math.isfinite(rows.loc[arm, "difference"]):
            difference, low, high = (float(rows.loc[arm, name]) for name in ("difference", "low", "high"))
            cell["difference"] = shown_value(measure, difference, difference=True)
            if low != high:
                ends = (shown_value(measure, end, difference=True) for end in (low, high))
                cell["interval"] = f"({', '.join(ends)})"
        cells.append(cell)
    words = heading(measure)
    return {"heading": words[0].upper() + words[1:], "unit": unit_scale(measure)[1], "cells": cells}


def _by_arm(sentences: Sequence[str], arms: Sequence[str]) -> list[tuple[str, list[str]]]:
    """The sentences of `tell` in groups: what happens in every response, then what each adds."""
    groups: dict[str, list[str]] = {"In every response": []}
    for sentence in sentences:
        starts = {start: arm for arm in arms for start in (f"{arm}: ", f"{arm}, the reference: ")}
        start = next((start for start in starts if sentence.startswith(start)), "")
        groups.setdefault(starts.get(start, "In every response"), []).append(sentence.removeprefix(start))
    return [(name, group) for name, group in groups.items() if group]


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
