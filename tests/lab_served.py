"""A lab that tests talk to: a small scenario, served in a thread of its own."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from sim.show.lab import answers
from sim.show.lab.serve import LOOPBACK, free_socket, lab_for, serving
from sim.show.lab.server import Lab

SMALL = """\
ripple: 1
name: small
title: "A small breach"
question: Does it pay to tell at once?
horizon: 12 d
network: {kind: powerlaw_cluster, users: 200, ties: 4, triangles: 0.3}
brand: {name: a brand, sector: social_media, followers: 60 %}
timeline:
  - {act: data_breach, id: breach, at: 2 d, reach: 30 %, found: 4 d}
arms:
  silence: []
  disclosure:
    title: told within an hour
    acts:
      - {act: disclosure, of: breach, after: 1 h}
lesson:
  - question: Which costs less trust?
    predict: {measure: trust_days_lost, which: lowest, arms: [silence, disclosure]}
    look: When each side turns dark.
    show: [silence, disclosure]
    reveal: Told first it is less of a loss.
"""


@contextmanager
def served(folder: Path, text: str = SMALL, *, in_class: bool = False) -> Iterator[tuple[Lab, str]]:
    """A lab and its address."""
    file = folder / "small.yaml"
    file.write_text(text, encoding="utf-8")
    listening = free_socket(LOOPBACK, 8400, exact=False)
    lab = lab_for(file, listening, in_class=LOOPBACK if in_class else None)
    answers.run({"scenario": "small"}, lab.uploads("first"), lab.limits, lambda: False)  # loops are compiled here
    with serving(lab, listening) as address:
        yield lab, address


def start_of(page: str) -> dict:
    """What the page was told at its start."""
    return json.loads(html.unescape(re.search(r'data-start="(.*?)"', page)[1]))


def ask(lab: Lab, address: str, path: str, body: object = None, **more: object) -> httpx.Response:
    """Ask as the page does; `more` replaces headers (None takes one out)."""
    headers = {"x-ripple-token": lab.token, "x-ripple-session": "test", "origin": address.rstrip("/")}
    headers |= {name.replace("_", "-"): value for name, value in more.items()}
    content = body if isinstance(body, bytes) else json.dumps(body)
    kept = {name: value for name, value in headers.items() if value is not None}
    return httpx.post(f"{address}api/{path}", content=content, headers=kept, timeout=60)
