"""Who may ask: the right Host, the right Origin, and the token that was put into the page; and what a page may do.

The page loads nothing from elsewhere and runs no text as code; the headers below have the browser hold it to that. Other
sites that a browser has open can reach a server on this machine: Host and Origin stop them, and they cannot read the token.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from sim.show.texts import say

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
TOKEN_HEADER = b"x-ripple-token"
MOST_BODY = 21_000_000  # bytes of a request; uploads have bounds of their own below it


class Guard:
    """The outermost layer of the server. hosts: as they stand in the Host header, with the port; tokens: that are valid."""

    def __init__(self, app: App, hosts: set[str], tokens: set[str]) -> None:
        self.app, self.hosts, self.tokens = app, hosts, tokens

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        reason = self.refusal(scope)
        if reason is None:
            await self.app(scope, receive, _with_headers(send) if scope["type"] == "http" else send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 4403, "reason": reason})
        else:
            await _refuse(send, reason)

    def refusal(self, scope: Scope) -> str | None:
        """Why a request is refused; None when it is welcome."""
        headers = dict(scope["headers"])
        if headers.get(b"host", b"").decode("latin-1").lower() not in self.hosts:
            return say("server.host")
        origin = headers.get(b"origin")
        if origin is not None and not self._ours(origin.decode("latin-1").lower()):
            return say("server.origin")
        if scope["type"] == "websocket":
            query = scope.get("query_string", b"").decode("latin-1")
            given = next((part[6:] for part in query.split("&") if part.startswith("token=")), "")
            return None if origin is not None and self.knows(given) else say("server.token")
        if scope["method"] in ("GET", "HEAD"):
            return None
        if scope["method"] != "POST":
            return say("server.methods")
        if not self.knows(headers.get(TOKEN_HEADER, b"").decode("latin-1")):
            return say("server.token")
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > MOST_BODY:
            return say("server.tooLarge", megabytes=MOST_BODY // 1_000_000)
        return None

    def knows(self, token: str) -> bool:
        """Whether a token is one of ours, told in a time that says nothing about it."""
        return any(secrets.compare_digest(token.encode(), known.encode()) for known in list(self.tokens))

    def _ours(self, origin: str) -> bool:
        return any(origin == f"http://{host}" for host in self.hosts)


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *((k.encode(), v.encode()) for k, v in HEADERS.items())]
        await send(message)

    return sending


async def _refuse(send: Send, reason: str) -> None:
    body = reason.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    headers += [(name.encode(), value.encode()) for name, value in HEADERS.items()]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": body})
