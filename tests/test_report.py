"""The page of a comparison: whole, on its own, and safe whatever a scenario says."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from html import escape
from html.parser import HTMLParser
from pathlib import Path

import networkx
import pandas as pd
import pytest
from browser import Chromium
from ruamel.yaml import YAML
from small_comparison import small_comparison, small_run

from sim.cli import call
from sim.scenario.tell import tell
from sim.show.answer import answer, sentences
from sim.show.drawn import Drawn
from sim.show.figures import comparison_figures
from sim.show.measures_shown import shown_value
from sim.show.report.contents import contents
from sim.show.report.markdown import plain
from sim.show.report.page import page
from sim.show.report.writing import write_report
from sim.study.cite import ABOUT, AUTHORS, RELEASED, TITLE, cite
from sim.study.compare import compare
from sim.study.comparison import Comparison, open_comparison
from sim.study.results import run
from sim.study.sheets import write_csv

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


# --- in a real browser --------------------------------------------------------------------------------------------------

A4 = (688, 1008)  # CSS pixels inside the margins of 14 and 15 mm
CONTRAST = """() => {
  const parse = text => { const c = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    c.fillStyle = text; c.fillRect(0, 0, 1, 1); return [...c.getImageData(0, 0, 1, 1).data].slice(0, 3); };
  const linear = v => v <= 10.31 ? v / 255 / 12.92 : ((v / 255 + .055) / 1.055) ** 2.4;
  const light = rgb => { const [r, g, b] = rgb.map(linear);
    return .2126 * r + .7152 * g + .0722 * b; };
  const paper = light(parse(getComputedStyle(document.body).backgroundColor));
  const bad = [];
  for (const e of document.querySelectorAll('p, li, td b, td small, th, dt, dd, h1, h2, h3, figcaption, svg text')) {
    if (!e.checkVisibility()) continue;
    const style = getComputedStyle(e);
    const ink = light(parse(e.namespaceURI.includes('svg') ? style.fill : style.color));
    const ratio = (Math.max(ink, paper) + .05) / (Math.min(ink, paper) + .05);
    if (ratio < 4.5) bad.push(e.textContent.slice(0, 40) + ' ' + ratio.toFixed(1));
  }
  return bad;
}"""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(small_comparison(), tmp_path_factory.mktemp("report") / "out", command=COMMAND)


def test_the_headline_is_the_table_and_no_request_leaves_the_file(chromium: Chromium, written: Path) -> None:
    """The lead's mean is the paired difference that the table shows; all is there without a server."""
    both = small_comparison()
    found = answer(both)
    assert found is not None
    with chromium.open(written) as page:
        assert page.inner_text("h1") == both.scenario.title
        first = page.inner_text("#answer p:first-child")
        assert first == sentences(found)[0]
        arm = found.best if found.best != both.reference else found.other
        row = page.locator("tbody tr", has_text="Trust-days lost").first
        cell = row.locator(f'td[data-arm="{arm}"] small').inner_text()
        mean, shown = found.lead.mean, cell.replace("\N{MINUS SIGN}", "-").split(" ± ")[0]
        assert abs(abs(float(shown)) - abs(mean)) <= 0.5 * 10.0 ** -len(shown.partition(".")[2]) + 1e-9
        assert page.locator("svg:visible").count() == sum(len(one.panels) for one in figures())


@pytest.mark.parametrize("dark", [False, True])
def test_text_is_legible_in_light_and_dark(chromium: Chromium, written: Path, dark: bool) -> None:
    """Contrast of all text, that of figures too, is at least 4.5 against the page (WCAG 2.1, 1.4.3)."""
    with chromium.open(written, dark=dark) as page:
        assert page.evaluate(CONTRAST) == []


def test_a_phone_needs_no_sideways_scroll(chromium: Chromium, written: Path) -> None:
    """At 390 pixels nothing is wider than the page, also inside boxes that could scroll."""
    with chromium.open(written, width=390, touch=True) as page:
        every = "[...document.querySelectorAll('*')]"
        wide = f"{every}.filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('svg'))"
        assert page.evaluate(f"{wide}.length") == 0
        assert page.evaluate("[innerWidth, document.documentElement.scrollWidth]") == [390, 390]


def test_print_cuts_no_figure(chromium: Chromium, written: Path) -> None:
    """On A4 every panel, row and box is lower than a page and may not be broken; the PDF has all pages."""
    with chromium.open(written, width=A4[0], height=A4[1]) as page:
        page.emulate_media(media="print")
        parts = page.eval_on_selector_all(
            ".panels > div, .single, tbody tr, .answer, .numbers, pre",
            "all => all.filter(e => e.checkVisibility()).map(e => [e.getBoundingClientRect().height, "
            "getComputedStyle(e).breakInside, e.getBoundingClientRect().right])",
        )
        assert len(parts) > 25
        for tall, rule, right in parts:
            assert tall < A4[1] and rule == "avoid" and right <= A4[0] + 1
        pdf = page.pdf(format="A4", prefer_css_page_size=True)
        assert pdf.startswith(b"%PDF") and len(re.findall(rb"/Type\s*/Page\b", pdf)) >= 4


STRANGE = (
    "<script>document.title='run'</script>", 'say "hi"', "=1+1", "\U0001f389 party", "\u0645\u0631\u062d\u0628\u0627",
    "o'neil & co"
)  # fmt: skip


