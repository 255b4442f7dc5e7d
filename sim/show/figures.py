"""The figures of a run and of a comparison, put together, each with the sentence that says what it shows.

for drawn in comparison_figures(comparison):
    drawn.save_png(folder)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.show import plots
from sim.show.accounts import accounts, shown_accounts
from sim.show.answer import answer, listed, sure_of
from sim.show.doings import complained, complaints_over_time, followers_over_time, moved
from sim.show.drawn import Drawn
from sim.show.frontier import frontier_sentences
from sim.show.lanes import HEIGHT
from sim.show.lost import TITLES as LOST_BY
from sim.show.measures_shown import shown_value
from sim.show.network import network_panels, picture
from sim.show.style import head, narrowed, plain
from sim.show.sureness import hangs_on_sentences, tells
from sim.show.trees import largest_trees
from sim.study.comparison import Comparison
from sim.study.results import Run

__all__ = ["SHOWN_MEASURES", "Drawn", "comparison_figures", "run_figures"]

SHOWN_MEASURES = (
    "trust_days_lost", "floor_gap", "worst_loss", "regained_hours", "followers_lost", "largest_story",
    "complaints_unanswered", "waiting", "ripple"
)  # fmt: skip
_WIDE, _NARROW = 8.0, 4.1  # inches of a drawing over time: on paper, and on a phone
_PANEL, _WIDE_PANEL = 4.6, 5.4  # of one of several, of one alone


def comparison_figures(data: Comparison, *, labels: bool = False) -> Iterator[Drawn]:
    """All figures of a comparison, one after the other, in the order of its report. labels: name users."""
    yield from _over_time(data)
    yield from _of_measures(data)
    yield from _of_cost(data)
    yield from _of_sureness(data)
    yield from _of_why(data)
    yield from _of_stories(data, labels)
    yield from _of_who(data)


def _over_time(data: Comparison) -> Iterator[Drawn]:
    extra = len(data.arms) * HEIGHT / 72.0
    caption = (
        "Mean trust over all users, for each response, with the middle half of the runs. The lanes above say what happens "
        "when."
    )
    for name, words, draw in (
        ("trust", caption, plots.trust_over_time),
        (
            "gap",
            "How far trust lies below that of the same people without the crisis, with 9 in 10 runs. The area between a line "
            "and zero is what the table calls trust-days lost.",
            plots.gap_to_twin,
        ),
    ):
        wide = _single(_WIDE, 3.9 + extra, partial(draw, data))
        narrow = _narrow(data, draw)
        yield Drawn(name, words, wide, narrow=narrow, section="time")


def _narrow(data: Comparison, draw: Callable[[Comparison, Axes], object]) -> Figure:
    """A drawing over time for a phone; its edges are set, so that lanes know how wide they are."""
    names = max(len(plain(arm, 28).replace("\\$", "$")) for arm in (*data.arms, "in every arm"))
    lanes = (len(data.arms) + 1) * HEIGHT / 72.0
    tall = 3.4 + lanes
    left, bottom = 0.062 * names + 0.42, 0.55
    figure = Figure(figsize=(_NARROW, tall))
    wide = _NARROW - left - 0.15
    draw(data, figure.add_axes((left / _NARROW, bottom / tall, wide / _NARROW, (tall - bottom - lanes - 0.45) / tall)))
    narrowed(figure.axes[0])
    return figure


def _of_measures(data: Comparison) -> Iterator[Drawn]:
    names = _telling(data)
    if names:
        caption = "The mean over runs of each measure (dot), and what 9 runs in 10 lie between (line)."
        panels = [_dots(data, name, plots.measure_dots, len(data.arms)) for name in names]
        yield Drawn("measures", caption, panels, columns=3, section="measures")
    names = [name for name in names if _told_apart(data, name)]
    if names and len(data.arms) > 1:
        caption = (
            f"How each response differs from {data.reference} on the same draws, with joint 95 % intervals; only measures in "
            "which some response can be told apart from it."
        )
        panels = [_dots(data, name, plots.difference_dots, len(data.arms) - 1) for name in names]
        yield Drawn("differences", caption, panels, columns=3, section="measures")


def _of_cost(data: Comparison) -> Iterator[Drawn]:
    if data.frontier["cost"].nunique() > 1:
        caption = " ".join(["What each response costs and what it saves.", *frontier_sentences(data)])
        yield Drawn("frontier", caption, _single(_WIDE_PANEL, 4.0, partial(plots.cost_frontier, data)), section="cost")


def _of_sureness(data: Comparison) -> Iterator[Drawn]:
    sure = data.how_sure
    if sure is None or len(data.arms) < 2 or sure_of(data) is None:
        return
    caption = (
        f"{sure.n_draws:,} plausible cases: {sure.points.shape[1]} numbers of the model drawn jointly from their ranges, each "
        "case with luck of its own. First: in how many of 100 each response is best. Then: what choosing it costs on average "
        "against the best of each case."
    )
    tall = 0.36 * len(data.arms) + 1.6
    panels = [_single(_PANEL, tall, partial(draw, data)) for draw in (plots.shares_of_best, plots.expected_regret)]
    yield Drawn("sure", caption, panels, section="sure")
    if tells(data):
        caption = " ".join(hangs_on_sentences(sure))
        tall = 0.42 * 6 + 1.8
        yield Drawn(
            "hangs-on", caption, _single(_WIDE_PANEL, tall, partial(plots.what_it_hangs_on, data)), section="sure"
        )


def _of_why(data: Comparison) -> Iterator[Drawn]:
    found = answer(data)
    caption = (
        "The book of own trust for each response: what each act did to it directly and by word of mouth, what healed with "
        "time; means over all runs."
    )
    yield Drawn("ledger", caption, _ledgers(data), section="why")
    if found is not None and found.other is not None and not found.alike:
        caption = f"Where the difference between {found.best} and {found.other} comes from, account by account."
        rows = len(shown_accounts([plots.account_differences(data, found.best, found.other)]))
        figure = _single(
            6.0, 0.28 * rows + 1.7, lambda ax: plots.ledger_difference(data, ax, arm=found.best, to=found.other)
        )
        yield Drawn("ledger-difference", caption, figure, section="why")
    caption = "What the acts did to trust by the hop at which people learnt of them, and how many heard of them by hop."
    yield Drawn("hops", caption, _hops(data), section="why")


def _of_stories(data: Comparison, labels: bool) -> Iterator[Drawn]:
    """The story that went furthest in each of the two arms, and of users' own stories that of the reference."""
    panels = []
    for arm in on_page(data):
        run = data.examples[arm]
        names = [str(label) for label in run.users["label"]] if labels else None
        for k, tree in enumerate(largest_trees(run)):
            if k == 0 or arm == data.reference:
                named = replace(tree, title=f"{arm}: {tree.title}")
                panels.append(_single(_PANEL, 5.1, partial(plots.story_tree, named, names=names)))
    if panels:
        caption = (
            "The stories that went furthest in the first run, as trees: in the middle those who met it, or its author; each ring "
            "is one passage from person to person, each line goes to somebody who heard it first there. Larger dots told more."
        )
        yield Drawn("trees", caption, panels, dotted=True, section="why")


