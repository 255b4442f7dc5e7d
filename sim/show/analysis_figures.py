"""The figures of an analysis, picked by what its design gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.show.drawn import Drawn
from sim.show.factors_shown import factor_words
from sim.show.measures_shown import heading
from sim.show.responses import heat_map, levels_of, response_curve
from sim.show.sensitivity import MOST, elementary_plane, index_bars, tornado
from sim.study.analysis.analysis import Analysis

_MOST_CURVES = 4
_MOST_FIELDS = 400


def analysis_figures(data: Analysis) -> Iterator[Drawn]:
    """Finished figures: curves and a map of a grid, a tornado where effects have a direction, bars of indices, Morris."""
    seen = data.observed
    words = heading(seen.measure) if seen.unit else seen.measure
    name = seen.measure.replace("_", "-")
    tall = 0.38 * min(MOST, len(seen.factors)) + 1.8  # inches, of figures with a row for each factor
    if data.elementary is not None:
        yield drawn(
            f"{name}-morris", f"Elementary effects on {words}.", lambda ax: elementary_plane(data, ax), 7.2, 4.6
        )
        return
    if data.indices is not None:
        yield drawn(f"{name}-indices", f"Sobol indices of {words}.", lambda ax: index_bars(data, ax), 7.2, tall)
    if data.effects is not None or data.slopes is not None:
        yield drawn(f"{name}-tornado", f"How far each factor moves {words}.", lambda ax: tornado(data, ax), 7.2, tall)
    if seen.design != "grid":
        return
    factors = list(seen.factors)
    for factor in factors[:_MOST_CURVES]:
        others = [f for f in factors if f is not factor]
        by = others[0].path if len(others) == 1 and len(levels_of(seen, others[0])) <= 6 else None
        yield drawn(
            f"{name}-by-{factor_words(factor.path, 60).replace(' ', '-')}",
            f"{words} by {factor_words(factor.path)}.",
            lambda ax, path=factor.path, by=by: response_curve(seen, path, ax, by=by),  # type: ignore[misc]
        )
    if len(factors) == 2:
        x, y = factors
        if len(levels_of(seen, x)) * len(levels_of(seen, y)) <= _MOST_FIELDS:
            yield drawn(
                f"{name}-map", f"{words} by both factors.", lambda ax: heat_map(seen, x.path, y.path, ax), 8.0, 4.6
            )


def drawn(name: str, caption: str, draw: Callable[[Axes], Axes], width: float = 7.2, height: float = 4.2) -> Drawn:
    """A figure of one pair of axes (inches)."""
    figure = Figure(figsize=(width, height), layout="constrained")
    draw(figure.add_subplot())
    return Drawn(name, caption[0].upper() + caption[1:], figure)
