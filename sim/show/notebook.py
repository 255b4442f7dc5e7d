"""A run or a comparison as a notebook shows it: its answer, its table and its figure, in the colours of the notebook."""

from __future__ import annotations

from functools import partial
from html import escape

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.scenario.tell import setting
from sim.show import plots
from sim.show.answer import answer, sentences, verdict
from sim.show.doings import doings
from sim.show.drawn import Drawn
from sim.show.lanes import HEIGHT
from sim.show.report.contents import Row, rows_of
from sim.study.comparison import Comparison
from sim.study.results import Run

_ROWS = 6  # of the table of measures
_LOOK = """
.trust-ripple { --ink: var(--jp-ui-font-color0, #1d2329); --muted: var(--jp-ui-font-color2, #56606a);
  --rule: var(--jp-border-color2, #d5dade); --pale: var(--jp-layout-color2, #eef1f3); --paper: var(--jp-layout-color0, #fff);
  --c0: #2f8fce; --c1: #d55e00; --c2: #009e73; --c3: #cc79a7; --c4: #e69f00; --c5: #56b4e9; --sans: inherit; max-width: 52rem; }
.trust-ripple table { border-collapse: collapse; } .trust-ripple th, .trust-ripple td { text-align: right; padding: 2px 10px; }
.trust-ripple th:first-child { text-align: left; } .trust-ripple small { color: var(--muted); display: block; }
.trust-ripple svg { width: 100%; height: auto; }
"""


def html(result: Run | Comparison) -> str:
    """A piece of HTML that stands in a notebook's cell. What comes from a scenario is escaped."""
    return _compared(result) if isinstance(result, Comparison) else _ran(result)


def _compared(data: Comparison) -> str:
    found = answer(data)
    said = sentences(found) if found else [verdict(data)]
    heads = "".join(f"<th>{escape(arm)}</th>" for arm in data.arms)
    rows = "".join(_row(row) for row in rows_of(data)[:_ROWS])
    table = f"<table><thead><tr><th></th>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    return _piece(data.scenario.title, said, table, _figure(partial_draw(data), len(data.arms)))


def _ran(run: Run) -> str:
    trust = 100 * run.series["trust"]
    said = [
        f"{setting(run.scenario, run.arm)}.",
        f"Mean trust: {trust.iloc[0]:.1f} points at the start, {trust.min():.1f} at worst, {trust.iloc[-1]:.1f} at the end.",
        *doings(run),
    ]
    return _piece(f"{run.scenario.title}: {run.scenario.arm(run.arm).title}", said, "", _figure(partial_draw(run), 1))


def partial_draw(result: Run | Comparison) -> partial[Axes]:
    """The drawing that stands for a result."""
    return partial(plots.trust_over_time, result)


def _piece(title: str, said: list[str], table: str, figure: str) -> str:
    words = "".join(f"<p>{escape(sentence)}</p>" for sentence in said)
    return f'<div class="trust-ripple"><style>{_LOOK}</style><h4>{escape(title)}</h4>{words}{table}{figure}</div>'


def _row(row: Row) -> str:
    cells = "".join(
        f"<td>{f'<b>{cell.value}</b>' if cell.best else cell.value}<small>{cell.difference}</small></td>"
        for cell in row.cells
    )
    return f"<tr><th>{escape(row.heading)}<small>{escape(row.unit)}</small></th>{cells}</tr>"


def _figure(draw: partial[Axes], lanes: int) -> str:
    figure = Figure(figsize=(8.0, 3.7 + lanes * HEIGHT / 72.0), layout="constrained")
    draw(figure.add_subplot())
    return Drawn("trust", "", figure).svg().replace(' aria-labelledby="caption-trust"', ' aria-label="trust over time"')
