"""The server of the lab: what it answers, whom it refuses, and what it never does."""

from __future__ import annotations

import asyncio
import io
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import numpy as np
import pytest
from lab_served import SMALL, ask, served, start_of

from sim.cli import call
from sim.errors import RippleError
from sim.scenario.scenario import load_text
from sim.show.lab.answers import recording_of
from sim.show.lab.asking import understood
from sim.show.lab.assets import PAGE_SCRIPTS, PLAYER_SCRIPTS, text_of
from sim.show.lab.controls import controls
from sim.show.lab.guard import POLICY
from sim.show.lab.person import ledger_of
from sim.show.lab.serve import LOOPBACK, free_socket
from sim.show.lab.uploads import Limits, Uploads
from sim.show.lab.work import BusyError, OutdatedError, Work
from sim.show.replay.recording import StoppedError

ROOT = Path(__file__).resolve().parent.parent
ASK = {"scenario": "small"}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with served(tmp_path_factory.mktemp("lab")) as found:
        yield found


def uploads():
    found = Uploads(Limits())
    found.given["small"] = load_text(SMALL, "small.yaml")
    return found


def test_the_page_has_the_token_and_a_strict_policy(lab):
    server, address = lab
    answer = httpx.get(address)
    assert start_of(answer.text)["token"] == server.token
    assert answer.headers["content-security-policy"] == POLICY
    assert "unsafe" not in POLICY and "http" not in POLICY
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", ""])
def test_a_foreign_host_is_refused(lab, host):
    server, address = lab
    assert httpx.get(address, headers={"host": host}).status_code == 403
    assert ask(server, address, "run", ASK, host=host).status_code == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1", "http://127.0.0.1:1"])
def test_a_foreign_origin_is_refused(lab, origin):
    server, address = lab
    assert ask(server, address, "run", ASK, origin=origin).status_code == 403


def test_work_needs_the_token(lab):
    server, address = lab
    for token in (None, "", "wrong", server.token[:-1]):
        assert ask(server, address, "run", ASK, x_ripple_token=token).status_code == 403
    assert ask(server, address, "run", ASK).status_code == 200
    assert httpx.put(f"{address}api/run").status_code == 403


def test_no_file_but_those_of_the_page_is_served(lab):
    _, address = lab
    for path in ("static/../server.py", "static/%2e%2e/server.py", "static/page.html", "static/nothing", "etc/passwd"):
        assert httpx.get(address + path).status_code == 404
    assert httpx.get(f"{address}static/lab.js").status_code == 200


def test_scripts_run_no_text_as_code_and_name_no_other_host():
    for name in (*PLAYER_SCRIPTS, *PAGE_SCRIPTS, "frames.js"):
        text = text_of(name)
        for word in (
            "eval(",
            "new Function",
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "import(",
        ):
            assert word not in text, (name, word)
        assert "http://" not in text.replace("http://www.w3.org/2000/svg", "").replace(
            "`http://${start.address}`", ""
        ), name
        assert "https://" not in text, name


def test_a_scenario_is_only_ever_one_of_the_library_or_an_upload(lab, tmp_path):
    server, address = lab
    (tmp_path / "mine.yaml").write_text(SMALL)
    for name in (str(tmp_path / "mine.yaml"), "../small.yaml", "/etc/passwd", "breach"):
        answer = ask(server, address, "run", {"scenario": name})
        assert answer.status_code == 422
        assert "there is no scenario" in answer.json()["problem"]


