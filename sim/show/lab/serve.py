"""Starts the lab: finds a port, prepares the first picture, opens the browser, and ends cleanly with Ctrl-C."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import RippleError
from sim.scenario.sources import is_path
from sim.show.lab.classroom import Classroom
from sim.show.lab.server import Lab, app_of
from sim.show.lab.uploads import Limits
from sim.show.lab.work import Work

if TYPE_CHECKING:
    import uvicorn

PORT = 8321
LOOPBACK = "127.0.0.1"
IN_A_CLASS = Limits(users=5_000, ticks=9_000)
_SECONDS, _SECONDS_IN_A_CLASS = 180.0, 20.0  # that one run may take
_TRIES = 50  # ports after the usual one


def require_installed() -> None:
    """Raises RippleError when the packages of the page are missing."""
    missing = [name for name in ("starlette", "uvicorn", "websockets", "segno") if find_spec(name) is None]
    if missing:
        raise RippleError(f"the lab needs {', '.join(missing)}; install them with: pip install 'trust-ripple[lab]'")


def free_socket(host: str, port: int, *, exact: bool) -> socket.socket:
    """A listening socket at a port, or at the next one that is free. exact: at this port only. Raises RippleError."""
    ports = [port] if exact else [*range(port, port + _TRIES), 0]
    for one in ports:
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if sys.platform != "win32":  # there it would let two programs share a port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, one))
            listening.listen(128)
            listening.setblocking(False)
            return listening
        except OSError as problem:
            listening.close()
            if exact:
                raise RippleError(
                    f"port {port} cannot be used: {problem.strerror}; leave out --port to find a free one"
                ) from None
    raise RippleError("no free port was found")


def own_address() -> str:
    """The address of this machine in the local network. Raises RippleError when it is in none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address of no one; nothing is sent
            return str(probe.getsockname()[0])
        except OSError:
            raise RippleError("this machine is in no network that students could reach it by") from None


def lab_for(scenario: str | Path, listening: socket.socket, *, in_class: str | None = None) -> Lab:
    """The lab behind a socket. in_class: the address of this machine, for a class. Raises RippleError for the scenario."""
    port = listening.getsockname()[1]
    names = {LOOPBACK, "localhost", "[::1]"} | ({in_class} if in_class else set())
    hosts = {f"{name}:{port}" for name in names} | (names if port == 80 else set())
    limits = IN_A_CLASS if in_class else Limits()
    lab = Lab(
        "",
        hosts,
        limits,
        Classroom(f"{in_class}:{port}") if in_class else None,
        work=Work(most_seconds=_SECONDS_IN_A_CLASS if in_class else _SECONDS),
    )
    if lab.classroom is not None:
        lab.classroom.teacher_token = lab.token
    lab.scenario = _first(scenario, lab)
    return lab


def _first(scenario: str | Path, lab: Lab) -> str:
    """The name under which pages ask for the first scenario; a file is kept as an upload that all sessions see."""
    from sim.scenario.scenario import load

    found = load(scenario)
    if not is_path(str(scenario)):
        return str(scenario)
    if found.rules:
        raise RippleError(f"{scenario}: rules of your own are not run by a page; use `ripple run --allow-code`")
    lab.limits.check(found, None)
    lab.given[found.name] = found
    return found.name


@contextmanager
def serving(lab: Lab, listening: socket.socket) -> Iterator[str]:
    """The lab in a thread of its own, for tests and measurements; gives its address."""
    server = _server(lab)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        while not server.started:
            thread.join(0.01)
            if not thread.is_alive():
                raise RuntimeError("the server did not start")
        yield f"http://{LOOPBACK}:{listening.getsockname()[1]}/"
    finally:
        server.should_exit = True
        server.force_exit = True
        thread.join(10)
        lab.work.close()
        listening.close()


def run(lab: Lab, listening: socket.socket, *, browser: bool, say: Callable[[str], None]) -> None:
    """Serve until Ctrl-C."""
    address = f"http://{LOOPBACK}:{listening.getsockname()[1]}/"
    warm = threading.Thread(target=_warm, args=(lab,), daemon=True)
    warm.start()
    server = _server(lab)
    say(f"The lab is open at {address}   (Ctrl-C closes it)")
    if lab.classroom is not None:
        say(f"Students open http://{lab.classroom.address}")
    if browser:
        threading.Thread(target=_open_when_started, args=(server, address), daemon=True).start()
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listening])
    lab.work.close()
    listening.close()


def _server(lab: Lab) -> uvicorn.Server:
    import uvicorn

    config = uvicorn.Config(
        app_of(lab), log_level="error", access_log=False, lifespan="off", ws="websockets-sansio", ws_max_size=70_000,
        timeout_graceful_shutdown=2, server_header=False
    )  # fmt: skip
    return uvicorn.Server(config)


def _open_when_started(server: uvicorn.Server, address: str) -> None:
    while not server.started and not server.should_exit:
        threading.Event().wait(0.02)
    if server.started:
        webbrowser.open(address)


def _warm(lab: Lab) -> None:
    """The first picture is made while the browser starts: kernels are read, users are placed."""
    from sim.show.lab import answers

    with contextlib.suppress(RippleError):
        answers.run({"scenario": lab.scenario}, lab.uploads("warm"), lab.limits, lambda: False)
