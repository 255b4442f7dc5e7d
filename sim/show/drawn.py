"""One finished figure: written as PNG for papers and slides, or as SVG that follows the page it stands on.

A figure may have several panels, each a drawing of its own. On a page they stand side by side as far as it is wide, on
a phone one below the other; in a PNG they stand in rows.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from sim.show.style import COLORS, INK, MUTED, PALE, RULE

PNG_DPI = 200
_NEARLY_WHITE = 250
_RASTER_DPI = 144  # of the dots inside an SVG
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
    """One finished figure: the name of its file, and what it shows in a sentence, also for those who cannot see it.

    figure: one drawing, or several panels. narrow: the same for a phone, where one drawing is wide. columns: panels in a
    row of the PNG. section: the heading it stands under on a page.
    """

    name: str
    caption: str
    figure: Figure | Sequence[Figure]
    dotted: bool = False
    narrow: Figure | None = None
    columns: int = 2
    section: str = ""
    panels: tuple[Figure, ...] = field(init=False)

    def __post_init__(self) -> None:
        panels = (self.figure,) if isinstance(self.figure, Figure) else tuple(self.figure)
        object.__setattr__(self, "panels", panels)
        for figure in (*panels, *([self.narrow] if self.narrow else [])):
            engine = figure.get_layout_engine()
            if engine is not None:
                engine.execute(figure)  # once, not for every format
            figure.set_layout_engine("none")

    def save_png(self, folder: Path) -> Path:
        """Write it into a folder as PNG; returns the path. Thousands of dots get a palette, for a third of the size."""
        from PIL import Image

        path = folder / f"{self.name}.png"
        image = Image.fromarray(_in_rows([_pixels(panel) for panel in self.panels], self.columns))
        if self.dotted:
            image = image.quantize(256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
            palette = np.array(image.getpalette()).reshape(-1, 3)
            palette[palette.min(axis=1) >= _NEARLY_WHITE] = 255  # it comes out a little grey
            image.putpalette(palette.ravel().tolist())
        image.save(path, "PNG", compress_level=6, dpi=(PNG_DPI, PNG_DPI))
        return path

    def svg(self) -> str:
        """The drawing of a figure that has one; see `svgs`."""
        return self.svgs()[0]

    def svgs(self) -> list[str]:
        """Each panel as an <svg> element without any reference outward; text stays text, colours follow the page.

        Ids are made unique by the name, so that several figures can stand on one page.
        """
        return [self._svg(panel, f"{self.name}-{k}" if k else self.name) for k, panel in enumerate(self.panels)]

    def narrow_svg(self) -> str | None:
        """The drawing for a phone, when there is one."""
        return self._svg(self.narrow, f"{self.name}-narrow") if self.narrow else None

    def _svg(self, figure: Figure, name: str) -> str:
        from matplotlib import rc_context

        out = io.StringIO()
        with rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
            figure.set_dpi(_RASTER_DPI)
            figure.set_facecolor("none")
            FigureCanvasSVG(figure).print_svg(out, metadata={"Date": None})
        text = out.getvalue()
        text = text[text.index("<svg") :]
        text = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", "", text, flags=re.DOTALL)
        text = re.sub(r"'DejaVu Sans'[^;\"]*", "var(--sans)", text)
        text = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', text)
        text = re.sub(r'(xlink:href="#|url\(#)', rf"\g<1>{name}-", text)
        for color, variable in _PAGE_COLORS.items():
            text = re.sub(re.escape(color), variable, text, flags=re.IGNORECASE)
        text = re.sub(r"(data:image/png;base64,)([^\"]+)", lambda found: found[1] + _fewer_colors(found[2]), text)
        text = re.sub(r"\s*\n\s*", "\n", text)
        return re.sub(r"^<svg [^>]*>", lambda found: self._open(found[0]), text, count=1)

    def _open(self, tag: str) -> str:
        """The opening tag: scaled by the page, named for those who listen."""
        tag = re.sub(r' (width|height)="[^"]*"', "", tag)
        return tag.replace("<svg ", f'<svg role="img" aria-labelledby="caption-{self.name}" ', 1)


def _pixels(figure: Figure) -> np.ndarray:
    """u1[rows, columns, 3] of a figure on white."""
    figure.set_dpi(PNG_DPI)
    figure.set_facecolor("white")
    canvas = FigureCanvasAgg(figure)  # `savefig` would draw everything twice
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3]


def _in_rows(images: Sequence[np.ndarray], columns: int) -> np.ndarray:
    """Images side by side in rows of so many, on white."""
    rows = [images[k : k + columns] for k in range(0, len(images), columns)]
    wide = [max(row[k].shape[1] for row in rows if k < len(row)) for k in range(max(map(len, rows)))]
    tall = [max(image.shape[0] for image in row) for row in rows]
    whole = np.full((sum(tall), sum(wide), 3), 255, np.uint8)
    for r, row in enumerate(rows):
        for c, image in enumerate(row):
            top, left = sum(tall[:r]), sum(wide[:c])
            whole[top : top + image.shape[0], left : left + image.shape[1]] = image
    return whole


def _fewer_colors(encoded: str) -> str:
    """A base64 PNG with a palette of 255 colours: a third of the size, and no eye sees it. Small ones stay."""
    from PIL import Image

    if len(encoded) < 20_000:
        return encoded
    out = io.BytesIO()
    with Image.open(io.BytesIO(base64.b64decode(encoded))) as image:
        image.convert("RGBA").quantize(255, method=Image.Quantize.FASTOCTREE).save(out, "PNG", optimize=True)
    return base64.b64encode(out.getvalue()).decode()
