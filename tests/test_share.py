"""What is taken home: pages that play from disk without a network, decks behind sliders, films, strips, and notebooks."""

from __future__ import annotations

import html
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from browser import Chromium
from PIL import Image

import sim
from sim.cli import call
from sim.dynamics.setup import Seeds
from sim.errors import RippleError
from sim.show.replay import movie
from sim.show.replay.answers import lesson_of, shown_in_lesson
from sim.show.replay.deck import deck
from sim.show.replay.recording import Recording, Shown, record
from sim.show.replay.saved import recorded_comparison, recorded_run
from sim.show.replay.share import share_page
from sim.study.request import request

SMALL = {
    "ripple": 1, "name": "small", "title": "A <b>small</b> breach", "network": {"users": 200}, "horizon": "12 d",
    "timeline": [{"act": "outage", "id": "failure", "at": "3 d", "reach": "50 %", "virality": 3}],
    "arms": {"silence": [], "sorry": [{"act": "apology", "of": "failure", "after": "2 h"}]},
    "lesson": [
        {"question": "Which loses less?", "show": ["silence", "sorry"], "look": "The right side.", "chart": "trust",
         "predict": {"measure": "trust_days_lost", "which": "lowest"}, "reveal": "It heals."},
        {"question": "How low?", "predict": {"measure": "floor", "arm": "silence"}, "at": "4 d", "users": "hubs"},
    ],
}  # fmt: skip

if TYPE_CHECKING:
    from playwright.sync_api import Page

PIXELS = "Array.from(document.querySelectorAll('.network canvas'), (one) => one.toDataURL()).join()"
READY = "body[data-state=ready]"


@pytest.fixture(scope="module")
def small() -> Recording:
    asked = request(SMALL)
    return record(asked, [Shown("silence"), Shown("sorry"), *shown_in_lesson(asked)[2:]], Seeds.of(1))


@pytest.fixture(scope="module")
def page_file(small: Recording, tmp_path_factory: pytest.TempPathFactory) -> Path:
    steps = lesson_of(request(SMALL), Seeds.of(1), small.panels)
    path = tmp_path_factory.mktemp("share") / "small.html"
    path.write_text(share_page(small, question="Does it pay?", lesson=steps), encoding="utf-8")
    return path


# --- pages ---


def until_frame(page: Page, frame: int) -> None:
    """Wait until the player has come so far; the page's policy forbids waiting with words that are evaluated."""
    for _ in range(400):
        if int(page.get_attribute(".player", "data-frame") or 0) >= frame:
            return
        page.wait_for_timeout(25)
    raise AssertionError(f"frame {frame} did not come; {page.get_attribute('.player', 'data-frame')} is shown")


def test_a_shared_page_plays_from_disk(page_file: Path, chromium: Chromium) -> None:
    """The frame goes on by itself; names from the file stand there as text; nothing is asked of anybody."""
    with chromium.open(page_file) as page:
        page.wait_for_selector(READY)
        assert page.text_content("h1") == "A <b>small</b> breach"
        assert page.get_attribute(".player", "data-frame") in ("0", None)
        page.fill(".time", "36")  # the act
        before = page.evaluate(PIXELS)
        page.locator(".play").click()
        until_frame(page, 42)
        page.locator(".play").click()
        assert page.evaluate(PIXELS) != before
        page.fill(".time", "36")
        assert page.get_attribute(".player", "data-frame") == "36"


def test_a_shared_page_can_show_other_runs(page_file: Path, chromium: Chromium) -> None:
    with chromium.open(page_file, dark=True) as page:
        page.wait_for_selector(READY)
        assert page.get_attribute("body", "data-panels") == "silence | sorry"
        page.select_option("[data-side=left]", label="Without the crisis")
        assert page.get_attribute("body", "data-panels") == "silence, quiet | sorry"


def test_a_shared_page_may_run_its_own_scripts_only(page_file: Path) -> None:
    """No 'unsafe-inline', no 'unsafe-eval', no address in the policy; and no address of a file or script in the page."""
    text = page_file.read_text(encoding="utf-8")
    [policy] = re.findall('http-equiv="Content-Security-Policy" content="([^"]+)"', text)
    assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
    assert not re.search(r'(src|href)="(?!#)', re.sub(r"<script>.*?</script>", "", text, flags=re.S))


