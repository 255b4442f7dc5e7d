"""The tables of an analysis for the terminal, none wider than 80 characters."""

from __future__ import annotations

import math
from collections.abc import Iterator

from rich.table import Table

from sim.show.factors_shown import factor_words, number_words, value_words
from sim.show.measures_shown import heading, shown_value, unit_scale
from sim.show.sensitivity import difference_words
from sim.show.text import table
from sim.study.analysis.analysis import Analysis
from sim.study.analysis.ranking import Ranking

MOST = 20  # factors in a table
_NAME = 30


def analysis_tables(data: Analysis) -> Iterator[Table]:
    """One table for each thing that the design gives; the largest factors first where order does not matter."""
    if data.effects is not None:
        yield _effects(data)
    if data.variance is not None:
        out = table("What each factor explains by itself", "factor", "share of variance", "largest difference")
        for row in data.variance.head(MOST).to_dict("records"):
            out.add_row(
                factor_words(row["factor"], _NAME),
                _percent(row["share"]),
                difference_words(data, row["span"]).lstrip("+"),
            )
        yield out
    if data.slopes is not None:
        yield _slopes(data)
    if data.indices is not None:
        yield _indices(data)
    if data.elementary is not None:
        yield _elementary(data)


def noise_sentence(data: Analysis) -> str:
    """How much of the spread between single runs is luck."""
    noise = data.noise
    if not math.isfinite(noise.noise_share):
        return ""
    if not noise.total > 0:
        return "All runs came out the same."
    parts = (noise.parameters, noise.luck, noise.interplay)
    shares = [f"{100 * part / noise.total:.0f} %" for part in parts]
    return (
        f"Of the variance of single runs {shares[0]} comes from the factors, {shares[1]} from luck that all points share, "
        f"and {shares[2]} from luck beyond that; of that of means over {noise.replicates} runs {_percent(noise.noise_of_means)}."
    )


def ranking_table(data: Ranking) -> Table:
    """The arms by mean rank: mean, share of points at which each is best, and which share of points it beats the next at."""
    out = table(
        f"Who is best by {heading(data.measure)}", "response", "mean", "best at", "mean rank", "beats the next at",
        note=f"{data.n_points:,} points, {data.n_replicates} runs each; agreement of the orders W = {data.concordance:.2f}",
    )  # fmt: skip
    for k, (arm, row) in enumerate(data.arms.iterrows()):
        following = data.order[k + 1] if k + 1 < len(data.order) else None
        beats = _percent(float(data.beats.loc[arm, following])) if following else ""
        out.add_row(
            str(arm), shown_value(data.measure, row["mean"]), _percent(row["best"]), f"{row['mean_rank']:.2f}", beats
        )
    return out


def _effects(data: Analysis) -> Table:
    of_base = data.observed.design == "one-at-a-time"
    words = "against the base" if of_base else "against the mean"
    out = table(f"Main effects, {_unit(data)}", "factor", "value", "mean", words, "95 % interval")
    factors = {factor.path: factor for factor in data.observed.factors}
    assert data.effects is not None
    last = ""
    for row in data.effects.to_dict("records"):
        name = row["factor"]
        mean = shown_value(data.measure, row["mean"]) if data.observed.unit else number_words(row["mean"])
        out.add_row(
            factor_words(name, 24) if name != last else "", value_words(factors[name], row["value"]), mean,
            difference_words(data, row["effect"]), _interval(data, row["low"], row["high"]),
        )  # fmt: skip
        last = name
    return out


def _slopes(data: Analysis) -> Table:
    assert data.slopes is not None
    note = f"straight lines explain {_percent(data.straight)} of the variance between points"
    out = table(f"From one end of the range to the other, {_unit(data)}", "factor", "from", "to", "change", "95 % interval",
                note=_rest(note, len(data.slopes)))  # fmt: skip
    factors = {factor.path: factor for factor in data.observed.factors}
    for row in data.slopes.head(MOST).to_dict("records"):
        factor = factors[row["factor"]]
        out.add_row(
            factor_words(row["factor"], 24), _short(value_words(factor, row["from"])), _short(value_words(factor, row["to"])),
            difference_words(data, row["effect"]), _interval(data, row["low"], row["high"]),
        )  # fmt: skip
    return out


def _indices(data: Analysis) -> Table:
    assert data.indices is not None
    kinds = [kind for kind in ("first", "total") if kind in data.indices]
    heads = {"first": "alone (first)", "total": "with others (total)"}
    note = _rest("first_low to first_high: 95 % intervals", len(data.indices)).replace(
        "first_low to first_high", "in brackets"
    )
    out = table("Shares of the variance between points", "factor", *(heads[kind] for kind in kinds), note=note)
    for row in data.indices.head(MOST).to_dict("records"):
        cells = [f"{row[kind]:.2f} ({row[f'{kind}_low']:.2f} to {row[f'{kind}_high']:.2f})" for kind in kinds]
        out.add_row(factor_words(row["factor"], _NAME), *cells)
    return out


def _elementary(data: Analysis) -> Table:
    assert data.elementary is not None
    note = _rest("luck: the standard error of one effect by luck alone", len(data.elementary))
    out = table(f"Elementary effects over the whole range, {_unit(data)}", "factor", "mu*", "95 % interval", "mu",
                "sigma", "luck", note=note)  # fmt: skip
    for row in data.elementary.head(MOST).to_dict("records"):
        size = [difference_words(data, row[name]).lstrip("+") for name in ("mu_star", "sigma", "noise")]
        interval = _interval(data, row["mu_star_low"], row["mu_star_high"]).replace("+", "")
        out.add_row(factor_words(row["factor"], 26), size[0], interval, difference_words(data, row["mu"]), size[1],
                    size[2] if math.isfinite(row["noise"]) else "–")  # fmt: skip
    return out


def _rest(note: str, count: int) -> str:
    return note if count <= MOST else f"{note}; the {MOST} largest of {count} factors"


def _unit(data: Analysis) -> str:
    if not data.observed.unit:
        return data.measure
    return f"{heading(data.measure)}, {unit_scale(data.measure)[1]}"


def _interval(data: Analysis, low: float, high: float) -> str:
    if not (math.isfinite(low) and math.isfinite(high)):
        return "–"
    return f"{difference_words(data, low)} to {difference_words(data, high)}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if math.isfinite(share) else "–"


def _short(words: str) -> str:
    return (
        words
        if len(words) <= 10
        else number_words(float(words.split()[0]))
        if words.split()[0].isdigit()
        else words[:10]
    )
