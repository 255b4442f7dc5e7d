"""The network with every user coloured by trust: before, when mean trust was lowest, and at the end."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure

from sim.scenario.tell import day
from sim.show.layout import positions
from sim.show.style import INK, MUTED, SMALL, TEXT, as_points, axes_or_new, figure_of, title
from sim.study.results import Run
from sim.world import draws, pieces
from sim.world.graph import Graph

MOST_DRAWN = 3_000  # users; of a larger network a sample is drawn
_MOST_TIES = 4_000  # more make a grey cloud; then a part of them is drawn
MOMENTS = {"start": "trust_start", "worst": "trust_worst", "end": "trust"}

# dark to light, so that low trust stands out on paper and a grey print keeps the order
TRUST_COLORS = LinearSegmentedColormap.from_list(
    "trust", ["#3b0f3f", "#8c2152", "#d3504a", "#f09a54", "#f7d189", "#ecebc4", "#e2f3f5"]
)


@dataclass(frozen=True, eq=False)
class Picture:
    """Where the users of a run stand who are drawn. rows i8[k]; places f8[k, 2]; ties i8[t, 2] into rows; sizes f8[k]."""

    rows: np.ndarray
    places: np.ndarray
    ties: np.ndarray
    sizes: np.ndarray
    n_users: int
    n_ties: int  # between the users who are drawn

    @property
    def note(self) -> str:
        """What is drawn: all users, or a sample and how large; and how many of the ties."""
        drawn = len(self.rows)
        users = f"all {drawn:,} users" if drawn == self.n_users else f"a sample of {drawn:,} of {self.n_users:,} users"
        if len(self.ties) == self.n_ties:
            return users
        return f"{users}, {len(self.ties):,} of their {self.n_ties:,} ties"


@dataclass(frozen=True)
class _Named:
    """A network that is equal to another when their ties are, so that arms on one network share a picture."""

    digest: bytes
    graph: Graph = field(compare=False)


def picture(graph: Graph) -> Picture:
    """The places of a network's users; of a large network, those of a sample. The same network, the same picture."""
    digest = hashlib.blake2b(graph.start.tobytes(), digest_size=16)
    digest.update(graph.heard.tobytes())
    return _picture(_Named(digest.digest(), graph))


@lru_cache(maxsize=4)
def _picture(named: _Named) -> Picture:
    graph = named.graph
    n = graph.n_users
    rows = np.arange(n)
    part = graph
    if n > MOST_DRAWN:
        key = draws.stream(0, "picture")
        visited = pieces.walked(graph.start, graph.heard, graph.back_start, graph.back, MOST_DRAWN, key)
        rows, part = np.flatnonzero(visited), graph.induced(visited, "sampled for a picture")
    places = positions(part.start, part.heard)
    listener = np.repeat(np.arange(len(rows)), part.n_listened)
    ties = np.unique(np.sort(np.column_stack([listener, part.heard.astype(np.int64)]), axis=1), axis=0)
    n_ties = len(ties)
    if n_ties > _MOST_TIES:
        chosen = draws.uniforms(draws.stream(0, "drawn ties"), ties[:, 0], ties[:, 1]) < _MOST_TIES / n_ties
        ties = ties[chosen]
    base = np.clip(13_000.0 / len(rows), 4.0, 60.0)
    listeners = graph.n_listeners[rows]
    sizes = base * (0.6 + 0.8 * np.sqrt(listeners / max(listeners.mean(), 1e-9))).clip(0.6, 4.0)
    return Picture(rows, places, ties, sizes, n, n_ties)


def trust_scale(run: Run) -> Normalize:
    """One scale for all moments of a run: the points that 98 in 100 users lie between, in whole fives."""
    values = as_points(np.concatenate([run.users[column].to_numpy() for column in MOMENTS.values()]))
    low, high = np.quantile(values, [0.01, 0.99])
    low, high = 5.0 * np.floor(low / 5.0), 5.0 * np.ceil(high / 5.0)
    return Normalize(float(low), float(max(high, low + 5.0)))


def network(run: Run, ax: Axes | None = None, *, moment: str = "start", scale: Normalize | None = None) -> Axes:
    """The network at one moment ("start", "worst" or "end"), each user coloured by trust in points.

    Larger dots have more listeners. Networks above 3,000 users are drawn as a sample, and the title says so.
    """
    shown = picture(run.graph)
    scale = scale or trust_scale(run)
    given = ax is not None
    ax = axes_or_new(ax, 5.6, 5.4)
    trust = as_points(run.users[MOMENTS[moment]].to_numpy())
    ends = shown.places[shown.ties]
    alpha = float(np.clip(600.0 / max(len(shown.ties), 1), 0.12, 0.5))
    ax.add_collection(LineCollection(ends, colors="#9aa5ad", linewidths=0.35, alpha=alpha, rasterized=True, zorder=1))
    values = trust[shown.rows]
    order = np.argsort(-values, kind="stable")  # those with the least trust are drawn last, so that none is hidden
    dots = ax.scatter(
        shown.places[order, 0], shown.places[order, 1], s=shown.sizes[order], c=values[order], cmap=TRUST_COLORS,
        norm=scale, edgecolors="#4a4f55", linewidths=0.1, rasterized=True, zorder=2
    )  # fmt: skip
    ax.set_aspect("equal")
    edge = 1.04 * float(np.abs(shown.places).max(initial=0.1))
    ax.set_xlim(-edge, edge)
    ax.set_ylim(-edge, edge)
    ax.set_axis_off()
    ax.set_title(f"{_moment_words(run, moment)}\nmean {trust.mean():.1f} points", fontsize=TEXT + 0.5, color=INK)
    if not given:
        _scale_bar(figure_of(ax), dots, [ax], shown.note)
    return ax


def network_panels(run: Run, figure: Figure) -> list[Axes]:
    """Before, at worst and at the end, side by side on one scale. figure: empty, some 10 by 4.4 inches."""
    scale = trust_scale(run)
    panels = [figure.add_subplot(1, 3, k + 1) for k in range(3)]
    for ax, moment in zip(panels, MOMENTS, strict=True):
        network(run, ax, moment=moment, scale=scale)
    title(figure, f"Who trusts the brand: {run.scenario.arm(run.arm).title}")
    note = f"one run, {picture(run.graph).note}; larger dots have more listeners"
    _scale_bar(figure, panels[0].collections[-1], panels, note)
    return panels


def _scale_bar(figure: Figure, dots: Any, panels: list[Axes], note: str) -> None:
    bar = figure.colorbar(dots, ax=panels, orientation="horizontal", fraction=0.05, aspect=45, pad=0.02, extend="both")
    bar.set_label(f"trust, points  ({note})", fontsize=SMALL, color=MUTED)
    bar.ax.tick_params(labelsize=SMALL, colors=MUTED, length=2)
    bar.outline.set_visible(False)


def _moment_words(run: Run, moment: str) -> str:
    if moment == "start":
        return "before"
    hour = run.worst_hour if moment == "worst" else run.scenario.horizon
    return f"{'when it was lowest' if moment == 'worst' else 'at the end'} ({day(hour)})"
