"""A class: students open a short address, each in a session of its own; the teacher can show what one of them sees."""

from __future__ import annotations

import io
import json
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sim.show.texts import say

if TYPE_CHECKING:
    from starlette.websockets import WebSocket

_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that look alike
_MOST_STUDENTS = 120
_MOST_MESSAGE = 64_000  # characters
_MOST_VOTES, _LONGEST_VOTE = 200, 100  # of one student; characters


@dataclass
class _Student:
    socket: WebSocket
    name: str
    view: dict[str, Any] | None = None
    votes: dict[tuple[str, int], float | str] = field(default_factory=dict)  # (scenario, step) -> prediction


@dataclass
class Classroom:
    """address: what students open, without http://; code: its end; token: of the students' pages."""

    host: str
    code: str = field(default_factory=lambda: "".join(secrets.choice(_LETTERS) for _ in range(4)))
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    teacher_token: str = ""
    students: dict[str, _Student] = field(default_factory=dict)
    teachers: list[WebSocket] = field(default_factory=list)
    shown: str | None = None

    @property
    def address(self) -> str:
        """What students type."""
        return f"{self.host}/c/{self.code}"

    def qr(self) -> bytes:
        """The address as a QR code, SVG, dark on white."""
        import segno

        out = io.BytesIO()
        segno.make(f"http://{self.address}", error="m").save(out, kind="svg", scale=6, border=3, light="#ffffff")
        return out.getvalue()

    async def meet(self, socket: WebSocket) -> None:
        """One connection from beginning to end; the guard has let it in."""
        from starlette.websockets import WebSocketDisconnect

        await socket.accept()
        if secrets.compare_digest(socket.query_params.get("token", ""), self.teacher_token):
            await self._teacher(socket, WebSocketDisconnect)
            return
        if len(self.students) >= _MOST_STUDENTS:
            await socket.close(4429, say("server.full"))
            return
        key = secrets.token_hex(6)
        student = self.students[key] = _Student(socket, f"{len(self.students) + 1}")
        await self._tell_teachers()
        try:
            while True:
                await self._hear(key, student, _read(await socket.receive_text()))
        except WebSocketDisconnect:
            pass
        finally:
            del self.students[key]
            if self.shown == key:
                self.shown = None
            await self._tell_teachers()

    async def _teacher(self, socket: WebSocket, ended: type[Exception]) -> None:
        self.teachers.append(socket)
        await self._tell_teachers()
        try:
            while True:
                message = _read(await socket.receive_text())
                if message.get("type") == "show":
                    await self._show(message.get("id"))
                elif message.get("type") == "lesson":
                    await self._tell_votes(message.get("scenario"))
        except ended:
            pass
        finally:
            self.teachers.remove(socket)

    async def _hear(self, key: str, student: _Student, message: dict[str, Any]) -> None:
        if message.get("type") == "name":
            student.name = " ".join(str(message.get("name", "")).split())[:40] or student.name
            await self._tell_teachers()
        elif message.get("type") == "vote":
            await self._vote(student, message)
        elif message.get("type") == "lesson":
            await self._tell_votes(message.get("scenario"))
        elif message.get("type") == "view":
            student.view = {name: message.get(name) for name in ("ask", "frame", "playing", "mode")}
            if self.shown == key:
                await self._tell_teachers_view(student)

    async def _vote(self, student: _Student, message: dict[str, Any]) -> None:
        """A prediction of a student; one for each step, the latest counts."""
        scenario, step, value = (message.get(name) for name in ("scenario", "step", "value"))
        if not isinstance(scenario, str) or not isinstance(step, int) or len(student.votes) >= _MOST_VOTES:
            return
        if not isinstance(value, (int, float, str)) or len(str(value)) > _LONGEST_VOTE:
            return
        student.votes[scenario[:100], step] = value
        await self._tell_votes(scenario)

    async def _tell_votes(self, scenario: object) -> None:
        """All predictions for the lesson of a scenario, by step, to everyone: nobody is named."""
        votes: dict[str, list[float | str]] = {}
        for student in self.students.values():
            for (name, step), value in student.votes.items():
                if name == scenario:
                    votes.setdefault(str(step), []).append(value)
        message = {"type": "votes", "scenario": scenario, "votes": votes}
        for socket in [*self.teachers, *(one.socket for one in self.students.values())]:
            await _send(socket, message)

    async def _show(self, key: object) -> None:
        before = self.students.get(self.shown or "")
        self.shown = key if isinstance(key, str) and key in self.students else None
        if before is not None:
            await _send(before.socket, {"type": "shown", "on": False})
        if self.shown is not None:
            student = self.students[self.shown]
            await _send(student.socket, {"type": "shown", "on": True})
            await self._tell_teachers_view(student)
        await self._tell_teachers()

    async def _tell_teachers(self) -> None:
        names = [{"id": key, "name": one.name} for key, one in self.students.items()]
        for socket in list(self.teachers):
            await _send(socket, {"type": "students", "students": names, "shown": self.shown})

    async def _tell_teachers_view(self, student: _Student) -> None:
        if student.view is not None:
            for socket in list(self.teachers):
                await _send(socket, {"type": "view", "name": student.name, **student.view})


def _read(text: str) -> dict[str, Any]:
    """A message; what is no message is an empty one."""
    if len(text) > _MOST_MESSAGE:
        return {}
    try:
        message = json.loads(text)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}


async def _send(socket: WebSocket, message: dict[str, Any]) -> None:
    """Tell somebody who may have left meanwhile."""
    from starlette.websockets import WebSocketDisconnect

    try:
        await socket.send_text(json.dumps(message))
    except (RuntimeError, WebSocketDisconnect):
        return
