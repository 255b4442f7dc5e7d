"""The report as one HTML page that needs nothing else: no request leaves it, light and dark, paper and phone."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files

from sim.show.drawn import Drawn
from sim.show.report.contents import SECTIONS, Contents


def page(said: Contents, figures: Iterable[Drawn]) -> str:
    """The page as text. Everything that comes from a scenario is escaped."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    drawn: dict[str, list[dict[str, object]]] = {section: [] for section in SECTIONS}
    for one in figures:
        narrow = one.narrow_svg()
        drawn[one.section].append(
            {
                "name": one.name,
                "caption": one.caption,
                "panels": [Markup(svg) for svg in one.svgs()],  # made by matplotlib, which escapes
                "narrow": Markup(narrow) if narrow else "",
                "columns": one.columns,
                "width": round(6.5 * one.panels[0].get_figwidth(), 1),
            }
        )
    template = (files("sim.show.report") / "report.html").read_text(encoding="utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(template).render(said=said, drawn=drawn, sections=SECTIONS)
