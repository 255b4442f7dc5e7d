"""The page of the lab in a real browser: it opens, draws, plays, asks what if, and tells mistakes; without a mouse too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lab_served import SMALL, served

from sim.scenario.scenario import load_text

if TYPE_CHECKING:
    from browser import Chromium
    from playwright.sync_api import Page

READY = "main[data-state=ready]"
# a number that changes when any pixel of the first picture does
PIXELS = """() => {
  const canvas = document.querySelector('.network canvas');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let sum = 0, drawn = 0;
  for (let k = 0; k < data.length; k++) { sum = (sum * 31 + data[k]) | 0; drawn += k % 4 === 3 && data[k] > 0; }
  return [sum, drawn];
}"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with served(tmp_path_factory.mktemp("lab")) as (_, found):
        yield found


def ready(page: Page, runs: int = 1) -> None:
    """Wait until so many runs are shown and nothing is under way."""
    page.wait_for_function(
        "n => { const d = document.querySelector('main')?.dataset; return d && d.state === 'ready' && Number(d.runs) >= n }",
        arg=runs,
    )


def settled(page: Page) -> None:
    """Wait until ties are drawn in full again after the view moved, and sizes are as they stay."""
    page.wait_for_function("() => !lab.player.moving")
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def frame(page: Page) -> int:
    return int(page.get_attribute(".player", "data-frame") or -1)


def test_play_moves_time_and_pixels_and_the_scrubber_goes_back(chromium: Chromium, address: str) -> None:
    with chromium.open(address) as page:
        ready(page)
        first, drawn = page.evaluate(PIXELS)
        assert drawn > 2000
        page.click("button.play")
        page.wait_for_function("() => Number(document.querySelector('.player').dataset.frame) > 3")
        assert page.get_attribute(".player", "data-playing") == "true"
        page.click("button.play")
        assert page.get_attribute(".player", "data-playing") == "false"
        page.evaluate("lab.player.seek(60)")
        assert page.evaluate(PIXELS)[0] != first
        page.locator("input.time").fill("0")
        assert frame(page) == 0
        assert page.evaluate(PIXELS)[0] == first
        page.click("button.forward")
        assert frame(page) == 1
        page.click("button.back")
        assert frame(page) == 0
        page.locator(".mark").last.click()
        assert frame(page) == 48  # found out on day 4, two hours a frame


def test_a_slider_runs_again_on_the_same_draws_keeps_the_view_and_can_be_undone(
    chromium: Chromium, address: str
) -> None:
    with chromium.open(address) as page:
        ready(page)
        page.evaluate("lab.player.seek(90)")
        page.evaluate("lab.player.zoom(2)")
        settled(page)
        before = page.evaluate(PIXELS)[0]
        mean = page.text_content(".panel .mean")
        slider = page.locator("input[data-control=reach]")
        slider.fill("0.9")
        ready(page, 2)
        assert frame(page) == 90
        assert page.get_attribute(".player", "data-zoom") == "2.00"
        assert page.text_content(".panel .mean") != mean
        page.click("button.undo")
        ready(page, 3)
        settled(page)
        assert page.text_content(".panel .mean") == mean
        assert page.evaluate(PIXELS)[0] == before
        assert page.is_disabled("button.undo")


def test_an_act_is_put_on_the_line_of_time_and_the_story_starts_at_a_hub(chromium: Chromium, address: str) -> None:
    with chromium.open(address) as page:
        ready(page)
        marks = page.locator(".mark").count()
        page.select_option("#add-side", "1")
        page.click("button.add")
        box = page.locator("input.time").bounding_box()
        page.mouse.click(box["x"] + box["width"] * 0.6, box["y"] + box["height"] / 2)
        ready(page, 2)
        assert page.locator(".added li").count() == 1
        assert page.locator(".mark").count() == marks + 1
        page.click("button.hub")
        ready(page, 3)
        assert "largest hub" in page.text_content(".start-text")
        page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error()); }")
        page.click("button.copy")
        page.wait_for_selector(".as-file:visible")
        copied = load_text(page.input_value(".as-file"), "copied.yaml")
        assert copied.timeline[0].audience["kind"] == "users"
        assert [act.kind for act in copied.arms["disclosure"].acts] == ["disclosure", "apology"]
        page.click(".added button")
        ready(page, 4)
        page.click("button.reset")
        ready(page, 5)
        assert page.get_attribute("main", "data-changes") == "0"


