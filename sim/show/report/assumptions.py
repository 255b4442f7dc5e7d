"""Which assumptions stand behind a comparison, in sentences: what has no source, what was changed, what the ranking hangs on."""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario.parameters import PARAMETERS
from sim.scenario.resolve import parameter_words
from sim.show.missing import missing_sentences
from sim.show.sureness import hangs_on_sentences
from sim.study.comparison import Comparison


def assumptions(data: Comparison) -> Iterator[str]:
    """Sentences for the report, the weightiest first."""
    if data.how_sure is not None and len(data.arms) > 1:
        yield from hangs_on_sentences(data.how_sure)
    yield from missing_sentences(data)
    yield from changed_numbers(data)
    assumed = [p for p in PARAMETERS.values() if p.assumed and p.distribution != "fixed"]
    varied = [p for p in PARAMETERS.values() if p.distribution != "fixed"]
    yield (
        f"Of the {len(varied)} numbers of the model that could be others, {len(assumed)} are assumed: no source stands behind "
        "them. Trust the order of responses more than the points."
    )
    yield (
        f"{data.provenance.get('network', 'the network')}: a simulated population stands for a larger one in shares, not in "
        "counts."
    )
    if "people" not in data.scenario.vary or "network" not in data.scenario.vary:
        fixed = [part for part in ("network", "people") if part not in data.scenario.vary]
        yield f"The {' and the '.join(fixed)} are the same in every simulated crisis; only luck differs."


def changed_numbers(data: Comparison) -> Iterator[str]:
    """The numbers of the model that this scenario, or one of its arms, has otherwise than the default."""
    common = data.scenario.parameters.own_choices
    for name, value in common.items():
        yield f"{_changed(name, value)}."
    for arm in data.arms:
        for name, value in data.scenario.arm(arm).parameters.own_choices.items():
            if common.get(name) != value:
                yield f"In {arm}: {_changed(name, value)}."


def _changed(name: str, value: float) -> str:
    p = PARAMETERS[name]
    return f"{p.meaning} ({name}) is {parameter_words(name, value)} here, by default {parameter_words(name, p.default)}"