def _of_who(data: Comparison) -> Iterator[Drawn]:
    arms = on_page(data)
    lost = data.lost
    panels = []
    for by in LOST_BY:
        groups = lost.loc[lost["by"] == by, "group"].nunique()
        if groups > 1:
            draw = partial(plots.who_was_lost, data, by, arms=arms)
            panels.append(_single(_PANEL, 0.46 * groups + 1.6, draw))
    if panels:
        caption = (
            f"How much less users trust, in the mean over time, than without the crisis, group by group: {listed(arms)}. Means "
            "over runs with joint 95 % intervals; in brackets the share of all users."
        )
        yield Drawn("lost", caption, panels, section="who")
    scale = plots.loss_scale(data, arms)
    caption = (
        f"The same in the network of the first run: each user coloured by its loss under {listed(arms)}, on one scale; "
        f"{picture(data.examples[arms[0]].graph).note}; larger dots have more listeners."
    )
    maps = [_single(4.4, 4.9, partial(plots.loss_map, data, arm, scale=scale)) for arm in arms]
    yield Drawn("lost-map", caption, maps, dotted=True, section="who")


def run_figures(run: Run) -> Iterator[Drawn]:
    """All figures of one run, one after the other."""
    caption = "Mean trust over time of all users, of followers, and of those whom an act has reached."
    yield Drawn("trust", caption, _single(_WIDE, 4.4, lambda ax: plots.trust_over_time(run, ax)))
    caption = "How trust is spread over users: the median, the middle half and 9 in 10 of them."
    yield Drawn("users", caption, _single(_WIDE, 4.0, lambda ax: plots.trust_of_users(run, ax)))
    for column in plots.columns_of_rules(run):
        caption = f"The mean over users of {column}, a column that a rule of this run keeps."
        yield Drawn(f"column-{column}", caption, _single(_WIDE, 3.6, _column(run, column)))
    drawings = [draw for draw, some in ((complaints_over_time, complained), (followers_over_time, moved)) if some(run)]
    if drawings:
        caption = "What users did by themselves: complaints and what became of them, and who left and began to follow."
        yield Drawn("doings", caption, [_single(5.2, 3.6, partial(draw, run)) for draw in drawings])
    rows = len(shown_accounts([accounts(run)]))
    caption = "The book of own trust: what each act did to it directly, by word of mouth, and time."
    yield Drawn("ledger", caption, _single(7.2, 0.3 * rows + 1.8, lambda ax: plots.ledger_waterfall(run, ax)))
    caption = "What the acts did to trust by the hop at which people learnt of them, and how many heard of them by hop."
    yield Drawn("hops", caption, _hops(run))
    yield Drawn("network", _network_caption(run.arm), _network(run), dotted=True)