def test_a_user_that_is_clicked_shows_trust_ledger_and_who_told_it(chromium: Chromium, address: str) -> None:
    with chromium.open(address) as page:
        ready(page)
        page.evaluate("lab.player.seek(120)")
        row = page.evaluate("lab.player.recording.panels[0].hop.findIndex(hop => hop > 0 && hop < 255)")
        at = page.evaluate(
            """row => { const p = lab.player.pictures[0], b = p.frame.getBoundingClientRect();
                        return [b.left + p.px[row] / p.ratio, b.top + p.py[row] / p.ratio]; }""",
            row,
        )
        page.mouse.move(*at)
        page.wait_for_selector(".tip:visible")
        page.mouse.click(*at)
        page.wait_for_selector(".card .ledger table")
        assert page.get_attribute(".player", "data-chosen") == str(row)
        words = page.text_content(".card")
        assert "Heard of it on day" in words and "healing and forgetting" in words
        page.locator(".card .side-0 p button.link").first.click()  # to the one who told
        assert page.get_attribute(".player", "data-chosen") != str(row)
        page.keyboard.press("Escape")
        assert page.locator(".card").is_hidden()


def test_the_difference_and_the_hop_rings_are_shown_on_demand(chromium: Chromium, address: str) -> None:
    with chromium.open(address, still=True) as page:
        ready(page)
        page.evaluate("lab.player.seek(100)")
        plain = page.evaluate(PIXELS)[0]
        page.click("button[data-mode=difference]")
        assert page.locator(".panel").count() == 1
        assert "minus" in page.text_content(".panel h2")
        page.click("button[data-mode=trust]")
        page.click("button.rings")
        page.wait_for_function("() => lab.player.pictures[0].morph === 1")
        assert page.evaluate(PIXELS)[0] != plain


def test_mistakes_of_a_file_are_shown_as_on_the_command_line(chromium: Chromium, address: str) -> None:
    wrong = SMALL.replace("reach: 30 %", "reach: 40").replace("title: told", "title: <img src=x onerror=alert(1)>")
    with chromium.open(address, ignoring="422") as page:
        ready(page)
        page.set_input_files("#file", {"name": "mine.yaml", "mimeType": "text/yaml", "buffer": wrong.encode()})
        page.wait_for_selector(".problem pre")
        assert page.text_content(".problem pre").startswith("mine.yaml: 1 mistake\n  line 9  timeline[0].reach: ")
        page.click(".problem button")
        right = wrong.replace("reach: 40", "reach: 45 %")
        page.set_input_files("#file", {"name": "mine.yaml", "mimeType": "text/yaml", "buffer": right.encode()})
        page.wait_for_function("() => document.querySelector('main').dataset.upload === 'done'")
        assert page.locator(".panel h2").nth(1).text_content() == "<img src=x onerror=alert(1)> within an hour"
        assert page.locator(".panel img").count() == 0  # names are shown as text
        ring = "".join(f"{i},{(i + 1) % 90}\n{i},{(i + 7) % 90}\n" for i in range(90))
        page.set_input_files("#file", {"name": "ring.csv", "mimeType": "text/csv", "buffer": ring.encode()})
        page.wait_for_function("() => lab.player.recording.users.n === 90")
        assert "ring.csv" in page.text_content(".network-name")


def test_everything_can_be_done_with_the_keyboard(chromium: Chromium, address: str) -> None:
    with chromium.open(address) as page:
        ready(page)
        page.keyboard.press("ArrowRight")
        assert frame(page) == 1
        page.keyboard.press("ArrowLeft")
        assert frame(page) == 0
        page.keyboard.press("n")
        assert frame(page) == 24  # the breach on day 2
        page.keyboard.press(" ")
        page.wait_for_function("() => Number(document.querySelector('.player').dataset.frame) > 25")
        page.keyboard.press(" ")
        assert page.get_attribute(".player", "data-playing") == "false"
        seen = set()
        for _ in range(60):
            page.keyboard.press("Tab")
            about = page.evaluate(
                """() => { const e = document.activeElement;
                  const name = e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent;
                  return [e.id || e.className || e.tagName, name,
                          getComputedStyle(e).outlineStyle]; }"""
            )
            if about[0] != "BODY":
                assert about[1].strip(), f"{about[0]} has no name"
            seen.add(about[0].split(" ")[0])
        assert {"scenario", "left", "right", "control-reach", "time", "mark", "add", "undo", "seed"} - seen <= {
            "undo",
            "mark",
        }
        page.focus("input[data-control=reach]")
        page.keyboard.press("ArrowRight")
        ready(page, 2)
        assert page.get_attribute("main", "data-changes") == "1"
        assert "points" in page.text_content(".summary")


