"""What to find out first, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario.parameters import PARAMETERS
from sim.study.comparison import Comparison
from sim.study.missing import missing

_MOST = 3


def missing_sentences(data: Comparison) -> Iterator[str]:
    """Of the facts that the file leaves open, those that could change the ranking most; nothing where all are there."""
    table = missing(data)
    if table.empty or data.how_sure is None:
        return
    arm, telling = data.how_sure.favoured(), table[table["hangs"].astype(bool)]
    if telling.empty:
        paths = (path.removeprefix("parameters.").replace(".*", "") for path in table["path"].head(_MOST))
        yield (
            f"What to find out first: of the {len(table)} facts about the brand that the scenario leaves open, none changes the "
            f"ranking more than noise does. Nearest to it: {', '.join(dict.fromkeys(paths))}."
        )
        return
    for row in telling.sort_values("change", ascending=False).head(_MOST).itertuples(index=False):
        yield (
            f"What to find out first: {PARAMETERS[row.parameter].meaning} ({row.path}), {row.find}. Where it is low, {arm} is "
            f"best in {100 * row.lowest:.0f} of 100 cases, where it is high in {100 * row.highest:.0f}."
        )
