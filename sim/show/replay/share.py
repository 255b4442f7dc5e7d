"""One file to take home: a recording with the player in it, for any browser, without a network.

share_page(recording, question="...", lesson=steps)    # HTML as text
write_text("breach.html", share_page(recording))

The page's own scripts are allowed by their hashes; the file can load nothing and send nothing. Names of users are in it
only when the recording was made with them.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Mapping, Sequence
from typing import Any

from sim.show.lab.assets import player_sources
from sim.show.replay.encoding import encode, packed
from sim.show.replay.recording import Recording
from sim.show.replay.sources import lesson_sources, text_of
from sim.show.texts import say


def share_page(
    recording: Recording,
    *,
    question: str = "",
    about: str = "",
    lesson: Sequence[Mapping[str, Any]] = (),
    deck: Mapping[str, Any] | None = None,
) -> str:
    """A recording as one HTML file. question: below the title; about: at the foot; lesson: steps with their answers;
    deck: which panel stands behind which place of the sliders."""
    more: dict[str, Any] = {"question": question, "about": about, "lessons": list(lesson)}
    if deck is not None:
        more["deck"] = dict(deck)
    message = packed(encode(recording, more, compact=True))
    player_style, player_scripts = player_sources()
    lesson_style, lesson_script = lesson_sources()
    style = "\n".join([player_style, lesson_style, text_of("share.css")])
    texts, *others = player_scripts  # the texts make the name that all others add to
    scripts = [texts, text_of("frames.js"), *others, lesson_script, text_of("share.js")]
    for text in (style, *scripts):
        assert not re.search("</(script|style)", text), "a script or style would end early"
    allowed = " ".join(_hash(script) for script in scripts)
    policy = (
        f"default-src 'none'; script-src {allowed}; style-src {_hash(style)}; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )
    inlined = "\n".join(f"<script>{script}</script>" for script in scripts)
    return (
        "<!doctype html>\n"
        f'<html lang="{say("language")}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="generator" content="Trust Ripple">\n'
        f"<title>{html.escape(recording.title)}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        f"<noscript>{html.escape(say('page.recordingNoScript'))}</noscript>\n"
        f'<script type="text/plain" id="recording">{message}</script>\n{inlined}\n</body>\n</html>\n'
    )


def _hash(text: str) -> str:
    """The text as a Content-Security-Policy names it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
