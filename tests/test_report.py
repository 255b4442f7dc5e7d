"""The page of a comparison: whole, on its own, and safe whatever a scenario says."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser

from small_comparison import small_comparison

from sim.scenario.tell import tell
from sim.show.answer import answer, sentences
from sim.show.drawn import Drawn
from sim.show.figures import comparison_figures
from sim.show.measures_shown import shown_value
from sim.show.report.contents import contents
from sim.show.report.page import page

NASTY = '<script>alert("1")</script> & <img src=x onerror=alert(2)>'


class Reading(HTMLParser):
    """All tags with their attributes, and the text of a page outside <style>."""

    def __init__(self, text: str):
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


COMMAND = "ripple compare data-breach --seed 3"


@cache
def figures() -> tuple[Drawn, ...]:
    return tuple(comparison_figures(small_comparison()))


@cache
def made() -> str:
    return page(contents(small_comparison(), COMMAND), figures())


def test_nothing_is_fetched_from_anywhere() -> None:
    """No script, link, frame or form; every address is a place on the page or data within it; the page forbids the rest."""
    read = Reading(made())
    assert not {"script", "link", "iframe", "object", "embed", "form", "base", "video", "audio"} & {
        tag for tag, _ in read.tags
    }
    for tag, attributes in read.tags:
        for name in ("src", "href", "xlink:href", "srcset", "action", "data", "poster"):
            address = attributes.get(name, "#")
            assert address.startswith(("#", "data:image/png;base64,")), f"<{tag} {name}={address[:60]}>"
        assert not any(name.startswith("on") for name in attributes)
    assert not re.search(r"url\((?!#)|@import", made())
    policy = next(
        a["content"] for t, a in read.tags if t == "meta" and a.get("http-equiv") == "Content-Security-Policy"
    )
    assert "default-src 'none'" in policy


def test_ids_are_unique_and_every_reference_finds_one() -> None:
    """Figures of one page do not borrow each other's clip paths and markers."""
    read = Reading(made())
    ids = [attributes["id"] for _, attributes in read.tags if "id" in attributes]
    assert len(ids) == len(set(ids)) > 50
    wanted = set(re.findall(r"url\(#([^)]+)\)", made())) | set(re.findall(r'xlink:href="#([^"]+)"', made()))
    wanted |= {a["aria-labelledby"] for _, a in read.tags if "aria-labelledby" in a}
    assert wanted and wanted <= set(ids)


def test_the_page_says_what_was_asked_what_happened_and_what_came_out() -> None:
    both = small_comparison()
    text = Reading(made()).text
    scenario = both.scenario
    for words in (
        scenario.title,
        scenario.question,
        scenario.takeaway,
        *sentences(answer(both)),  # type: ignore[arg-type]
        *both.warnings,
        *scenario.sources,
    ):
        assert " ".join(words.split()) in text
    for sentence in tell(scenario):
        assert " ".join(re.sub(r"^[\w-]+(, the reference)?: ", "", sentence).split()) in text
    for arm in both.arms:
        assert shown_value("trust_days_lost", both.measures.loc[arm, "trust_days_lost"]) in text
    for fact in ("scenario_hash", "network_hash", "version", "made"):
        assert str(both.provenance[fact]) in text
    assert "ripple compare data-breach --seed 3" in text


def test_every_figure_has_its_caption_for_those_who_cannot_see_it() -> None:
    read = Reading(made())
    charts = [a for t, a in read.tags if t == "svg"]
    assert len(charts) == sum(len(one.panels) + (one.narrow is not None) for one in figures()) > 20
    assert all(chart["role"] == "img" and chart["aria-labelledby"].startswith("caption-") for chart in charts)


def test_the_page_follows_the_reader_into_the_dark_onto_paper_and_a_phone() -> None:
    """Figures take their colours from the page; the page has rules for dark, print and narrow, and says its width."""
    assert "prefers-color-scheme: dark" in made() and "@media print" in made() and "size: A4" in made()
    assert 'name="viewport"' in made() and "overflow-x: auto" in made()
    charts = "".join(re.findall(r"<svg.*?</svg>", made(), flags=re.DOTALL))
    assert "var(--ink)" in charts and "#1d2329" not in charts and "#0072b2" not in charts
    assert "DejaVu" not in charts


def test_the_page_is_small() -> None:
    """Below 3 MB, so that it travels by mail."""
    assert len(made().encode()) < 3_000_000


def test_whatever_a_scenario_says_is_text() -> None:
    """A title of markup is shown, not obeyed, in the page and in its figures."""
    both = small_comparison()
    changes = {"title": NASTY, "question": NASTY, "takeaway": NASTY, "arms.denial.title": NASTY, "brand.name": NASTY}
    scenario = both.scenario.changed({**changes, "timeline.breach.words": NASTY})
    examples = {arm: replace(run, scenario=scenario) for arm, run in both.examples.items()}
    nasty = replace(both, scenario=scenario, examples=examples)
    text = page(contents(nasty, NASTY), comparison_figures(nasty))
    tags = {tag for tag, _ in Reading(text).tags}
    assert "script" not in tags and "<img src=x" not in text
    assert "&lt;script&gt;" in text and NASTY in Reading(text).text
