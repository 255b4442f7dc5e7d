"""Pictures of a recording for slides: a film (MP4), a small one that mails and pages play (GIF), a strip of moments (PNG).

write_mp4(recording, "breach.mp4"); write_gif(recording, "breach.gif"); write_strip(recording, "breach.png")

MP4 needs the program ffmpeg on the path. It is not installed along with Trust Ripple: the packages that bring one carry
GPL code.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.colors import Normalize, to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text

from sim.errors import RippleError
from sim.files import require_writable
from sim.scenario.tell import day
from sim.show.network import TRUST_COLORS
from sim.show.replay.recording import Panel, Recording
from sim.show.style import INK, MUTED, SMALL, TEXT, plain

FRAMES_PER_SECOND = 20
GIF_FRAMES, GIF_SECONDS = 48, 8.0
_SIDES = ("#1d2329", "#0072b2")  # of the curves, left and right


def ffmpeg() -> str:
    """Where ffmpeg is. Raises RippleError when there is none."""
    program = shutil.which("ffmpeg")
    if program is None:
        raise RippleError("MP4 needs the program ffmpeg, which is not on the path; install it, or write a GIF (--gif)")
    return program


def write_mp4(recording: Recording, path: str | Path, progress: Callable[[float], None] | None = None) -> Path:
    """A film of all frames. Raises RippleError when there is no ffmpeg, or it fails; nothing half-written is left."""
    program = ffmpeg()
    target = Path(path)
    require_writable(target)
    film = _Film(recording, width=12.8, dpi=100)
    width, height = film.size
    words = [program, "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgba", "-s", f"{width}x{height}",
             "-r", str(FRAMES_PER_SECOND), "-i", "-", "-an", "-pix_fmt", "yuv420p", "-movflags", "+faststart"]  # fmt: skip
    with tempfile.TemporaryDirectory(prefix=".film-", dir=target.resolve().parent) as folder:
        made = Path(folder) / "film.mp4"
        work = subprocess.Popen([*words, str(made)], stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        assert work.stdin is not None
        try:
            for share, picture in film.pictures(range(len(recording.hours))):
                work.stdin.write(picture.tobytes())
                if progress is not None:
                    progress(share)
        except BrokenPipeError:
            pass
        _, said = work.communicate()
        if work.returncode:
            last = said.decode(errors="replace").strip().splitlines()[-1:]
            raise RippleError(f"ffmpeg could not write {path}: {' '.join(last)}")
        made.replace(target)
    return target


def write_gif(recording: Recording, path: str | Path, progress: Callable[[float], None] | None = None) -> Path:
    """A small, short film that plays everywhere. Raises RippleError when it cannot be written."""
    try:
        from PIL import Image
    except ImportError:
        raise RippleError("--gif needs Pillow: pip install 'trust-ripple[video]'") from None
    target = Path(path)
    require_writable(target)
    last = len(recording.hours) - 1
    frames = np.unique(np.round(np.linspace(0, last, min(GIF_FRAMES, last + 1))).astype(int))
    film = _Film(recording, width=7.2, dpi=80)
    images: list[Image.Image] = []
    palette = Image.new("P", (1, 1))
    palette.putpalette(_palette())
    for share, picture in film.pictures(frames):
        image = Image.fromarray(picture).convert("RGB")
        images.append(image.quantize(palette=palette, dither=Image.Dither.NONE))
        if progress is not None:
            progress(share)
    part = target.with_name(f".{target.name}.part")
    try:
        images[0].save(
            part, format="GIF", save_all=True, append_images=images[1:], duration=1000 * GIF_SECONDS / len(images),
            loop=0, optimize=True
        )  # fmt: skip
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return target


def _palette() -> list[int]:
    """The 64 colours of a small film: those of trust, greys, and those of the curves."""
    trust = TRUST_COLORS(np.linspace(0, 1, 44))[:, :3]
    greys = np.linspace(0.1, 1.0, 17)[:, None].repeat(3, axis=1)
    lines = np.array([to_rgb(colour) for colour in (*_SIDES[1:], "#d55e00", "#9aa5ad")])
    return (255 * np.vstack([trust, greys, lines])).round().astype(int).ravel().tolist()


def write_strip(recording: Recording, path: str | Path, moments: int = 5) -> Path:
    """A row of moments for each panel: the start, around the worst, the end. Raises RippleError when it cannot be written."""
    target = Path(path)
    require_writable(target)
    frames = strip_frames(recording, moments)
    panels = recording.panels[:2]
    wide, band, title, legend = 2.5, 0.55, 0.5, 0.75  # inches: of a picture, above each row, at the top, at the bottom
    tall = title + len(panels) * (wide + band) + legend
    figure = Figure(figsize=(wide * len(frames), tall), dpi=130)
    FigureCanvasAgg(figure)
    norm = trust_norm(recording)
    for row, panel in enumerate(panels):
        below = tall - title - (row + 1) * (wide + band)
        figure.text(
            0.01, (below + wide + band - 0.02) / tall, plain(panel.title, 60), fontsize=TEXT + 1, color=_SIDES[row],
            weight="bold", va="top"
        )  # fmt: skip
        for column, frame in enumerate(frames):
            ax = figure.add_axes((column / len(frames), below / tall, 1 / len(frames), wide / tall))
            _network(ax, recording, norm).set_array(panel.trust[frame] / 2.0)
            mean = 100 * float(panel.series["trust"][frame])
            words = f"day {recording.hours[frame] / 24:.0f}, {mean:.1f} points"
            figure.text(
                (column + 0.5) / len(frames), (below + wide + 0.04) / tall, words, fontsize=TEXT, color=INK, ha="center"
            )
    figure.text(
        0.01, 1 - 0.12 / tall, plain(recording.title, 90), fontsize=TEXT + 3, color=INK, weight="bold", va="top"
    )
    _legend(figure, norm, recording, (0.3, 0.48 / tall, 0.4, 0.12 / tall))
    part = target.with_name(f".{target.name}.part")
    try:
        figure.savefig(part, format="png")
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return target


def strip_frames(recording: Recording, moments: int) -> list[int]:
    """The frames of a strip: before the first act, then evenly in the time in which the most moves, and the end."""
    last = len(recording.hours) - 1
    acts = [act.hour for panel in recording.panels for act in panel.acts if act.kind in ("harm", "good")]
    first = int(np.searchsorted(recording.hours, min(acts, default=0.0)))
    means = np.stack([panel.series["trust"] for panel in recording.panels[:2]])
    worst = int(np.abs(means - means[:, :1]).max(axis=0).argmax())
    if worst <= first:
        worst = (first + last) // 2
    wanted = [max(0, first - 1), *np.linspace(first, worst, max(2, moments - 2)).round().astype(int)[1:], last]
    between = (worst + last) // 2
    chosen = sorted({*wanted, between} if len(set(wanted)) < moments else set(wanted))
    return [int(frame) for frame in chosen][:moments]


def trust_norm(recording: Recording) -> Normalize:
    """One scale for all frames: what 98 in 100 users lie between, in whole fives."""
    values = np.concatenate(
        [panel.trust[:: max(1, len(panel.trust) // 12)].reshape(-1) for panel in recording.panels[:2]]
    )
    low, high = np.quantile(values / 2.0, [0.01, 0.99])
    low, high = 5 * np.floor(low / 5), 5 * np.ceil(high / 5)
    return Normalize(float(low), float(max(high, low + 5)))


def _network(ax, recording: Recording, norm: Normalize):  # type: ignore[no-untyped-def]
    """The dots of a network, to be coloured; its ties are drawn."""
    places = recording.places
    xy = np.column_stack([places.x, places.y])
    ties = xy[places.ties[:: max(1, len(places.ties) // 4000)]]
    ax.add_collection(LineCollection(ties, colors="#9aa5ad", linewidths=0.3, alpha=0.18, zorder=1))
    listeners = places.listeners / max(float(places.listeners.mean()), 1e-9)
    size = (9_000.0 / max(places.n, 150)) * np.clip(0.5 + 0.7 * np.sqrt(listeners), 0.6, 4.0)
    dots = ax.scatter(places.x, places.y, s=size, c=np.zeros(places.n), cmap=TRUST_COLORS, norm=norm,
                      edgecolors="#4a4f55", linewidths=0.15, zorder=2)  # fmt: skip
    edge = 1.03 * float(np.abs(xy - 0.5).max(initial=0.05))
    ax.set_xlim(0.5 - edge, 0.5 + edge)
    ax.set_ylim(0.5 - edge, 0.5 + edge)
    ax.set_aspect("equal")
    ax.set_axis_off()
    return dots


def _legend(figure: Figure, norm: Normalize, recording: Recording, where: tuple[float, float, float, float]) -> None:
    bar = figure.colorbar(
        matplotlib.cm.ScalarMappable(norm, TRUST_COLORS), cax=figure.add_axes(where), orientation="horizontal"
    )
    note = f" ({recording.places.note})" if not recording.places.whole else ""
    bar.set_label(f"trust, points{note}", fontsize=SMALL, color=MUTED)
    bar.ax.tick_params(labelsize=SMALL, colors=MUTED, length=2)
    bar.outline.set_visible(False)


class _Film:
    """The picture of one frame after another; only what moves is drawn anew."""

    def __init__(self, recording: Recording, *, width: float, dpi: int):
        self.recording, self.panels = recording, recording.panels[:2]
        count = len(self.panels)
        height = round(width * (0.68 if count > 1 else 0.92), 2)
        self.figure = Figure(figsize=(width, height), dpi=dpi)
        self.canvas = FigureCanvasAgg(self.figure)
        norm = trust_norm(recording)
        scale = width / 12.8
        self.dots, self.heads = [], []
        for k, panel in enumerate(self.panels):
            ax = self.figure.add_axes((k / count + 0.01, 0.33, 1 / count - 0.02, 0.57))
            self.dots.append(_network(ax, recording, norm))
            self.dots[-1].set_sizes(self.dots[-1].get_sizes() * 1.6 * scale)
            name = plain(panel.title, 44)
            self._say((k + 0.04) / count, 0.935, name, color=_SIDES[k], weight="bold")
            self.heads.append(self._say((k + 0.96) / count, 0.935, "", ha="right"))
        self._say(0.02, 0.978, plain(recording.title, 80), weight="bold")
        self.clock = self._say(0.98, 0.978, "", ha="right")
        _legend(self.figure, norm, recording, (0.70, 0.17, 0.26, 0.022))
        self.said = self.figure.text(0.70, 0.265, "", fontsize=SMALL + 0.5, color=INK, va="center", wrap=False)
        self.chart = self.figure.add_axes((0.06, 0.08, 0.58, 0.22))
        days = recording.hours / 24
        for k, panel in enumerate(self.panels):
            self.chart.plot(days, 100 * panel.series["trust"], color=_SIDES[k], linewidth=1.8)
        self.now = self.chart.axvline(0.0, color="#d55e00", linewidth=1.5)
        self.chart.set_xlim(0, max(float(days[-1]), 1e-9))
        self.chart.set_xlabel("days", fontsize=SMALL, color=MUTED)
        self.chart.set_ylabel("mean trust, points", fontsize=SMALL, color=MUTED)
        self.chart.tick_params(labelsize=SMALL, colors=MUTED, length=2)
        for side in ("top", "right"):
            self.chart.spines[side].set_visible(False)
        self.moving = [*self.dots, *self.heads, self.clock, self.said, self.now]
        for artist in self.moving:
            artist.set_animated(True)
        self.canvas.draw()
        self.ground = self.canvas.copy_from_bbox(self.figure.bbox)

    def _say(self, x: float, y: float, words: str, color: str = INK, weight: str = "normal", ha: str = "left") -> Text:
        return self.figure.text(x, y, words, fontsize=TEXT + 1, color=color, weight=weight, ha=ha, va="center")

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, both even."""
        width, height = self.canvas.get_width_height()
        return width - width % 2, height - height % 2

    def pictures(self, frames) -> Iterator[tuple[float, np.ndarray]]:  # type: ignore[no-untyped-def]
        """For each frame the share that is done and the pixels, u1[height, width, 4]."""
        width, height = self.size
        wanted = list(frames)
        for k, frame in enumerate(wanted):
            self._set(int(frame))
            self.canvas.restore_region(self.ground)
            for artist in self.moving:
                self.figure.draw_artist(artist)
            yield (k + 1) / len(wanted), np.asarray(self.canvas.buffer_rgba())[:height, :width].copy()

    def _set(self, frame: int) -> None:
        hour = float(self.recording.hours[frame])
        for panel, dots, head in zip(self.panels, self.dots, self.heads, strict=True):
            dots.set_array(panel.trust[frame] / 2.0)
            head.set_text(f"{100 * float(panel.series['trust'][frame]):.1f} points")
        self.clock.set_text(f"day {hour / 24:.1f}")
        self.now.set_xdata([hour / 24, hour / 24])
        self.said.set_text(_latest(self.panels, hour))


def _latest(panels: tuple[Panel, ...], hour: float) -> str:
    """The last act up to an hour, in any of the panels."""
    acts = [act for panel in panels for act in panel.acts if act.hour <= hour + 1e-6]
    last = max(acts, key=lambda act: act.hour, default=None)
    return f"{day(last.hour)}: {plain(last.title, 34)}" if last else ""
