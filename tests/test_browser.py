"""The browser that pages are tried in does see their faults."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from browser import Chromium, stays


def written(folder: Path, body: str) -> Path:
    path = folder / "page.html"
    path.write_text(
        f"<!doctype html><meta name=viewport content='width=device-width'><title>a page</title>{body}", encoding="utf-8"
    )
    return path


def test_a_page_without_fault_passes_and_shows_itself(chromium: Chromium, tmp_path: Path) -> None:
    path = written(tmp_path, "<p id=seen>here</p><script>document.title = 'run'; console.log('no fault')</script>")
    with chromium.open(path, width=390, dark=True, touch=True, still=True) as page:
        assert page.title() == "run" and page.inner_text("#seen") == "here"
        assert page.evaluate("innerWidth") == 390
        asked = "['(prefers-color-scheme: dark)', '(prefers-reduced-motion)'].map(q => matchMedia(q).matches)"
        assert page.evaluate(asked) == [True, True]


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("<script>nothing_of_this_name()</script>", "nothing_of_this_name is not defined"),
        ("<script>Promise.reject(new Error('late'))</script>", "late"),
        ("<script>console.error('wrong')</script>", "on the console: wrong"),
        ("<img src='https://example.org/seen.png'>", "a request to https://example.org/seen.png"),
        ("<script>fetch('http://127.0.0.1:9/away').catch(() => 0)</script>", "a request to http://127.0.0.1:9/away"),
        ("<img src='beside.png'>", "beside.png"),
        (
            "<meta http-equiv='Content-Security-Policy' content=\"script-src 'none'\"><script>1</script>",
            "Content Security Policy",
        ),
    ],
)
def test_a_fault_of_a_page_fails_the_test(chromium: Chromium, tmp_path: Path, body: str, fault: str) -> None:
    with pytest.raises(AssertionError) as failed, chromium.open(written(tmp_path, body)) as page:
        page.wait_for_timeout(100)
    assert fault in str(failed.value)


def test_a_fault_that_a_test_wants_can_be_named(chromium: Chromium, tmp_path: Path) -> None:
    with chromium.open(written(tmp_path, "<script>console.error('wanted')</script>"), ignoring="wanted"):
        pass


def test_other_tests_may_run_loops_of_their_own(chromium: Chromium, tmp_path: Path) -> None:
    """playwright keeps a loop running in this thread; outside its pages it is not in the way of asyncio.run."""

    async def nothing() -> int:
        return 1

    with chromium.open(written(tmp_path, "")):
        pass
    assert asyncio.run(nothing()) == 1
    with chromium.open(written(tmp_path, "")) as page:
        assert page.title() == "a page"


@pytest.mark.parametrize(
    ("url", "home", "expected"),
    [
        ("file:///a/page.html#part", "file:///a/page.html", True),
        ("file:///a/other.html", "file:///a/page.html", False),
        ("data:,", "file:///a/page.html", True),
        ("http://127.0.0.1:80/x", "file:///a/page.html", False),
        ("http://127.0.0.1:8000/x?y", "http://127.0.0.1:8000/", True),
        ("ws://127.0.0.1:8000/ws", "http://127.0.0.1:8000/", True),
        ("http://127.0.0.1:8001/", "http://127.0.0.1:8000/", False),
        ("https://example.org/", "http://127.0.0.1:8000/", False),
    ],
)
def test_what_stays(url: str, home: str, expected: bool) -> None:
    assert stays(url, home) is expected
