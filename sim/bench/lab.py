"""The page of the lab, measured in a browser that is on this machine: frames a second, and milliseconds from a slider to
its picture, at two networks of 2,000 users.

The browser has no GPU to help it, as on a plain machine. Frames are counted by the page's own clock of pictures while it
plays; `paint` is what a frame costs, so that 1000 / paint is what the page could reach if the screen could.
"""

from __future__ import annotations

import json
import shutil
import socket
import statistics
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sim.errors import RippleError
from sim.show.lab.serve import LOOPBACK, free_socket, lab_for, serving

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
)
_SECONDS = 4.0  # of play
_MOVES = 12  # of a slider
_SESSIONS, _CHANGES = 30, 3  # of a class, at once; each asks again when it has its answer
_WAIT = 60_000  # ms, for the first picture of a machine that compiles

_FRAMES = """seconds => new Promise(done => {
  lab.player.seek(0); lab.player.play();
  let count = 0, began = null;
  const tick = now => {
    if (began === null) began = now; else count++;
    if (now - began < 1000 * seconds) requestAnimationFrame(tick);
    else { lab.player.pause(); done(1000 * count / (now - began)); }
  };
  requestAnimationFrame(tick);
})"""
_PAINT = """times => { const began = performance.now();
  for (let k = 0; k < times; k++) { lab.player.position = 20.5 + (k % 100); lab.player.paint(); }
  return (performance.now() - began) / times; }"""
_MOVE = """async value => { const runs = Number(document.querySelector('main').dataset.runs), began = performance.now();
  lab.set('reach', value);
  while (Number(document.querySelector('main').dataset.runs) === runs) await new Promise(r => setTimeout(r, 1));
  await new Promise(r => requestAnimationFrame(r));
  return [performance.now() - began, Number(document.querySelector('main').dataset.serverMs)]; }"""


@dataclass(frozen=True)
class LabSpeed:
    """frames: a second, while playing; paint: ms for both pictures; moves: ms from a slider to its picture, sorted;
    server: ms of these in the server, sorted; first: s from opening the page to its first picture; class_of: s until each
    answer to many sessions that ask at once, sorted."""

    users: int
    days: float
    frames: float
    paint: float
    moves: tuple[float, ...]
    server: tuple[float, ...]
    first: float
    class_of: tuple[float, ...]

    @property
    def sentences(self) -> list[str]:
        """What was measured, in words."""
        middle = len(self.moves) // 2
        return [
            f"two networks of {self.users:,} users, {self.days:g} days, no GPU:",
            f"  play       {self.frames:.0f} frames/s (one costs {self.paint:.1f} ms)",
            f"  slider     {self.moves[middle]:.0f} ms to the new picture (median of {len(self.moves)}; "
            f"{self.moves[0]:.0f} to {self.moves[-1]:.0f}), {self.server[middle]:.0f} ms of them in the server",
            f"  opening    {self.first:.2f} s to the first picture",
            f"  a class    {statistics.median(self.class_of):.1f} s to an answer when {_SESSIONS} sessions change something "
            f"at once (median of {len(self.class_of)}; longest {self.class_of[-1]:.1f} s)",
        ]


@contextmanager
def a_browser() -> Iterator[Any]:
    """The browser of this machine, driven by playwright, which loads none. Raises RippleError without either."""
    browser = next(filter(None, map(shutil.which, _NAMES)), None)
    if browser is None:
        raise RippleError(f"the page is looked at in a browser; none of {', '.join(_NAMES)} is on the path")
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        raise RippleError("the browser is driven by playwright: pip install 'trust-ripple[test]'") from None
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=list(_FLAGS))
        try:
            yield chromium
        finally:
            chromium.close()


def measured(days: float = 30.0) -> LabSpeed:
    """Open the page, play it, move a slider. Raises RippleError where no browser or no playwright is installed."""
    from sim.scenario.scenario import load

    listening: socket.socket = free_socket(LOOPBACK, 8350, exact=False)
    lab = lab_for("data-breach", listening)
    lab.given["data-breach"] = load("data-breach").changed({"horizon": f"{days:g} d"})
    with serving(lab, listening) as address, a_browser() as chromium:
        page = chromium.new_page(viewport={"width": 1440, "height": 900})
        for _ in range(2):  # the first opening reads the kernels
            began = time.perf_counter()
            page.goto(address)
            page.wait_for_selector("main[data-state=ready]", timeout=_WAIT)
            first = time.perf_counter() - began
        page.evaluate(_PAINT, 20)
        paint = page.evaluate(_PAINT, 100)
        frames = page.evaluate(_FRAMES, _SECONDS)
        times = [page.evaluate(_MOVE, 0.2 + 0.05 * k) for k in range(_MOVES + 1)][1:]
        users = page.evaluate("lab.player.recording.users.n")
        page.close()
        answered = _class_of(address, lab.token)
    moves, server = (tuple(sorted(one[k] for one in times)) for k in (0, 1))
    return LabSpeed(users, days, frames, paint, moves, server, first, answered)


def _class_of(address: str, token: str) -> tuple[float, ...]:
    """Seconds until each answer, sorted, when many sessions move a slider at once, and again when they have the answer."""
    answered: list[float] = []

    def session(number: int) -> None:
        for change in range(_CHANGES):
            wanted = {"scenario": "data-breach", "settings": {"reach": 0.1 + 0.02 * number + 0.1 * change}}
            headers = {"x-ripple-token": token, "x-ripple-session": f"bench {number}"}
            asked = urllib.request.Request(f"{address}api/run", json.dumps(wanted).encode(), headers)
            began = time.perf_counter()
            with urllib.request.urlopen(asked, timeout=120) as answer:
                answer.read()
            answered.append(time.perf_counter() - began)

    sessions = [threading.Thread(target=session, args=(number,)) for number in range(_SESSIONS)]
    for one in sessions:
        one.start()
    for one in sessions:
        one.join()
    return tuple(sorted(answered))
