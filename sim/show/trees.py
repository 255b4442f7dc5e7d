"""The largest stories as trees: who first heard it from whom, hop by hop, in the first run of an arm.

The run is made again, which takes no luck: the same draws give the same story. A run with rules of one's own, whose code
is not at hand, has no trees.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from sim.dynamics.engine import Engine
from sim.dynamics.setup import Seeds, regular_causes
from sim.errors import RippleError
from sim.scenario.tell import day
from sim.show.replay.hearings import Hearings
from sim.show.style import INK, MUTED, RULE, SMALL, axes_or_new, head, plain
from sim.study.request import request
from sim.study.results import Run

_FRAME = 24.0  # h between looks
_SAME = 1e-6  # of mean trust, in the order of sums: the run that was made again is the one that is told of
_MOST = 1_500  # users in a picture
_NAMED = 4  # of those who passed it on to most
_SHADES = ("#1d2329", "#0072b2", "#56b4e9", "#e69f00", "#d55e00", "#cc79a7")  # by hop


@dataclass(frozen=True)
class Tree:
    """Who first heard a story from whom. Nodes in order of depth: `parent` i8[k] (a row of the tree; -1 from the middle).

    title: what is told; user i8[k], rows of `Run.users`; hop i8[k]: passages so far, 0 for those who met it or who wrote
    it; heard: users who heard it, also those who are not drawn; met: users who met it, 0 for the story of a user.
    """

    title: str
    user: np.ndarray
    parent: np.ndarray
    hop: np.ndarray
    heard: int
    met: int

    @property
    def note(self) -> str:
        """How many heard it, and how far it went."""
        by_hop = np.bincount(self.hop)[1:]
        shown = "" if len(self.user) - (self.hop == 0).sum() == self.heard else f", {int(by_hop.sum()):,} of them drawn"
        first = f"{self.met:,} met it, " if self.met else ""
        return f"{first}{self.heard:,} heard it from others, up to hop {int(self.hop.max())}{shown}"


def largest_trees(run: Run) -> list[Tree]:
    """The act outside the calendar that most heard of, and the story of a user that most heard; none without hearers."""
    if run.provenance.get("rules") or run.scenario.rules:
        return []
    kind = str(run.provenance["network"]).partition(":")[0]
    given = run.graph if run.scenario.network.kind == "file" or kind != run.scenario.network.kind else None
    seeds: Any = run.provenance["seeds"]
    try:
        engine = Engine(request(run.scenario, network=given).setup(run.arm, Seeds(**seeds)))
    except RippleError:  # its network is not at hand, or users whom an act names have lost their names
        return []
    frames = np.arange(_FRAME, run.scenario.horizon + _FRAME, _FRAME)
    regular = regular_causes(run.scenario, run.arm)
    hearings = Hearings(engine, len(frames), None)
    for frame, hour in enumerate(frames):
        engine.advance(float(hour))
        hearings.look(frame)
    if abs(engine.expressed_trust().mean() - run.users["trust"].mean()) > _SAME:
        return []
    hearings.tellers_in_full()
    acts = [
        k for k, out in enumerate(engine.out) if out.act.repairs is None and out.act.id.split(" #")[0] not in regular
    ]
    told = hearings.passages
    order = np.asarray(engine.world.order)
    found = []
    for rows, least in ((acts, 1), (range(len(engine.out), len(engine.acts)), 5)):
        counts = np.bincount(told["act"], minlength=len(engine.acts))
        row = max(rows, key=lambda k: counts[k], default=-1)
        if row < 0 or counts[row] < least:
            continue
        mine = told[told["act"] == row]
        if row < len(engine.out):
            out = engine.out[row]
            title, met = f"{out.act.words.split(' (')[0]}, from {day(out.time)}", int(engine.acts["n_met"][row])
        else:
            good = int(engine.acts["sign"][row]) > 0
            title, met = f"a user's {'praise' if good else 'criticism'}, from {day(float(engine.acts['born'][row]))}", 0
        found.append(_tree(title, order[mine["teller"]], order[mine["user"]], met))
    return found


def _tree(title: str, tellers: np.ndarray, hearers: np.ndarray, met: int) -> Tree:
    """A tree from who told whom; the smallest branches are left out above _MOST users."""
    children: dict[int, list[int]] = defaultdict(list)
    for teller, hearer in zip(tellers.tolist(), hearers.tolist(), strict=True):
        children[teller].append(hearer)
    heard = set(hearers.tolist())
    roots = [teller for teller in children if teller not in heard]
    size: dict[int, int] = {}
    for top in roots:  # children before their parents
        walk, stack = [], [top]
        while stack:
            node = stack.pop()
            walk.append(node)
            stack += children.get(node, ())
        for node in reversed(walk):
            size[node] = 1 + sum(size[child] for child in children.get(node, ()))
    roots.sort(key=lambda node: (-size[node], node))
    user: list[int] = []
    parent: list[int] = []
    hop: list[int] = []
    level = [(root, -1) for root in roots]
    depth = 0
    while level and len(user) < _MOST:
        below = []
        for node, above in level[: _MOST - len(user)]:
            user.append(node)
            parent.append(above)
            hop.append(depth)
            below += [(child, len(user) - 1) for child in sorted(children.get(node, ()), key=lambda c: (-size[c], c))]
        level, depth = below, depth + 1
    return Tree(title, np.array(user), np.array(parent), np.array(hop), len(heard), met)


def story_tree(tree: Tree, ax: Axes | None = None, *, names: Sequence[str] | None = None) -> Axes:
    """A tree drawn in rings: in the middle those who met it (or its author), each further ring one hop on.

    names: of the users of the network; those who passed it on to most then stand beside their dots.
    """
    ax = axes_or_new(ax, 4.8, 5.2)
    places = _places(tree)
    rings = int(tree.hop.max()) + 1
    angle = np.linspace(0, 2 * np.pi, 181)
    for ring in range(1, rings + 1):
        ax.plot(ring * np.cos(angle), ring * np.sin(angle), color=RULE, linewidth=0.7, zorder=0)
    inner = tree.parent >= 0
    lines = np.stack([places[inner], places[tree.parent[inner]]], axis=1)
    ax.add_collection(
        LineCollection(list(lines), colors="#9aa5ad", linewidths=0.6, alpha=0.7, rasterized=True, zorder=1)
    )
    shade = np.minimum(tree.hop, len(_SHADES) - 1)
    told = np.bincount(tree.parent[inner], minlength=len(tree.user))
    for hop in np.unique(shade):
        mine = shade == hop
        ax.scatter(places[mine, 0], places[mine, 1], s=8 + 9 * np.sqrt(told[mine]), color=_SHADES[hop], linewidths=0,
                   rasterized=True, zorder=3 + hop * 0.01)  # fmt: skip
    for ring in range(1, rings):
        count = int((tree.hop == ring).sum())
        ax.annotate(f"hop {ring}: {count:,}", (0, ring + 1), (0, 1), textcoords="offset points", fontsize=SMALL, color=MUTED,
                    ha="center", va="bottom", zorder=6,
                    bbox={"facecolor": "#ffffff", "edgecolor": "none", "pad": 0.6, "alpha": 0.85})  # fmt: skip
    if names is not None:
        for k in np.argsort(-told, kind="stable")[:_NAMED]:
            ax.annotate(plain(str(names[tree.user[k]]), 24), tuple(places[k]), (5, 3), textcoords="offset points",
                        fontsize=SMALL, color=INK, zorder=7)  # fmt: skip
    ax.set_aspect("equal")
    edge = rings + 0.5
    ax.set_xlim(-edge, edge)
    ax.set_ylim(-edge, edge)
    ax.set_axis_off()
    head(ax, plain(tree.title, 46), tree.note)
    return ax


def _places(tree: Tree) -> np.ndarray:
    """f8[k, 2]: rings by hop, each branch a sector as wide as it has ends; a single author stands in the middle."""
    n = len(tree.user)
    ends = np.zeros(n, np.int64)
    inner = np.zeros(n, bool)
    inner[tree.parent[tree.parent >= 0]] = True
    for k in range(n - 1, -1, -1):  # parents stand before their children
        ends[k] += not inner[k]
        if tree.parent[k] >= 0:
            ends[tree.parent[k]] += ends[k]
    total = max(1, int(ends[tree.parent < 0].sum()))
    first, used, at_top = np.zeros(n), np.zeros(n), 0.0
    for k in range(n):
        above = tree.parent[k]
        if above < 0:
            first[k], at_top = at_top, at_top + ends[k]
        else:
            first[k] = first[above] + used[above]
            used[above] += ends[k]
    angle = 2 * np.pi * (first + ends / 2) / total
    alone = (tree.hop == 0).sum() == 1
    radius = np.where((tree.hop == 0) & alone, 0.0, tree.hop + 1.0)
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
