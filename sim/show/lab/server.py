"""The server of the page: what it hands out, and the few things it can be asked to do.

GET   /                       the page, with its token (in a class: /c/CODE for students)
GET   /static/NAME            scripts and styles, read once
POST  /api/about              a scenario: its arms, sliders, acts that can be added, sentences
POST  /api/run                a recording, as one binary message
POST  /api/person             the ledger of one user
POST  /api/scenario-file      the scenario with all changes, as YAML
POST  /api/lesson             all runs of a lesson, with its steps
POST  /api/share              one HTML file with this run
POST  /api/upload             a scenario or an edge list, in the body, its name in a header
WS    /ws                     who is there in a class, and what they see
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from sim.errors import RippleError
from sim.scenario.scenario import Scenario
from sim.scenario.sources import library_entries
from sim.show.lab import answers
from sim.show.lab.assets import served, text_of
from sim.show.lab.classroom import Classroom
from sim.show.lab.guard import App, Guard
from sim.show.lab.uploads import Limits, Uploads
from sim.show.lab.work import BusyError, OutdatedError, Work
from sim.show.texts import say

if TYPE_CHECKING:
    from starlette.requests import Request as HttpRequest
    from starlette.responses import Response

_MOST_SESSIONS = 200


@dataclass
class Lab:
    """What the server keeps while it runs. scenario: shown first; classroom: None outside of a class."""

    scenario: str
    hosts: set[str]
    limits: Limits = field(default_factory=Limits)
    classroom: Classroom | None = None
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    work: Work = field(default_factory=Work)
    sessions: dict[str, Uploads] = field(default_factory=dict)
    given: dict[str, Scenario] = field(default_factory=dict)  # the file of the command line, for all sessions

    def uploads(self, session: str) -> Uploads:
        """The uploads of a session; the session that was quiet longest gives way when there are too many."""
        found = self.sessions.pop(session, None) or Uploads(self.limits, dict(self.given))
        self.sessions[session] = found
        if len(self.sessions) > _MOST_SESSIONS:
            self.sessions.pop(next(iter(self.sessions)))
        return found


def app_of(lab: Lab) -> App:
    """The ASGI application, guarded."""
    from starlette.applications import Starlette
    from starlette.responses import Response
    from starlette.routing import Route, WebSocketRoute

    files = served()

    async def page(request: HttpRequest) -> Response:
        return Response(_page(lab, "teacher" if lab.classroom else "alone", lab.token), media_type="text/html")

    async def students_page(request: HttpRequest) -> Response:
        room = lab.classroom
        if room is None or not secrets.compare_digest(request.path_params["code"].upper(), room.code):
            return Response(say("server.noClass"), status_code=404, media_type="text/plain")
        return Response(_page(lab, "student", room.token), media_type="text/html")

    async def static(request: HttpRequest) -> Response:
        if request.path_params["name"] not in files:
            return Response(say("server.notFound"), status_code=404, media_type="text/plain")
        kind, text = files[request.path_params["name"]]
        return Response(text, media_type=kind)

    async def qr(request: HttpRequest) -> Response:
        if lab.classroom is None or not _is_teacher(lab, request):
            return Response(say("server.notFound"), status_code=404, media_type="text/plain")
        return Response(lab.classroom.qr(), media_type="image/svg+xml")

    routes = [
        Route("/", _for_teacher(lab, page)),
        Route("/c/{code}", students_page),
        Route("/static/{name}", static),
        Route("/class/qr.svg", qr),
        Route("/api/about", _answering(lab, answers.about), methods=["POST"]),
        Route("/api/run", _answering(lab, answers.run), methods=["POST"]),
        Route("/api/person", _answering(lab, answers.person), methods=["POST"]),
        Route("/api/scenario-file", _answering(lab, answers.scenario_file), methods=["POST"]),
        Route("/api/lesson", _answering(lab, answers.lesson), methods=["POST"]),
        Route("/api/share", _answering(lab, answers.share), methods=["POST"]),
        Route("/api/upload", _upload(lab), methods=["POST"]),
    ]
    if lab.classroom is not None:
        routes.append(WebSocketRoute("/ws", lab.classroom.meet))  # type: ignore[arg-type]
    tokens = {lab.token} | ({lab.classroom.token} if lab.classroom else set())
    return Guard(Starlette(routes=routes), lab.hosts, tokens)


def _is_teacher(lab: Lab, request: HttpRequest) -> bool:
    """The teacher sits at the machine that runs the lab."""
    return lab.classroom is None or (request.client is not None and request.client.host in ("127.0.0.1", "::1"))


def _for_teacher(lab: Lab, handler: Callable[..., Any]) -> Callable[..., Any]:
    async def only(request: HttpRequest) -> Response:
        from starlette.responses import Response

        if not _is_teacher(lab, request):
            return Response(say("server.askTeacher"), status_code=403, media_type="text/plain")
        return await handler(request)

    return only


def _page(lab: Lab, role: str, token: str) -> str:
    """The page with what differs from launch to launch, as text in attributes."""
    import html

    room = lab.classroom
    told: dict[str, object] = {
        "token": token,
        "role": role,
        "scenario": lab.scenario,
        "library": [{"name": name, **about} for name, about in library_entries().items()],
    }
    if room is not None and role == "teacher":
        told["address"] = room.address
    return text_of("page.html").replace("{{start}}", html.escape(json.dumps(told), quote=True))


def _session(request: HttpRequest) -> str:
    return request.headers.get("x-ripple-session", "")[:40] or "none"


def _answering(lab: Lab, answer: answers.Answer) -> Callable[..., Any]:
    """A route that runs an answer in the pool and tells mistakes in words."""

    async def route(request: HttpRequest) -> Response:
        from starlette.responses import JSONResponse, Response

        began = time.perf_counter()
        session = _session(request)
        try:
            asked = await request.json()
        except (ValueError, UnicodeDecodeError):
            return JSONResponse({"problem": say("server.noJson")}, status_code=400)
        uploads = lab.uploads(session)
        try:
            done = await lab.work.do(session, answer.__name__, lambda stop: answer(asked, uploads, lab.limits, stop))
        except RippleError as problem:
            return JSONResponse({"problem": str(problem)}, status_code=422)
        except OutdatedError:
            return JSONResponse({"outdated": True}, status_code=409)
        except BusyError:
            return JSONResponse({"problem": say("server.busy"), "busy": True}, status_code=503)
        except MemoryError:
            return JSONResponse({"problem": say("server.memory")}, status_code=422)
        took = {"x-ripple-ms": f"{1000 * (time.perf_counter() - began):.1f}"}
        if isinstance(done, bytes):
            return Response(done, media_type="application/octet-stream", headers=took)
        if isinstance(done, str):
            return Response(done, media_type="text/plain", headers=took)
        return JSONResponse(done, headers=took)

    return route


def _upload(lab: Lab) -> Callable[..., Any]:
    async def route(request: HttpRequest) -> Response:
        from starlette.responses import JSONResponse

        given = request.headers.get("x-ripple-token", "")
        if lab.classroom is not None and not secrets.compare_digest(given.encode(), lab.token.encode()):
            return JSONResponse({"problem": say("server.onlyTeacher")}, status_code=403)
        name = unquote(request.headers.get("x-ripple-name", "upload"))
        session = _session(request)
        data = await request.body()
        uploads = lab.uploads(session)
        try:
            kind, key = await lab.work.do(session, "upload", lambda _: uploads.take(name, data))
        except RippleError as problem:
            return JSONResponse({"problem": str(problem)}, status_code=422)
        except (OutdatedError, BusyError):
            return JSONResponse({"problem": say("server.busy")}, status_code=503)
        about = (
            {"users": uploads.networks[key].graph.n_users, "notes": list(uploads.networks[key].graph.notes)}
            if kind == "network"
            else {}
        )
        return JSONResponse({"kind": kind, "id": key, "name": name, **about})

    return route
