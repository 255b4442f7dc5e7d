"""A recording shows the run: the same trust, the same hearings, the same acts, in Python and as frames.js reads it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from browser import Chromium

import sim
from sim.dynamics import observe
from sim.dynamics.setup import Seeds
from sim.errors import RippleError
from sim.show.layout import positions
from sim.show.replay import kept
from sim.show.replay.encoding import decode, encode, packed
from sim.show.replay.hearings import NEVER, NO_HOP
from sim.show.replay.places import places_of
from sim.show.replay.recording import Recording, Shown, StoppedError, ToRun, frame_hours, record, recorded
from sim.study.request import request
from sim.world.graph import generate

SMALL = {"network.users": 200, "horizon": "20 d", "parameters.virality_mean": 0.6}
FRAMES_JS = Path(sim.__file__).parent / "show" / "replay" / "frames.js"


@pytest.fixture(scope="module")
def small() -> Recording:
    asked = request("data-breach", changes=SMALL)
    return record(
        asked, [Shown("silence", quiet=True), Shown("silence"), Shown("disclosure")], Seeds.of(1), labels=True
    )


@pytest.fixture(scope="module")
def run() -> sim.Run:
    return sim.run("data-breach", arm="silence", seed=1, changes=SMALL)


def test_every_byte_is_within_half_a_point_of_that_users_trust(small: Recording, run: sim.Run) -> None:
    """|byte / 2 - 100 T| <= 1/4 at the start and at the end (1/4 is half of a byte's step; 1e-4 for round-off)."""
    shown = small.panels[1]
    for frame, column in ((0, "trust_start"), (-1, "trust")):
        trust = 100 * run.users[column].to_numpy()[small.places.first]
        assert np.abs(shown.trust[frame] / 2 - trust).max() <= 0.25 + 1e-4
    assert np.ptp(shown.trust[-1]) > 20


def test_the_charts_of_a_recording_are_the_series_of_the_run(small: Recording, run: sim.Run) -> None:
    """series[frame] == run.series at that hour, to the last bit of f4; and the mean of the bytes is their trust."""
    at = run.series.loc[small.hours]
    shown = small.panels[1]
    for name, column in (("trust", "trust"), ("q05", "trust_q05"), ("followers", "followers")):
        assert np.array_equal(shown.series[name], at[column].to_numpy(np.float32))
    drawn = shown.trust.mean(axis=1) / 200
    assert np.abs(drawn - at["trust"].to_numpy()).max() < 0.0025  # a byte is off by at most 1/4 point


def test_the_users_who_knew_are_those_the_run_counts(small: Recording, run: sim.Run) -> None:
    """Users by hop at the last frame are the hops of the run; frames of hearing count up to the curve."""
    shown = small.panels[1]
    hops = run.hops[run.hops["act"] == "breach"].set_index("hop")["users"]
    assert [shown.by_hop[k][-1] for k in ("1", "2")] == [hops[1], hops[2]]
    assert shown.by_hop["3+"][-1] == hops[hops.index > 2].sum() > 0
    counted = [np.sum((shown.hop == 1) & (shown.heard <= frame)) for frame in range(len(small.hours))]
    assert np.array_equal(counted, shown.by_hop["1"])
    assert np.array_equal(shown.heard == NEVER, shown.hop == NO_HOP)


def test_whoever_is_shown_telling_is_listened_to_and_knew_before(small: Recording) -> None:
    """teller in heard(user), and heard(teller) <= heard(user); who met it was told by nobody (n)."""
    shown, n = small.panels[1], small.places.n
    graph = shown.engine.world.graph_as_read
    told = np.flatnonzero((shown.hop > 0) & (shown.hop != NO_HOP))
    assert len(told) > 10
    for user in told:
        teller = shown.teller[user]
        assert teller in graph.heard[graph.start[user] : graph.start[user + 1]]
        assert shown.heard[teller] <= shown.heard[user]
    assert np.all(shown.teller[shown.hop == 0] == n)
    of_main = [s.id for s in shown.stories].index("breach")
    assert np.sum(shown.passages["act"] == of_main) == len(told)


def test_every_first_hearing_is_a_passage(small: Recording) -> None:
    """Without opinions, which leave nothing behind when nobody passes them on: passages up to a frame = first hearings."""
    seen = record(request("data-breach", changes={**SMALL, "without": ["posts"]}), [Shown("silence")], Seeds.of(1))
    [shown] = seen.panels
    heard = observe.table(shown.engine.rows)["heard"][seen.hours.astype(int)]
    counts = np.bincount(shown.passages["frame"], minlength=len(seen.hours))
    assert np.array_equal(np.cumsum(counts), heard) and heard[-1] > 50
    assert 0 < len(small.panels[1].passages) == small.panels[1].n_passages


def test_a_panel_without_the_crisis_has_no_story_of_it(small: Recording) -> None:
    quiet = small.panels[0]
    assert quiet.story is None and np.all(quiet.heard == NEVER) and quiet.acts == ()
    assert small.panels[1].story == small.panels[2].story == "Data breach"


def test_acts_carry_what_came_true(small: Recording) -> None:
    """The breach is told first in one arm and found out in the other, and is milder when it is told."""
    silence, disclosure = (small.panels[k].acts for k in (1, 2))
    assert [act.kind for act in silence] == ["hidden", "harm"] and "found out" in silence[1].sentence
    assert [act.kind for act in disclosure] == ["hidden", "harm", "response"]
    assert "told first" in disclosure[1].sentence and "hidden" not in disclosure[1].sentence


def test_frames_begin_at_the_start_and_end_at_the_end() -> None:
    """At most `most` + 1 of them, at whole steps of talk, evenly but for the last."""
    for horizon, step, most in (
        (720, 1, 240),
        (719, 1, 240),
        (2160, 1, 240),
        (20_000, 0.5, 100),
        (24, 24, 240),
        (7, 1, 3),
    ):
        hours = frame_hours(horizon, step, most)
        assert hours[0] == 0 and hours[-1] == horizon and len(hours) <= most + 1
        assert np.all(np.diff(hours) > 0) and len(set(np.diff(hours)[:-1])) <= 1
    assert len(frame_hours(720, 1, 240)) == 241


def test_of_a_large_network_a_sample_is_shown_and_said_to_be_one() -> None:
    """Drawn users stand for their own rows; charts and hops are of all users."""
    asked = request("data-breach", users=3000, horizon="18 d")
    seen = record(asked, [Shown("disclosure")], Seeds.of(1), most_users=150, most_frames=20)
    shown = seen.panels[0]
    assert seen.places.n == 150 and "a sample of 150 of 3,000 users" in seen.note
    trust = shown.engine.world.in_first_order(shown.engine.expressed_trust())
    assert np.abs(shown.trust[-1] / 200 - trust[seen.places.first]).max() <= 0.0026
    known = sum(int(shown.by_hop[k][-1]) for k in ("0", "1", "2", "3+"))
    assert known > np.sum(shown.heard != NEVER) > 0
    assert shown.teller.max() <= 151  # 150: nobody; 151: somebody who is not drawn


def test_the_same_network_stands_where_it_stood(small: Recording) -> None:
    assert places_of(small.panels[0].engine.world) is small.places


def test_places_are_kept_between_starts_and_laid_out_anew_when_a_file_is_broken(tmp_path: Path) -> None:
    """From the file the very same numbers; a torn file, or another network, is laid out; few files are kept."""
    graph = generate("powerlaw_cluster", users=400, seed=1)
    laid_out = positions(graph.start, graph.heard)
    for _ in range(2):
        assert np.array_equal(kept.kept_positions(graph.start, graph.heard, tmp_path), laid_out)
    [file] = tmp_path.iterdir()
    np.save(file, laid_out + 1.0)
    assert np.array_equal(kept.kept_positions(graph.start, graph.heard, tmp_path), laid_out + 1.0)  # it is read
    file.write_bytes(file.read_bytes()[:200])
    assert np.array_equal(kept.kept_positions(graph.start, graph.heard, tmp_path), laid_out)
    for k in range(kept.MOST_FILES + 5):
        (tmp_path / f"old{k}.npy").touch()
    other = generate("powerlaw_cluster", users=400, seed=2)
    kept.kept_positions(other.start, other.heard, tmp_path)
    assert len(list(tmp_path.iterdir())) == kept.MOST_FILES


def test_a_recording_can_be_called_off() -> None:
    asked = request("data-breach", changes=SMALL)
    with pytest.raises(StoppedError):
        recorded(asked.scenario, [ToRun("a", "A", asked.setup(None, Seeds.of(1)))], stop=lambda: True)


def test_an_unknown_arm_is_named() -> None:
    with pytest.raises(RippleError, match="no arm 'silense'"):
        record(request("data-breach", changes=SMALL), [Shown("silense")], Seeds.of(1))


# --- the message ---


@pytest.mark.parametrize("compact", [False, True])
def test_what_is_read_from_a_message_is_what_was_recorded(small: Recording, compact: bool) -> None:
    read = decode(encode(small, compact=compact))
    assert read["title"] == small.title and read["users"]["label"] == list(small.labels or ())
    assert np.array_equal(read["ties"]["to"], small.places.ties[:, 1])
    for panel, shown in zip(read["panels"], small.panels, strict=True):
        assert np.array_equal(panel["trust"], shown.trust.reshape(-1))
        assert np.array_equal(panel["passages"]["from"], shown.passages["teller"])
        assert np.array_equal(panel["series"]["heard_by_hop"]["1"], shown.by_hop["1"])


def test_users_names_travel_only_when_asked_for(small: Recording) -> None:
    assert b'"label":' in encode(small) and b'"label":' not in encode(replace(small, labels=None))


def test_other_bytes_are_refused() -> None:
    with pytest.raises(RippleError, match="no recording"):
        decode(b"GIF89a" + bytes(100))


@pytest.mark.parametrize("compact", [False, True])
def test_the_browser_reads_the_same_as_python(
    small: Recording, compact: bool, chromium: Chromium, tmp_path: Path
) -> None:
    """decode(unpack(packed)) in JavaScript is decode(message) in Python, value by value."""
    message = encode(small, compact=compact)
    page_file = tmp_path / "frames.html"
    script = FRAMES_JS.read_text(encoding="utf-8")
    flat = "v => ArrayBuffer.isView(v) ? Array.from(v) : v"
    page_file.write_text(
        f"<!doctype html><meta charset=utf-8><title>t</title><script>{script}</script>"
        f"<script>ripple.frames.unpack('{packed(message)}').then(b => {{ const f = {flat};"
        "const told = JSON.stringify(ripple.frames.decode(b), (k, v) => f(v));"
        "document.body.textContent = told; document.body.dataset.done = 'yes'; })</script>",
        encoding="utf-8",
    )
    with chromium.open(page_file) as page:
        page.wait_for_selector("body[data-done=yes]")
        in_browser = json.loads(page.text_content("body") or "")
    in_python = json.loads(json.dumps(decode(message), default=lambda array: array.tolist()))
    assert in_browser == in_python
    assert in_browser["users"]["n"] == 200