def test_a_lesson_walks_from_prediction_to_the_measured_answer(chromium: Chromium, address: str) -> None:
    with chromium.open(address, still=True) as page:
        ready(page)
        page.click(".lesson-open")
        page.wait_for_selector(".lesson-box[data-phase=ask]")
        assert page.locator(".pictures").is_hidden()  # first predict
        page.get_by_role("button", name="told within an hour").click()
        page.get_by_role("button", name="Show the run").click()
        page.wait_for_selector(".lesson-box[data-phase=watch]")
        assert page.locator(".pictures").is_visible()
        page.get_by_role("button", name="Show the answer").click()
        assert "Told first it is less of a loss." in page.text_content(".lesson-box[data-phase=reveal]")
        page.click(".lesson-open")
        page.wait_for_function("() => !document.querySelector('.player').dataset.covered")
        assert page.locator(".lesson-box").is_hidden()


def test_a_shared_file_opens_from_disk_and_plays(chromium: Chromium, address: str, tmp_path) -> None:
    with chromium.open(address) as page:
        ready(page)
        with page.expect_download() as saved:
            page.click("button.share")
        saved.value.save_as(tmp_path / "small.html")
    with chromium.open(tmp_path / "small.html") as page:
        page.wait_for_selector(".player[data-state=ready]")
        page.click("button.play")
        page.wait_for_function("() => Number(document.querySelector('.player').dataset.frame) > 1")


PARTS = (".head", ".bar", ".pictures", ".timeline", ".summary", ".charts", ".what-if")


@pytest.mark.parametrize(
    ("width", "height", "dark"), [(320, 700, False), (768, 1000, True), (1280, 800, False), (2560, 1440, True)]
)
def test_parts_do_not_overlap_nor_leave_the_page(
    chromium: Chromium, address: str, width: int, height: int, dark: bool
) -> None:
    with chromium.open(address, width=width, height=height, dark=dark) as page:
        ready(page)
        page.evaluate("lab.player.seek(60)")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        boxes = {part: page.locator(part).first.bounding_box() for part in PARTS}
        boxes |= {f"panel {k}": page.locator(".panel").nth(k).bounding_box() for k in (0, 1)}
        for name, box in boxes.items():
            assert box["width"] > 100 and box["height"] > 15, name
            assert box["x"] >= 0 and box["x"] + box["width"] <= width + 0.5, name
        for one in PARTS:
            for other in PARTS:
                assert one == other or apart(boxes[one], boxes[other]), (one, other, boxes[one], boxes[other])
        assert apart(boxes["panel 0"], boxes["panel 1"])


def apart(a: dict, b: dict) -> bool:
    return (
        a["x"] + a["width"] <= b["x"] + 0.5 or b["x"] + b["width"] <= a["x"] + 0.5
        or a["y"] + a["height"] <= b["y"] + 0.5 or b["y"] + b["height"] <= a["y"] + 0.5
    )  # fmt: skip


def test_the_teacher_shows_what_a_student_sees(chromium: Chromium, tmp_path) -> None:
    with served(tmp_path, in_class=True) as (lab, address):
        student = f"{address}c/{lab.classroom.code}"
        with chromium.open(address) as teacher, chromium.open(student) as page:
            ready(teacher)
            ready(page)
            page.fill("#own-name", "Ada <b>")
            page.click(".classroom form button")
            page.locator("input[data-control=severity]").fill("1.2")
            ready(page, 2)
            page.evaluate("lab.player.seek(77)")
            teacher.wait_for_function("() => document.querySelector('.students')?.textContent.includes('Ada <b>')")
            teacher.click(".students button")
            teacher.wait_for_function(
                "() => lab.ask.settings.severity === 1.2 && document.querySelector('.player').dataset.frame === '77'"
            )
            page.wait_for_selector(".banner:visible")
            page.evaluate("lab.player.seek(20)")
            teacher.wait_for_function("() => document.querySelector('.player').dataset.frame === '20'")
            teacher.click(".banner button")
            teacher.wait_for_function("() => !('severity' in lab.ask.settings)")
            assert page.locator("#file").count() == 0
