"""Pictures of the page for the README and the docs, taken by the code so that they stay true: `make pictures`."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from sim.bench.lab import a_browser
from sim.files import require_writable
from sim.show.lab.serve import LOOPBACK, free_socket, lab_for, serving


@dataclass(frozen=True)
class Picture:
    """One picture: what the page does before it is taken."""

    name: str
    scenario: str = "data-breach"
    steps: tuple[str, ...] = ()
    width: int = 1440
    height: int = 1000
    dark: bool = False


PICTURES = (
    Picture("lab.png", steps=("lab.player.setMode('change')", "lab.player.seek(47.5)")),
    Picture("lab-rings.png", steps=("lab.player.setRings(true)", "lab.player.seek(90)"), dark=True),
    Picture(
        "lab-user.png",
        steps=(
            "lab.player.seek(60)",
            "lab.player.choose(lab.player.recording.panels[0].hop.findIndex(hop => hop === 3))",
        ),
    ),
)


def take(folder: str | Path) -> list[Path]:
    """Write all pictures into a folder; returns their paths. Raises RippleError without a browser."""
    written = []
    with a_browser() as browser:
        for one in PICTURES:
            target = Path(folder) / one.name
            require_writable(target)
            listening = free_socket(LOOPBACK, 8360, exact=False)
            with serving(lab_for(one.scenario, listening), listening) as address:
                context = browser.new_context(
                    viewport={"width": one.width, "height": one.height},
                    color_scheme="dark" if one.dark else "light",
                    reduced_motion="reduce",
                )
                page = context.new_page()
                page.goto(address)
                page.wait_for_selector("main[data-state=ready]", timeout=120_000)
                for step in one.steps:
                    page.evaluate(f"() => {{ {step}; }}")
                page.wait_for_function("() => !document.querySelector('.ledger .note:only-child')")
                page.wait_for_timeout(400)  # the ties are drawn in full, hop rings have come to rest
                _write(page.screenshot(), target)
                context.close()
            written.append(target)
    return written


def _write(png: bytes, target: Path) -> None:
    """With 256 colours, which is a third of the size and looks the same."""
    import io

    from PIL import Image

    with Image.open(io.BytesIO(png)) as picture:
        picture.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(target, optimize=True)


if __name__ == "__main__":
    for path in take(sys.argv[1]):
        print(path)