def test_a_lesson_walks_through(page_file: Path, chromium: Chromium) -> None:
    """Ask, predict, watch, reveal with the class's predictions, the switch that hides the answer, the next step."""
    with chromium.open(page_file) as page:
        page.wait_for_selector(READY)
        page.click("[data-do=lesson]")
        lesson = page.locator(".lesson")
        assert lesson.get_attribute("data-phase") == "ask" and not page.locator(".pictures").is_visible()
        page.click("[data-choice='1']")
        page.click("[data-choice='0']")
        assert page.text_content(".lesson-count") == "2 predictions"
        page.click("[data-do=show]")
        assert page.locator(".pictures").is_visible() and "The right side." in lesson.inner_text()
        assert "sorry" not in page.locator(".lesson-head").all_inner_texts()
        page.click("[data-do=answer]")
        assert page.inner_text(".lesson-head") == "sorry" and "points x days" in lesson.inner_text()
        assert page.locator(".lesson-votes li").count() == 2 and "1 of 2 were right" in lesson.inner_text()
        page.check("[data-do=hide-answers]")
        assert page.locator(".lesson-head").count() == 0
        page.uncheck("[data-do=hide-answers]")
        page.click("[data-do=next]")
        assert lesson.get_attribute("data-step") == "1" and lesson.get_attribute("data-phase") == "ask"
        page.fill(".lesson input", "about ten")
        page.keyboard.press("Enter")
        assert page.inner_text(".lesson-wrong") == "Write a number."
        for guess in ("41", "42,5"):
            page.fill(".lesson input", guess)
            page.keyboard.press("Enter")
        page.click("[data-do=show]")
        assert page.get_attribute(".player", "data-frame") != "0"
        page.click("[data-do=answer]")
        assert "points" in page.inner_text(".lesson-head") and page.locator(".lesson-votes li").count() >= 2


def test_nothing_overlaps_and_nothing_is_wider_than_a_phone(page_file: Path, chromium: Chromium) -> None:
    with chromium.open(page_file, width=320, height=700) as page:
        page.wait_for_selector(READY)
        page.click("[data-do=lesson]")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
    with chromium.open(page_file, width=1600) as page:
        page.wait_for_selector(READY)
        page.click("[data-do=lesson]")
        page.click("[data-do=show]")
        boxes = [page.locator(which).bounding_box() for which in (".lesson", ".pictures", ".timeline", ".charts")]
        for k, a in enumerate(boxes):
            for b in boxes[k + 1 :]:
                assert a and b
                apart = a["x"] + a["width"] <= b["x"] + 1 or a["y"] + a["height"] <= b["y"] + 1
                assert apart or b["y"] + b["height"] <= a["y"] + 1


def test_a_large_pair_of_runs_stays_under_a_megabyte() -> None:
    """2 x 2,000 users x 241 frames, with two lesson runs more."""
    asked = request("data-breach")
    recording = record(asked, [Shown("silence"), Shown("disclosure")], Seeds.of(1))
    assert recording.places.n == 2000 and len(recording.hours) > 180
    assert len(share_page(recording)) < 1_000_000


def test_names_of_users_leave_only_when_asked_for(small: Recording, tmp_path: Path) -> None:
    edges = tmp_path / "friends.csv"
    edges.write_text("a,b\n" + "\n".join(f"Ines{k},Omar{k % 7}" for k in range(40)))
    scenario = tmp_path / "short.yaml"
    scenario.write_text("ripple: 1\nhorizon: 3 d\ntimeline: [{act: outage, at: 1 d}]\n")
    both = []
    for labels in ((), ("--labels",)):
        page = tmp_path / f"page{len(labels)}.html"
        words = ["replay", str(scenario), "--network", str(edges), "--frames", "4", *labels]
        assert call([*words, "--html", str(page)]) == 0
        both.append(unpacked(page.read_text(encoding="utf-8")))
    assert b"Ines3" not in both[0] and b"Ines3" in both[1]


def unpacked(page: str) -> bytes:
    import base64
    import gzip

    [text] = re.findall(r'id="recording">([^<]+)<', page)
    return gzip.decompress(base64.b64decode(text))


# --- decks ---


