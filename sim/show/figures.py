"""The figures of a run and of a comparison, put together, and written as PNG for papers or SVG for the page.

for drawn in comparison_figures(comparison):
    drawn.save_png(folder)
"""

from __future__ import annotations

import base64
import io
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from sim.show import plots
from sim.show.accounts import accounts, shown_accounts
from sim.show.answer import answer
from sim.show.doings import complained, complaints_over_time, followers_over_time, moved
from sim.show.lanes import HEIGHT
from sim.show.measures_shown import shown_value
from sim.show.network import network_panels
from sim.show.style import COLORS, INK, MUTED, PALE, RULE, head, title
from sim.study.comparison import Comparison
from sim.study.results import Run

PNG_DPI = 200
_NEARLY_WHITE = 250
_RASTER_DPI = 144  # of the dots inside an SVG
SHOWN_MEASURES = (
    "trust_days_lost", "floor_gap", "worst_loss", "regained_hours", "followers_lost", "largest_story",
    "complaints_unanswered", "waiting", "ripple"
)  # fmt: skip
# in an SVG on the page these colours follow the page, light or dark
_PAGE_COLORS = {
    INK: "var(--ink)",
    MUTED: "var(--muted)",
    RULE: "var(--rule)",
    PALE: "var(--pale)",
    "#ffffff": "var(--paper)",
    **{color: f"var(--c{k})" for k, color in enumerate(COLORS)},
}