def test_a_file_that_is_handed_over_can_name_no_file():
    text = SMALL.replace("{kind: powerlaw_cluster, users: 200, ties: 4, triangles: 0.3}", "{file: /etc/passwd}")
    with pytest.raises(RippleError, match=r"line 6 +network.file: no file is read here"):
        load_text(text, "mine.yaml")
    for line, where in (
        ("users: /etc/passwd", "users"),
        ("users: {file: /etc/passwd}", "users.file"),
        ("arms: {a: {brand: {desk: {log: /etc/passwd}}}}", "arms.a.brand.desk.log"),
        ("arms: {a: {brand: {desk: {log: {file: /etc/passwd}}}}}", "arms.a.brand.desk.log.file"),
    ):
        with pytest.raises(RippleError, match=rf"line 3 +{where}: no file is read here"):
            load_text(f"ripple: 1\nextends: data-breach\n{line}\n", "mine.yaml")
    with pytest.raises(RippleError, match=r"extends: only a name of the library"):
        load_text("ripple: 1\nextends: /etc/passwd.yaml\n", "mine.yaml")
    with pytest.raises(RippleError, match=r"rules: rules of your own are not run here"):
        load_text(SMALL + "rules: [os:system]\n", "mine.yaml")
    assert load_text("ripple: 1\nextends: data-breach\nhorizon: 60 d\n", "mine.yaml").horizon == 60 * 24


def test_mistakes_of_an_upload_read_as_on_the_command_line(lab):
    server, address = lab
    text = SMALL.replace("reach: 30 %", "reach: 40").encode()
    answer = ask(server, address, "upload", text, x_ripple_name="mine.yaml")
    assert answer.status_code == 422
    told = answer.json()["problem"]
    assert told.startswith("mine.yaml: 1 mistake\n  line 9  timeline[0].reach: ")
    answer = ask(server, address, "upload", b"a,b\nc\n", x_ripple_name="ties.csv")
    assert answer.status_code == 422 and answer.json()["problem"].startswith("ties.csv")
    assert "tmp" not in answer.json()["problem"]


def test_uploads_are_bounded():
    small = Uploads(Limits(users=100, ticks=50))
    with pytest.raises(RippleError, match="200 users are more than the lab runs"):
        small.take("mine.yaml", SMALL.encode())
    with pytest.raises(RippleError, match="ticks are more than the lab runs"):
        Uploads(Limits(ticks=50)).take("mine.yaml", SMALL.encode())
    with pytest.raises(RippleError, match=r"larger than 0.2 MB"):
        small.take("mine.yaml", b"#" * 300_000)
    with pytest.raises(RippleError, match="neither a scenario nor an edge list"):
        small.take("mine.exe", b"MZ")
    ring = "".join(f"{i},{(i + 1) % 150}\n" for i in range(150)).encode()
    with pytest.raises(RippleError, match="150 users are more"):
        small.take("ring.csv", ring)
    assert Uploads(Limits()).take("../../ring.csv", ring)[0] == "network"


def test_sliders_change_what_they_name():
    """What a slider says is what the scenario says after it was moved."""
    kept = uploads()
    asked = understood(ASK, kept, Limits())
    known = {one.key: one for one in controls(asked.base, asked.shown)}
    assert set(known) == {"severity", "reach", "virality", "delay", "desk", "talk", "clustering"}
    settings = {"severity": 0.9, "reach": 0.6, "virality": 2.0, "delay": 30, "desk": 4, "talk": 0.03, "clustering": 0.8}
    moved = understood({**ASK, "settings": settings}, kept, Limits())
    after = {one.key: one.value for one in controls(moved.request.scenario, moved.shown)}
    assert after == pytest.approx(settings)
    with pytest.raises(RippleError, match="reach: '7' is not a number from 0 to 1"):
        understood({**ASK, "settings": {"reach": 7}}, kept, Limits())


def test_other_ties_leave_users_where_they_stand():
    kept = uploads()
    first, second = (understood({**ASK, "settings": s}, kept, Limits()) for s in ({}, {"clustering": 0.9}))
    here, there = (asked.places(asked.world()) for asked in (first, second))
    assert np.array_equal(here.x, there.x) and np.array_equal(here.first, there.first)
    assert not np.array_equal(here.ties, there.ties)
    world = second.world()
    assert np.array_equal(world.order[there.rows], there.first)