def test_a_deck_has_a_run_behind_every_place_of_its_sliders(chromium: Chromium, tmp_path: Path) -> None:
    made = deck(SMALL, vary={"delay": ["0h", "2h", "3d"], "reach": ["20%", "70%"]}, seed=1)
    assert len(made.cells) == 6 and made.recording.panels[5].title == "delay 3d, reach 70%"
    changes = {"arms.sorry.apology.after": "3 d", "timeline.failure.reach": "70 %"}
    run = sim.run(SMALL, arm="sorry", seed=1, changes=changes)
    expected = run.series["trust"].loc[made.recording.hours].to_numpy(np.float32)
    assert np.array_equal(made.recording.panels[5].series["trust"], expected)
    path = tmp_path / "deck.html"
    path.write_text(made.page(), encoding="utf-8")
    with chromium.open(path) as page:
        page.wait_for_selector(READY)
        assert page.get_attribute("body", "data-panels") == "delay 0h, reach 20%"
        page.fill("[data-vary=delay]", "2")
        page.fill("[data-vary=reach]", "1")
        assert page.get_attribute("body", "data-panels") == "delay 0h, reach 20% | delay 3d, reach 70%"
        page.click("[data-do=pin]")
        page.fill("[data-vary=delay]", "0")
        assert page.get_attribute("body", "data-panels") == "delay 3d, reach 70% | delay 0h, reach 70%"
        page.locator(".play").click()
        until_frame(page, 3)
        page.click("[data-do=lesson]")
        assert page.inner_text(".lesson h3") == "Which loses less?"


def test_a_deck_of_the_breach_stays_under_its_part_of_five_megabytes() -> None:
    """Four of 24 runs of 2,000 users: 4/24 of 5 MB. (Its page, its scripts and its network are in it only once.)"""
    vary = {"delay": ["1h", "7d"], "reach": ["10%", "60%"]}
    made = deck("data-breach", vary=vary, changes={"lesson": None})
    assert made.recording.places.n == 2000 and len(made.page()) < 5e6 * 4 / 24


@pytest.mark.parametrize(
    ("vary", "words"),
    [
        ({}, "needs something to vary"),
        ({"delay": ["1h"]}, "at least two values"),
        ({"delay": [f"{k}h" for k in range(5)], "reach": [f"{k} %" for k in range(10, 60, 10)]}, "5 x 5 = 25 runs"),
        ({"network.users": [100, 200]}, "the network cannot vary"),
        ({"horizon": ["10 d", "12 d"]}, "the horizon cannot vary"),
        ({"timeline.falure.reach": ["10 %", "20 %"]}, "nothing at this path"),
        ({"reach": ["10 %", "much"]}, "much"),
    ],
)
def test_what_no_deck_can_vary_is_said(vary: dict[str, list[object]], words: str) -> None:
    with pytest.raises(RippleError, match=words):
        deck(SMALL, vary=vary)


def test_a_delay_without_a_response_is_said() -> None:
    with pytest.raises(RippleError, match="no arm of small has a response"):
        deck({**SMALL, "arms": {"silence": []}, "lesson": []}, vary={"delay": ["0h", "1h"]})


# --- what was run before ---


def test_a_saved_run_is_shown_as_it_was(tmp_path: Path) -> None:
    """From its folder, without the network's file: the same series, to the last bit of f4."""
    run = sim.run(SMALL, arm="sorry", seed=5)
    run.save(tmp_path / "run")
    seen = recorded_run(sim.open_run(tmp_path / "run"))
    assert [panel.title for panel in seen.panels] == ["Without the crisis", "sorry"]
    assert np.array_equal(seen.panels[1].series["trust"], run.series["trust"].loc[seen.hours].to_numpy(np.float32))
    assert call(["replay", str(tmp_path / "run"), "--html", str(tmp_path / "run.html")]) == 0
    assert (tmp_path / "run.html").stat().st_size > 50_000


def test_a_comparison_shows_its_reference_and_its_best_arm(tmp_path: Path) -> None:
    both = sim.compare(SMALL, replicates=2, seed=3)
    seen = recorded_comparison(both)
    assert [panel.key for panel in seen.panels] == ["silence", "sorry"]
    example = both.examples["sorry"].series["trust"].loc[seen.hours].to_numpy(np.float32)
    assert np.array_equal(seen.panels[1].series["trust"], example)
    with pytest.raises(RippleError, match="no arm 'sory'"):
        recorded_comparison(both, arms=["sory"])
    assert "iframe" in both.player()._repr_html_()