@dataclass(frozen=True)
class Drawn:
    """One finished figure: the name of its file, and what it shows in a sentence, also for those who cannot see it."""

    name: str
    caption: str
    figure: Figure
    dotted: bool = False

    def __post_init__(self) -> None:
        engine = self.figure.get_layout_engine()
        if engine is not None:
            engine.execute(self.figure)  # once, not for every format
        self.figure.set_layout_engine("none")

    def save_png(self, folder: Path) -> Path:
        """Write it into a folder as PNG; returns the path. Thousands of dots get a palette, for a third of the size."""
        from PIL import Image

        path = folder / f"{self.name}.png"
        self.figure.set_dpi(PNG_DPI)
        self.figure.set_facecolor("white")
        canvas = FigureCanvasAgg(self.figure)  # `savefig` would draw everything twice
        canvas.draw()
        image = Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3])
        if self.dotted:
            image = image.quantize(256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
            palette = np.array(image.getpalette()).reshape(-1, 3)
            palette[palette.min(axis=1) >= _NEARLY_WHITE] = 255  # it comes out a little grey
            image.putpalette(palette.ravel().tolist())
        image.save(path, "PNG", compress_level=6, dpi=(PNG_DPI, PNG_DPI))
        return path

    def svg(self) -> str:
        """The figure as an <svg> element without any reference outward; text stays text, colours follow the page.

        Ids are made unique by the name, so that several figures can stand on one page.
        """
        from matplotlib import rc_context

        out = io.StringIO()
        with rc_context({"svg.fonttype": "none", "svg.hashsalt": self.name}):
            self.figure.set_dpi(_RASTER_DPI)
            self.figure.set_facecolor("none")
            FigureCanvasSVG(self.figure).print_svg(out, metadata={"Date": None})
        text = out.getvalue()
        text = text[text.index("<svg") :]
        text = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>", "", text, flags=re.DOTALL)
        text = re.sub(r"'DejaVu Sans'[^;\"]*", "var(--sans)", text)
        text = re.sub(r'\bid="([^"]+)"', rf'id="{self.name}-\1"', text)
        text = re.sub(r'(xlink:href="#|url\(#)', rf"\g<1>{self.name}-", text)
        for color, variable in _PAGE_COLORS.items():
            text = re.sub(re.escape(color), variable, text, flags=re.IGNORECASE)
        text = re.sub(r"(data:image/png;base64,)([^\"]+)", lambda found: found[1] + _fewer_colors(found[2]), text)
        return re.sub(r"^<svg [^>]*>", lambda found: self._open(found[0]), text, count=1)

    def _open(self, tag: str) -> str:
        """The opening tag: scaled by the page, named for those who listen."""
        tag = re.sub(r' (width|height)="[^"]*"', "", tag)
        return tag.replace("<svg ", f'<svg role="img" aria-labelledby="caption-{self.name}" ', 1)


def _fewer_colors(encoded: str) -> str:
    """A base64 PNG with a palette of 255 colours: a third of the size, and no eye sees it. Small ones stay."""
    from PIL import Image

    if len(encoded) < 20_000:
        return encoded
    out = io.BytesIO()
    with Image.open(io.BytesIO(base64.b64decode(encoded))) as image:
        image.convert("RGBA").quantize(255, method=Image.Quantize.FASTOCTREE).save(out, "PNG", optimize=True)
    return base64.b64encode(out.getvalue()).decode()


def comparison_figures(data: Comparison) -> Iterator[Drawn]:
    """All figures of a comparison, one after the other."""
    extra = len(data.arms) * HEIGHT / 72.0
    caption = "Mean trust over all users, for each response. The lanes above say what happens when."
    yield Drawn("trust", caption, _single(8.0, 3.9 + extra, lambda ax: plots.trust_over_time(data, ax)))
    caption = (
        "How far trust lies below that of the same people without the crisis. The area between a line and zero is "
        "what the table calls trust-days lost."
    )
    yield Drawn("gap", caption, _single(8.0, 3.9 + extra, lambda ax: plots.gap_to_twin(data, ax)))
    names = _telling(data)
    if names:
        caption = "The mean over runs of each measure (dot), and what 9 runs in 10 lie between (line)."
        yield Drawn("measures", caption, _measures(data, names, plots.measure_dots, len(data.arms)))
    names = [name for name in names if (data.differences["measure"] == name).any()]
    if names and len(data.arms) > 1:
        caption = f"How each response differs from {data.reference} on the same draws, with joint 95 % intervals."
        yield Drawn("differences", caption, _measures(data, names, plots.difference_dots, len(data.arms) - 1))
    caption = "The book of own trust for each response: what each act did to it directly, by word of mouth, and time."
    yield Drawn("ledger", caption, _ledgers(data))
    caption = "What the acts did to trust by the hop at which people learnt of them, and how many heard of them by hop."
    yield Drawn("hops", caption, _hops(data))
    for arm in data.arms:
        yield Drawn(f"network-{arm}", _network_caption(arm), _network(data.examples[arm]), dotted=True)


def run_figures(run: Run) -> Iterator[Drawn]:
    """All figures of one run, one after the other."""
    caption = "Mean trust over time of all users, of followers, and of those whom an act has reached."
    yield Drawn("trust", caption, _single(8.0, 4.4, lambda ax: plots.trust_over_time(run, ax)))
    caption = "How trust is spread over users: the median, the middle half and 9 in 10 of them."
    yield Drawn("users", caption, _single(8.0, 4.0, lambda ax: plots.trust_of_users(run, ax)))
    for column in plots.columns_of_rules(run):
        caption = f"The mean over users of {column}, a column that a rule of this run keeps."
        yield Drawn(f"column-{column}", caption, _single(8.0, 3.6, _column(run, column)))
    panels = [draw for draw, some in ((complaints_over_time, complained), (followers_over_time, moved)) if some(run)]
    if panels:
        caption = "What users did by themselves: complaints and what became of them, and who left and began to follow."
        yield Drawn("doings", caption, _side_by_side(run, panels))
    rows = len(shown_accounts([accounts(run)]))
    caption = "The book of own trust: what each act did to it directly, by word of mouth, and time."
    yield Drawn("ledger", caption, _single(7.2, 0.3 * rows + 1.8, lambda ax: plots.ledger_waterfall(run, ax)))
    caption = "What the acts did to trust by the hop at which people learnt of them, and how many heard of them by hop."
    yield Drawn("hops", caption, _hops(run))
    yield Drawn("network", _network_caption(run.arm), _network(run), dotted=True)


def _column(run: Run, column: str) -> Callable[..., object]:
    return lambda ax: plots.column_of_rule(run, column, ax)


def on_page(data: Comparison) -> set[str]:
    """The arms whose networks the page shows: the reference and the best one; more would make it large."""
    found = answer(data)
    return {data.reference, found.best if found else data.reference}


def _network_caption(arm: str) -> str:
    return f"The network of the first run under {arm}: users coloured by trust, on one scale for all three moments."


def _new(width: float, height: float) -> Figure:
    return Figure(figsize=(width, height), layout="constrained")


def _single(width: float, height: float, draw: Callable[..., object]) -> Figure:
    figure = _new(width, height)
    draw(figure.add_subplot())
    return figure


def _telling(data: Comparison) -> list[str]:
    """The measures worth a panel: those that differ from 0 in some arm, and between arms as far as people read them."""
    means = data.measures
    some = [name for name in SHOWN_MEASURES if name in means and (means[name].fillna(0.0) != 0.0).any()]
    return [name for name in some if len(means) == 1 or len({shown_value(name, v) for v in means[name]}) > 1]


def _measures(data: Comparison, names: Sequence[str], draw: Callable[..., object], n_rows: int) -> Figure:
    columns = 3 if len(names) > 4 else 2
    rows = max(1, math.ceil(len(names) / columns))
    figure = _new(3.3 * columns, rows * (0.3 * n_rows + 1.35))
    for k, name in enumerate(names):
        ax = figure.add_subplot(rows, columns, k + 1)
        draw(data, name, ax)
        if k % columns:
            ax.tick_params(axis="y", labelleft=False)
    return figure


def _ledgers(data: Comparison) -> Figure:
    shown = shown_accounts([accounts(data, arm) for arm in data.arms])
    columns = min(2, len(data.arms))
    rows = math.ceil(len(data.arms) / columns)
    figure = _new(2.2 + 3.6 * columns, rows * (0.27 * (len(shown) + 3) + 0.75) + 0.3)
    panels = [figure.add_subplot(rows, columns, k + 1) for k in range(len(data.arms))]
    for k, (arm, ax) in enumerate(zip(data.arms, panels, strict=True)):
        plots.ledger_waterfall(data, ax, arm=arm, rows=shown)
        head(ax, arm)
        if k % columns:
            ax.tick_params(axis="y", labelleft=False)
        if k < len(data.arms) - columns:
            ax.set_xlabel("")
    limits = [ax.get_xlim() for ax in panels]
    for ax in panels:
        ax.set_xlim(min(low for low, _ in limits), max(high for _, high in limits))
    title(figure, "What changed trust")
    return figure


def _side_by_side(run: Run, panels: Sequence[Callable[..., object]]) -> Figure:
    figure = _new(5.2 * len(panels), 3.6)
    for k, draw in enumerate(panels):
        draw(run, figure.add_subplot(1, len(panels), k + 1))
    return figure


def _hops(data: Run | Comparison) -> Figure:
    figure = _new(10.0, 3.9)
    plots.effect_by_hop(data, figure.add_subplot(1, 2, 1))
    right = plots.people_by_hop(data, figure.add_subplot(1, 2, 2))
    legend = right.get_legend()
    if legend is not None:
        legend.remove()  # the left one serves both
    return figure


def _network(run: Run) -> Figure:
    figure = _new(10.4, 4.8)
    network_panels(run, figure)
    return figure