def _column(run: Run, column: str) -> Callable[..., object]:
    return lambda ax: plots.column_of_rule(run, column, ax)


def on_page(data: Comparison) -> list[str]:
    """The arms whose networks are drawn: the reference and the one it is held against; more would make a page large."""
    found = answer(data)
    others = [arm for arm in (found.best, found.other) if arm not in (data.reference, None)] if found else []
    return [data.reference, *others]


def _network_caption(arm: str) -> str:
    return f"The network of the first run under {arm}: users coloured by trust, on one scale for all three moments."


def _single(width: float, height: float, draw: Callable[[Axes], object]) -> Figure:
    figure = Figure(figsize=(width, height), layout="constrained")
    draw(figure.add_subplot())
    return figure


def _telling(data: Comparison) -> list[str]:
    """The measures worth a panel: those that differ from 0 in some arm, and between arms as far as people read them."""
    means = data.measures
    some = [name for name in SHOWN_MEASURES if name in means and (means[name].fillna(0.0) != 0.0).any()]
    return [name for name in some if len(means) == 1 or len({shown_value(name, v) for v in means[name]}) > 1]


def _told_apart(data: Comparison, measure: str) -> bool:
    """True when some arm's difference to the reference is not 0, as far as the runs tell."""
    rows = data.differences[data.differences["measure"] == measure]
    return bool((rows["low"] * rows["high"] > 0).any())


def _dots(data: Comparison, measure: str, draw: Callable[..., object], rows: int) -> Figure:
    return _single(4.0, 0.3 * rows + 1.35, lambda ax: draw(data, measure, ax))


def _ledgers(data: Comparison) -> list[Figure]:
    """A waterfall for each arm, with the same rows and the same scale."""
    shown = shown_accounts([accounts(data, arm) for arm in data.arms])
    figures = []
    for arm in data.arms:
        figures.append(
            _single(
                _PANEL + 0.6,
                0.26 * (len(shown) + 3) + 0.75,
                partial(plots.ledger_waterfall, data, arm=arm, rows=shown),
            )
        )
        head(figures[-1].axes[0], arm)
    limits = [figure.axes[0].get_xlim() for figure in figures]
    for figure in figures:
        figure.axes[0].set_xlim(min(low for low, _ in limits), max(high for _, high in limits))
    return figures


def _hops(data: Run | Comparison) -> list[Figure]:
    return [
        _single(5.0, 3.7, lambda ax: plots.effect_by_hop(data, ax)),
        _single(5.0, 3.7, lambda ax: plots.people_by_hop(data, ax)),
    ]


def _network(run: Run) -> Figure:
    figure = Figure(figsize=(10.4, 4.8), layout="constrained")
    network_panels(run, figure)
    return figure