def test_the_player_of_a_run_stands_in_a_frame_that_reaches_nothing(chromium: Chromium, tmp_path: Path) -> None:
    player = sim.run(SMALL, arm="sorry", seed=1).player(height=700, most_frames=40)
    cell = player._repr_html_()
    assert 'sandbox="allow-scripts"' in cell and html.escape(player.page) in cell and "height:700px" in cell
    (tmp_path / "cell.html").write_text(f"<!doctype html><meta charset=utf-8><title>t</title>{cell}", encoding="utf-8")
    with chromium.open(tmp_path / "cell.html") as page:
        page.frame_locator("iframe").locator(READY).wait_for()
        page.frame_locator("iframe").locator(".play").click()
        page.frame_locator("iframe").locator(".player:not([data-frame='0'])").wait_for()


# --- pictures ---


def test_a_strip_shows_moments_of_both_runs(small: Recording, tmp_path: Path) -> None:
    path = movie.write_strip(small, tmp_path / "strip.png")
    with Image.open(path) as image:
        width, height = image.size
        colours = len(np.unique(np.asarray(image.convert("RGB").resize((200, 100))).reshape(-1, 3), axis=0))
    assert width > 1200 and 500 < height < width and colours > 100
    frames = movie.strip_frames(small, 5)
    assert frames == sorted(set(frames)) and frames[-1] == len(small.hours) - 1 and len(frames) == 5


def test_a_small_film_moves_and_is_small(small: Recording, tmp_path: Path) -> None:
    path = movie.write_gif(small, tmp_path / "small.gif")
    assert path.stat().st_size < 1_500_000 and list(tmp_path.iterdir()) == [path]
    with Image.open(path) as image:
        assert 10 < image.n_frames <= movie.GIF_FRAMES  # type: ignore[attr-defined]
        first = np.asarray(image.convert("RGB"))
        image.seek(image.n_frames // 2)  # type: ignore[attr-defined]
        assert np.any(first != np.asarray(image.convert("RGB")))


def test_mp4_goes_through_ffmpeg_and_is_refused_in_one_line_without_it(
    small: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stand-in for ffmpeg counts the bytes that it is fed: every frame, four bytes a pixel."""
    program = tmp_path / "ffmpeg"
    program.write_text('#!/bin/sh\nfor last; do :; done\nwc -c > "$last"\n')
    program.chmod(0o755)
    usual = shutil.which
    monkeypatch.setattr(movie.shutil, "which", lambda name: str(program) if name == "ffmpeg" else usual(name))
    short = record(request(SMALL), [Shown("silence")], Seeds.of(1), most_frames=5)
    path = movie.write_mp4(short, tmp_path / "film.mp4")
    width, height = movie._Film(short, width=12.8, dpi=100).size
    assert width % 2 == height % 2 == 0 and int(path.read_text()) == 4 * width * height * len(short.hours)
    program.write_text("#!/bin/sh\necho no room >&2\nexit 1\n")
    with pytest.raises(RippleError, match="no room"):
        movie.write_mp4(short, tmp_path / "other.mp4")
    assert not (tmp_path / "other.mp4").exists()
    monkeypatch.setattr(movie.shutil, "which", lambda name: None)
    with pytest.raises(RippleError, match="ffmpeg, which is not on the path"):
        movie.write_mp4(small, tmp_path / "film.mp4")


# --- the command line ---


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["replay", "data-breach"], "say what to write"),
        (["replay", "data-breach", "--html", "x.txt"], "ends in .html"),
        (["replay", "data-brech", "--html", "x.html"], "did you mean"),
        (["replay", "data-breach", "--arm", "silense", "--html", "x.html"], "no arm 'silense'"),
        (["deck", "data-breach", "--vary", "delay"], "names no values"),
        (["deck", "data-breach", "--vary", "delay=1h,2h", "--vary", "delay=1h,3h"], "given twice"),
    ],
)
def test_a_mistake_on_the_command_line_is_said_and_nothing_written(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call(words) in (1, 2)
    answer = capsys.readouterr().err
    assert said in answer and "Traceback" not in answer and list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.html"
    path.write_text("mine")
    assert call(["replay", "data-breach", "--html", str(path)]) == 1
    assert "--force" in capsys.readouterr().err and path.read_text() == "mine"