def strange(n_arms: int) -> Comparison:
    """A small brand with users of strange names, and so many arms."""
    ties = [(a, (a * 7 + b) % 40) for a in range(40) for b in (1, 2, 5) if a != (a * 7 + b) % 40]
    names = [STRANGE[k] if k < len(STRANGE) else f"user-{k}" for k in range(40)]
    graph = networkx.Graph([(names[a], names[b]) for a, b in ties])
    arms = {
        f"arm-{k}": [] if k == 0 else [{"act": "apology", "of": "leak", "after": f"{k} h", "cost": k}]
        for k in range(n_arms)
    }
    file = {
        "ripple": 1, "title": NASTY, "horizon": "20 d",
        "timeline": [{"act": "outage", "id": "leak", "at": "2 d", "reach": "60 %"}],
        "arms": arms,
    }  # fmt: skip
    return compare(file, network=graph, replicates=3, seed=2, how_sure=12 if n_arms == 2 else False)


@pytest.mark.parametrize("n_arms", [1, 2, 8])
def test_reports_of_one_two_and_eight_arms(chromium: Chromium, tmp_path: Path, n_arms: int) -> None:
    """Strange names are shown with labels and nowhere without; a title of markup is shown, not run; below 3 MB."""
    both = strange(n_arms)
    for labels in (False, True):
        path = write_report(both, tmp_path / "out", labels=labels, force=True)
        assert path.stat().st_size < 3_000_000
        text = path.read_text(encoding="utf-8")
        named = "user-" in text or any(escape(name, quote=False) in text for name in STRANGE)
        assert named is labels
        users = pd.read_parquet(path.parent / "runs" / "arm-0" / "users.parquet")["label"]
        assert (STRANGE[0] in set(users)) is labels
        for width in (1280, 390):
            with chromium.open(path, width=width, touch=width == 390) as page:
                assert page.title() == NASTY == page.inner_text("h1")
                assert page.locator("script").count() == 0
                assert page.evaluate("document.documentElement.scrollWidth") == width
        again = open_comparison(path.parent)
        assert again.arms == both.arms
        assert NASTY not in (path.parent / "report.md").read_text(encoding="utf-8")


def test_markdown_has_all_figures_and_no_markup_of_a_scenario(written: Path) -> None:
    text = (written.parent / "report.md").read_text(encoding="utf-8")
    found = answer(small_comparison())
    assert found is not None and plain(sentences(found)[0]) in text
    pictures = re.findall(r"\]\((figures/[\w.-]+)\)", text)
    assert len(pictures) == len(figures()) and all((written.parent / name).stat().st_size for name in pictures)
    assert plain("<b> *x* [y](z) a|b") == "&lt;b\\> \\*x\\* \\[y\\](z) a\\|b"


def test_quick_is_said_on_top(tmp_path: Path) -> None:
    quick = replace(small_comparison(), how_sure=None)
    said = contents(quick, COMMAND)
    assert "--quick" in said.quick and not contents(small_comparison(), COMMAND).quick
    assert "not looked at" in {one.number for one in said.numbers}
    assert not any(one.section == "sure" for one in comparison_figures(quick))


# --- tables, notebooks, citations -----------------------------------------------------------------------------------------


def test_a_spreadsheet_runs_nothing_and_numbers_stay_numbers(tmp_path: Path) -> None:
    table = pd.DataFrame({"=head": ["=1+1", "+a", "-b", "@c", "plain"], "x": [-1.5, 0.0, 2.0, -3.0, 1e-9]})
    write_csv(table, tmp_path / "t.csv")
    again = pd.read_csv(tmp_path / "t.csv")
    assert list(again["'=head"]) == ["'=1+1", "'+a", "'-b", "'@c", "plain"]
    assert again["x"].tolist() == table["x"].tolist()


def test_results_show_themselves_in_a_notebook(chromium: Chromium, tmp_path: Path) -> None:
    both = small_comparison()
    for k, result in enumerate((both, small_run())):
        path = tmp_path / f"{k}.html"
        path.write_text(f"<!doctype html><meta charset=utf-8><body>{result._repr_html_()}", encoding="utf-8")
        with chromium.open(path) as page:
            assert both.scenario.title in page.inner_text("h4") and page.locator("svg").count() == 1


def test_a_result_is_cited_with_what_was_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Title, authors, date and version are those of CITATION.cff; numbers that were changed are named."""
    cff = YAML(typ="safe").load(Path(__file__).parent.parent / "CITATION.cff")
    assert (cff["title"], cff["authors"][0]["name"], str(cff["date-released"])) == (TITLE, AUTHORS, RELEASED)
    assert cff["abstract"] == ABOUT
    changed = run("data-breach", users=60, horizon="20 d", seed=4, changes={"fading": 0.6})
    changed.save(tmp_path / "run")
    assert call(["cite", str(tmp_path / "run")]) == 0
    told = capsys.readouterr().out
    assert (
        re.search(r"fading = (0\.6|60 %) \(default (0\.47|47 %)\)", told)
        and "seed 4" in told
        and "@software{trust_ripple" in told
    )
    assert "reference was silence" in cite(small_comparison()) and "All parameters were at their defaults" in cite(
        small_comparison()
    )
    assert call(["cite", str(tmp_path)]) == 1 and "holds no run and no comparison" in capsys.readouterr().err
