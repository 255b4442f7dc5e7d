"""A class in the lab: who may connect, and thirty sessions at once."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest
from lab_served import served
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from sim.show.lab.answers import run
from sim.show.lab.uploads import Limits
from sim.show.lab.work import OutdatedError, Work
from sim.show.replay.encoding import decode

SESSIONS, CHANGES = 30, 5


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    with served(tmp_path_factory.mktemp("class"), in_class=True) as found:
        yield found


def meet(address: str, token: str | None, origin: str | None, host: str | None = None):
    """A connection as a page of `origin` makes it."""
    where = address.removeprefix("http://").rstrip("/")
    query = "" if token is None else f"?token={token}"
    if host is None:
        return connect(f"ws://{where}/ws{query}", origin=origin, proxy=None)
    name, _, port = where.partition(":")
    return connect(f"ws://{host}/ws{query}", origin=origin, proxy=None, address=(name, int(port)))


def test_a_page_of_the_class_meets_it(room):
    lab, address = room
    with meet(address, lab.token, address.rstrip("/")) as socket:
        assert json.loads(socket.recv(timeout=10))["type"] == "students"


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1", "http://127.0.0.1:1", None])
def test_a_socket_with_a_forged_origin_or_none_is_refused(room, origin):
    lab, address = room
    with pytest.raises(InvalidStatus) as refused:
        meet(address, lab.token, origin)
    assert refused.value.response.status_code == 403
    assert not lab.classroom.teachers


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8400", "127.0.0.1:1"])
def test_a_socket_under_a_foreign_host_is_refused(room, host):
    lab, address = room
    for origin in (
        address.rstrip("/"),
        f"http://{host}",
    ):  # a name that was bound anew to this machine has its own origin
        with pytest.raises(InvalidStatus) as refused:
            meet(address, lab.token, origin, host)
        assert refused.value.response.status_code == 403


def test_a_socket_without_the_token_is_refused(room):
    lab, address = room
    for token in (None, "", "wrong", lab.token[:-1], lab.classroom.token + "x"):
        with pytest.raises(InvalidStatus) as refused:
            meet(address, token, address.rstrip("/"))
        assert refused.value.response.status_code == 403


def test_of_thirty_sessions_each_ends_with_the_answer_to_its_newest_wish(room):
    """Each sends five changes without waiting. The last is answered, as it is alone; of the others some are outdated
    (409), none is refused. What is wanted is at most one run of each session."""
    lab, address = room
    most = []

    async def all_at_once():
        async with httpx.AsyncClient(timeout=120, limits=httpx.Limits(max_connections=200)) as client:

            async def one(session: int, change: int):
                await asyncio.sleep(0.01 * change)
                headers = {"x-ripple-token": lab.classroom.token, "x-ripple-session": f"s{session}"}
                asked = {"scenario": "small", "seed": session, "settings": {"reach": reach_of(session, change)}}
                found = await client.post(f"{address}api/run", json=asked, headers=headers)
                most.append(len(lab.work.jobs))
                return found

            pairs = [(s, c) for c in range(CHANGES) for s in range(SESSIONS)]
            return dict(zip(pairs, await asyncio.gather(*(one(*pair) for pair in pairs)), strict=True))

    found = asyncio.run(all_at_once())
    assert max(most) <= SESSIONS < lab.work.workers + lab.work.most_waiting
    assert not lab.work.jobs
    assert {answer.status_code for answer in found.values()} <= {200, 409}
    for session in range(SESSIONS):
        newest = found[session, CHANGES - 1]
        assert newest.status_code == 200
        if session % 10 == 0:
            asked = {"scenario": "small", "seed": session, "settings": {"reach": reach_of(session, CHANGES - 1)}}
            alone = run(asked, lab.uploads("alone"), Limits(), lambda: False)
            assert decode(newest.content)["panels"][0]["trust"].tolist() == decode(alone)["panels"][0]["trust"].tolist()


def reach_of(session: int, change: int) -> float:
    return round(0.1 + 0.02 * session + 0.05 * change, 2)


def test_a_wish_that_is_outdated_leaves_the_queue_at_once():
    """Behind one run that lasts, a hundred wishes of one session: one waits, the others end before the run does."""
    work = Work(workers=1, most_waiting=2)

    async def many():
        ended = asyncio.Event()

        def long(stop):
            asyncio.run_coroutine_threadsafe(ended.wait(), loop).result()
            return "long"

        loop = asyncio.get_running_loop()
        first = asyncio.create_task(work.do("a", "run", long))
        await asyncio.sleep(0)
        wishes = []
        for k in range(100):
            wishes.append(asyncio.create_task(work.do("b", "run", lambda stop, k=k: k)))
            await asyncio.sleep(0)
            assert len(work.jobs) == 2
        left, _ = await asyncio.wait(wishes[:-1], timeout=20)  # it takes no time; 20 s only end a test that fails
        lasts = not first.done()
        ended.set()
        assert len(left) == 99 and all(isinstance(one.exception(), OutdatedError) for one in left) and lasts
        return await first, await wishes[-1]

    assert asyncio.run(many()) == ("long", 99)
    work.close()