def test_the_story_starts_at_one_user_or_at_the_largest_hub():
    kept = uploads()
    for start, row in (({"user": "17"}, 17), ({"hub": True}, None)):
        asked = understood({**ASK, "start": start}, kept, Limits())
        world = asked.world()
        row = int(np.argmax(world.graph_as_read.n_listeners)) if row is None else row
        act = asked.request.scenario.timeline[0]
        assert dict(act.audience) == {"kind": "users", "labels": (str(row),)}
        assert act.reach == 1.0


def test_acts_are_added_to_one_side_or_both():
    kept = uploads()
    acts = [{"act": "apology", "at": 150, "side": 1}, {"act": "outage", "at": 100.25, "side": "both"}]
    scenario = understood({**ASK, "acts": acts}, kept, Limits()).request.scenario
    added = scenario.arms["disclosure"].acts[-1]
    assert (added.kind, added.at, added.of) == ("apology", 150, "breach")
    assert [act.at for act in scenario.timeline if act.kind == "outage"] == [100.25]
    assert len(scenario.arms["silence"].acts) == 0
    quiet = {**ASK, "sides": [{"arm": "silence", "quiet": True}, {"arm": "silence"}], "acts": [{**acts[0], "side": 0}]}
    with pytest.raises(RippleError, match="without the crisis nothing is added"):
        understood(quiet, kept, Limits())


def test_the_scenario_file_runs_as_the_page_did(lab):
    server, address = lab
    asked = {
        **ASK,
        "settings": {"reach": 0.5, "delay": 12},
        "start": {"hub": True},
        "acts": [{"act": "apology", "at": 150, "side": 1}],
    }
    text = ask(server, address, "scenario-file", asked).text
    assert load_text(text, "copied.yaml") == understood(asked, uploads(), Limits()).request.scenario


def test_a_lesson_comes_with_its_runs_and_answers_and_a_shared_file_with_no_names(lab):
    server, address = lab
    answer = ask(server, address, "lesson", ASK)
    assert answer.status_code == 200 and b'"lessons":[{' in answer.content
    assert ask(server, address, "lesson", {"scenario": "moderation"}).status_code == 422
    page = ask(server, address, "share", {**ASK, "settings": {"reach": 0.5}}).text
    assert page.startswith("<!doctype html>") and "default-src 'none'" in page
    ties = "".join(f"Ada {i},Ada {(i + 1) % 60}\n" for i in range(60)).encode()
    network = ask(server, address, "upload", ties, x_ripple_name="mine.csv").json()["id"]
    assert ask(server, address, "share", {**ASK, "network": network}).status_code == 200
    asked = understood({**ASK, "network": network}, server.uploads("test"), Limits())
    assert recording_of(asked, lambda: False, names=False).labels is None
    assert b'"Ada 7"' in ask(server, address, "run", {**ASK, "network": network}).content


@pytest.mark.parametrize("nonsense", [None, 3, [], {}, {"scenario": 7}, {**ASK, "sides": 3}, {**ASK, "settings": [1]},
                                      {**ASK, "acts": [3]}, {**ASK, "seed": "x"}, {**ASK, "network": "no"},
                                      {**ASK, "acts": [{"act": "x", "at": "y"}]}, {**ASK, "start": {"user": {}}}])  # fmt: skip
def test_nonsense_is_told_in_words(lab, nonsense):
    server, address = lab
    answer = ask(server, address, "run", nonsense)
    assert answer.status_code == 422, answer.text
    assert answer.json()["problem"]


def test_a_ledger_of_a_user_adds_up():
    """The sum of all entries is the change of own trust; who heard has an entry that says so."""
    kept = uploads()
    asked = understood(ASK, kept, Limits())
    world = asked.world()
    setup = asked.request.setup("silence", asked.seeds, world)
    hub = int(np.argmax(world.graph.n_listeners))
    seen = set()
    for row in (hub, 0, 5, 9, 50):
        person = ledger_of(setup, row)
        assert sum(entry.points for entry in person.entries) == pytest.approx(person.total, abs=1e-4)
        seen |= {how.key for entry in person.entries for how in entry.hows}
    assert {"ledger.met", "ledger.heard"} <= seen


