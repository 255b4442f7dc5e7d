"""A fit in words and tables for the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table

from sim.show.factors_shown import factor_words, number_words
from sim.show.text import table
from sim.study.fit.fitted import LITTLE, TIED, Fit

_LOW_COVERAGE = 0.8


def factor_name(path: str) -> str:
    """A factor as it stands in tables."""
    return path if path.startswith("error of ") else factor_words(path, 34)


def range_words(low: float, high: float, unit: str) -> str:
    """A range with its unit once, to three figures."""
    size, name = _size(max(abs(low), abs(high)), unit)
    ends = [number_words(float(f"{size * end:.3g}")) for end in (low, high)]
    return f"{ends[0]} to {ends[1]}{f' {name}' if name else ''}"


def in_unit(value: float, unit: str) -> str:
    """A fitted number with its unit, to three figures."""
    size, name = _size(abs(value), unit)
    return f"{number_words(float(f'{size * value:.3g}'))}{f' {name}' if name else ''}"


def _size(largest: float, unit: str) -> tuple[float, str]:
    if unit in ("share", "trust"):
        return 100.0, "%" if unit == "share" else "points"
    if unit == "h":
        return next((1 / size, name) for size, name in ((8760.0, "y"), (24.0, "d"), (1.0, "h"), (0.0167, "min"))
                    if largest >= 2 * size or name == "min")  # fmt: skip
    return (1.0, "per h") if unit == "1/h" else (1.0, "")


def parameters_table(data: Fit) -> Table:
    """Each number before and after the data, and how much of it the data told."""
    out = table(
        "What the numbers may be, 9 in 10", "", "scenario", "before", "after", "middle", "told",
        note="told: the share of what was open that the data closed",
    )  # fmt: skip
    for row in data.parameters.itertuples():
        unit = row.unit
        if row.error:
            shows = data.bands.loc[data.bands["series"] == row.factor.removeprefix("error of "), "shows"]
            unit = "trust" if len(shows) and shows.iloc[0] == "trust" else "share"
        default = in_unit(row.default, unit) if row.default == row.default else ""
        before, after = range_words(row.prior_low, row.prior_high, unit), range_words(row.low, row.high, unit)
        told = f"{100 * row.told:.0f} %"
        out.add_row(factor_name(row.factor), default, before, after, in_unit(row.middle, unit), told)
    return out


def fit_sentences(data: Fit) -> Iterator[str]:
    """What the data could not tell, how well the fitted model gives the data again, and what to trust of it."""
    if data.misfit:
        yield (
            "The observed lies outside all that the model gives for any values in these ranges: the numbers below are not to "
            "be used. Look at the figures; other parameters, another arm or another date of the start may be at fault."
        )
    rows = data.parameters[~data.parameters["error"]]
    little = [factor_name(name) for name in rows.loc[rows["told"] < LITTLE, "factor"]]
    if little:
        yield f"The data tell nothing or little of {_listed(little)}: what is plausible after them is what was before."
    names = list(rows["factor"])
    for k, a in enumerate(names):
        for b in names[k + 1 :]:
            tie = float(data.correlations.loc[a, b])
            if abs(tie) >= TIED:
                how = (
                    "when one is higher, so is the other" if tie > 0 else "one higher and the other lower does as well"
                )
                yield f"{factor_name(a)} and {factor_name(b)} are known together only ({tie:+.2f}): {how}."
    for name, part in data.bands.groupby("series", sort=False):
        yield f"{name}: {int(part['inside'].sum())} of {len(part)} values lie within 9 in 10 of what the fitted model expects."
    for row in data.levels.itertuples():
        if row.what == "factor":
            yield (
                f"{row.series}: one event of a simulated run stands for {number_words(row.middle)} observed ones "
                f"({number_words(row.low)} to {number_words(row.high)})."
            )
        else:
            yield (
                f"{row.series}: lies {100 * row.middle:+.1f} points from the model's trust "
                f"({100 * row.low:+.1f} to {100 * row.high:+.1f})."
            )
    inside = data.check.loc[data.check["factor"].isin(names)]
    if len(inside):
        cases = int(inside["cases"].iloc[0])
        worst, best = float(inside["inside"].min()), float(inside["inside"].max())
        words = f"{100 * worst:.0f} to {100 * best:.0f} %" if worst < best else f"{100 * worst:.0f} %"
        tail = "; take the ranges wider than they look, or make more runs" if worst < _LOW_COVERAGE else ""
        yield f"On {cases} runs like these data whose numbers are known, the 90 % ranges held them in {words}{tail}."


def _listed(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
