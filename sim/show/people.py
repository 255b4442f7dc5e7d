"""Results in a brand's own numbers: people, for the terminal and for reports."""

from __future__ import annotations

import math
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from sim.show.text import table
from sim.study.comparison import Comparison
from sim.study.size_error import LARGEST


@dataclass(frozen=True)
class InPeople:
    """Rows of a table: what is counted, by how much the size may matter, then for each arm the mean and the range."""

    rows: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]
    note: str


def in_people_shown(data: Comparison) -> InPeople | None:
    """What a report says in people; None when the scenario states no audience."""
    found = data.people
    if found is None:
        return None
    rows = []
    for what, part in found.groupby("what", sort=False):
        by_arm = part.set_index("arm")
        cells = tuple(
            (
                rounded(by_arm.loc[arm, "mean"]),
                _span(*(float(by_arm.loc[arm, end]) for end in ("q05", "q95"))),
            )
            for arm in data.arms
        )
        size = float(part["size"].iloc[0])
        rows.append((str(what), f"± {100 * size:.0f} %" if math.isfinite(size) else "not measured", cells))
    return InPeople(tuple(rows), note(data))


def _span(low: float, high: float) -> str:
    """Two ends, kept together on one line as far as they can be: `320,000 to 1.46 M`."""
    return f"{rounded(low)} to {rounded(high)}".replace(" M", "\u00a0M")


def note(data: Comparison) -> str:
    """The scale, and what the numbers hold and do not hold."""
    audience = data.scenario.brand.audience or 0
    users = len(data.examples[data.reference].users)
    return (
        f"One simulated user stands for {rounded(audience / users)} people ({audience:,} / {users:,}). Means over "
        f"{data.n_replicates} runs, and what 9 crises in 10 lie between; a small network is moved by chance more than a large "
        f"one, so for all these people the range is too wide rather than too narrow. Size: by how much a mean at {users:,} users "
        f"may differ from that at {LARGEST:,}, as far as measuring could tell (95 %); larger networks were not measured."
    )


def people_table(data: Comparison) -> Table | None:
    """The table for the terminal, a row for each arm; None when the scenario states no audience."""
    shown = in_people_shown(data)
    if shown is None:
        return None
    out = table("In your numbers", "people", *(what for what, _, _ in shown.rows), note=shown.note)
    for k, arm in enumerate(data.arms):
        cells = (of[k] for _, _, of in shown.rows)
        texts = [Text(mean, style="bold").append(f"\n{span}", style="not bold dim") for mean, span in cells]
        out.add_row(Text(arm, style="bold"), *texts)
    out.add_row("size", *(size for _, size, _ in shown.rows))
    return out


def rounded(people: float) -> str:
    """A count of people with three figures: 4.12 M, 12,300."""
    if not math.isfinite(people):
        return "–"
    if abs(people) >= 1e6:
        return f"{people / 1e6:.3g} M"
    if abs(people) < 1000:
        return f"{people:.0f}"
    step = 10 ** (math.floor(math.log10(abs(people))) - 2)
    return f"{round(people / step) * step:,.0f}"