def test_a_newer_wish_of_a_session_stops_the_older_one():
    work, began = Work(workers=1), threading.Event()

    def long(stop):
        began.set()
        while not stop():
            time.sleep(0.001)
        raise StoppedError

    async def both():
        first = asyncio.create_task(work.do("a", "run", long))
        while not began.is_set():
            await asyncio.sleep(0.001)
        second = asyncio.create_task(work.do("a", "run", lambda stop: 7))
        with pytest.raises(OutdatedError):
            await first
        return await second

    assert asyncio.run(both()) == 7
    work.close()


def test_a_run_that_takes_too_long_is_stopped_and_the_queue_is_bounded():
    work = Work(workers=1, most_waiting=2, most_seconds=0.05)

    def long(stop):
        while not stop():
            time.sleep(0.001)
        raise StoppedError

    async def many():
        tasks = [asyncio.create_task(work.do(str(k), "run", long)) for k in range(6)]
        return await asyncio.gather(*tasks, return_exceptions=True)

    found = asyncio.run(many())
    assert sum(isinstance(one, BusyError) for one in found) == 3
    assert sum(isinstance(one, RippleError) and "took longer" in str(one) for one in found) == 3
    work.close()


def test_thirty_sessions_at_once_all_get_their_picture(lab):
    server, address = lab
    found = [None] * 30

    def one(k):
        found[k] = ask(server, address, "run", {**ASK, "seed": k}, x_ripple_session=f"s{k}").status_code

    threads = [threading.Thread(target=one, args=(k,)) for k in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [200] * 30


def test_students_need_the_code_and_hand_over_no_files(tmp_path):
    with served(tmp_path, in_class=True) as (server, address):
        room = server.classroom
        assert httpx.get(f"{address}c/WRONG").status_code == 404
        page = start_of(httpx.get(f"{address}c/{room.code.lower()}").text)
        assert page["role"] == "student" and page["token"] == room.token != server.token
        assert "address" not in page
        assert room.qr().startswith(b"<?xml") and b"<svg" in httpx.get(f"{address}class/qr.svg").content
        refused = ask(server, address, "upload", SMALL.encode(), x_ripple_name="a.yaml", x_ripple_token=room.token)
        assert refused.status_code == 403
        assert ask(server, address, "run", ASK, x_ripple_token=room.token).status_code == 200


def test_a_free_port_is_taken_when_the_usual_one_is_not_free():
    first = free_socket(LOOPBACK, 8450, exact=False)
    port = first.getsockname()[1]
    second = free_socket(LOOPBACK, port, exact=False)
    assert second.getsockname()[1] != port
    with pytest.raises(RippleError, match=f"port {port} cannot be used: .*; leave out --port to find a free one"):
        free_socket(LOOPBACK, port, exact=True)
    for one in (first, second):
        one.close()


def test_a_class_is_opened_only_after_a_yes(monkeypatch, capsys):
    monkeypatch.setattr("sim.show.lab.serve.own_address", lambda: "192.0.2.7")
    monkeypatch.setattr("sim.show.lab.serve.run", lambda *_, **__: pytest.fail("it was opened"))
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert call(["lab", "--class", "--no-browser"]) == 130
    assert "everyone in your local network who has the address" in capsys.readouterr().out


def test_ctrl_c_ends_the_lab_cleanly_and_at_once():
    """Exit code 0 and a last word, with no traceback; the address is said before anything heavy is done."""
    command = [sys.executable, "-m", "sim.cli", "lab", "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT) as lab:
        said = lab.stdout.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+/", said)[0]
        while True:
            try:
                assert httpx.get(address).status_code == 200
                break
            except httpx.TransportError:
                time.sleep(0.05)
        lab.send_signal(signal.CTRL_C_EVENT if sys.platform == "win32" else signal.SIGINT)
        rest = lab.stdout.read()
    assert lab.returncode == 0
    assert rest.strip() == "The lab is closed."
