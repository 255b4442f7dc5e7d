"""A plan as a table and in sentences: what won, what the search saw, what fresh runs say, what money buys."""

from __future__ import annotations

import math

from rich.table import Table

from sim.scenario.measures_named import MEASURES
from sim.show.measures_shown import heading, shown_difference, shown_value, unit_scale
from sim.show.text import table
from sim.study.plan.planning import Plan


def judged_table(data: Plan) -> Table:
    """The plans, doing nothing and the file's own arms on fresh runs, those within the budget first, the best first."""
    name = data.measure
    _, unit = unit_scale(name)
    note = (
        f"{unit}, better than {data.nothing}; search: as the search saw it; fresh: on {data.comparison.n_replicates} fresh runs, "
        f"± joint 95 % interval; best: share of draws of the parameters; * over the budget"
    )
    out = table(f"{heading(name)}, gained", "arm", "what it does", "cost", "search", "fresh", "best", note=note)
    out.columns[1].justify = "left"
    rows = data.judged.assign(over=~data.judged["within"]).sort_values(["over", "gain"], ascending=[True, False])
    for row in rows.itertuples(index=False):
        seen = shown_value(name, row.searched_gain, difference=True) if math.isfinite(row.searched_gain) else ""
        words = row.words if row.words != row.arm else ""
        over = "" if row.within else " *"
        fresh = "" if row.arm == data.nothing else shown_difference(name, row.gain, (row.high - row.low) / 2)
        seen = "" if row.arm == data.nothing else seen
        out.add_row(row.arm, words, f"{row.cost:,.6g}{over}", seen, fresh, f"{100 * row.best:.0f} %")
    return out


def curve_table(data: Plan) -> Table:
    """What each budget buys."""
    name = data.measure
    _, unit = unit_scale(name)
    note = f"{unit}, better than {data.nothing}, on fresh runs; more: than with the budget before, and for each unit of money"
    out = table("What money buys", "budget", "best arm", "costs", "gained", "more", "per unit", note=note)
    for row in data.curve.itertuples(index=False):
        out.add_row(
            f"{row.budget:,.6g}",
            row.arm,
            f"{row.cost:,.6g}",
            shown_difference(name, row.gain, (row.high - row.low) / 2),
            shown_difference(name, row.more, (row.more_high - row.more_low) / 2),
            f"{row.unit:.2g}",
        )
    return out


def plan_sentences(data: Plan) -> list[str]:
    """The winner and how far to trust it, a cheaper one, what the next unit of money buys."""
    rows = data.judged.set_index("arm")
    won, unit = rows.loc[data.winner], MEASURES[data.measure].unit
    kind = (
        "Nothing that was tried beats doing nothing"
        if data.winner == data.nothing
        else f"Best within {data.budget:,.6g}"
    )
    said = [
        f"{kind}: {data.winner}"
        + (f", {won['words']}, which costs {won['cost']:,.6g}." if won["words"] != data.winner else ".")
    ]
    if data.winner in data.plans:
        said.append(
            f"The search saw it gain {won['searched_gain']:.3g} {unit}; on fresh runs it gains {won['gain']:.3g} "
            f"({won['low']:.3g} to {won['high']:.3g}). Believe the second: the first is the best of {len(data.tried)} tries."
        )
    elif data.winner != data.nothing:
        said.append(
            f"It is an arm of the file: none of the {len(data.tried)} plans that were tried does better on fresh runs."
        )
    if data.cheaper is not None:
        less = rows.loc[data.cheaper]
        said.append(
            f"{data.cheaper} ({less['words']}) costs {less['cost']:,.6g} and gains {less['gain']:.3g}: these runs do not tell it "
            f"apart from the winner."
        )
    before, after = data.curve.iloc[1], data.curve.iloc[2]
    if after["arm"] == before["arm"]:
        said.append(f"More money buys nothing: with {after['budget']:,.6g} the same is best.")
    else:
        sure = "" if after["more_low"] > 0 else "; these runs do not tell that from nothing"
        said.append(
            f"The next unit of money buys {after['unit']:.2g} {unit} (with {after['budget']:,.6g}: {after['arm']}, "
            f"{after['more']:.3g} more, {after['more_low']:.3g} to {after['more_high']:.3g}{sure})."
        )
    return said


def left_out(data: Plan) -> list[str]:
    """What the search could not choose, and why."""
    return [f"{name}: {why}" for name, why in data.options.left_out.items()]
