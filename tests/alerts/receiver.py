"""A real HTTP server on loopback that answers by a script and keeps what it was sent."""

from __future__ import annotations

import json
import socket
import struct
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator

SIGNATURE = "Zx9-planted_signature%2Bof%2Fthe%2Fwebhook"
TARGET = (
    f"/workflows/0123456789abcdef0123456789abcdef/triggers/manual/paths/invoke?api-version=1&sp=%2Frun&sig={SIGNATURE}"
)


@dataclass
class Reply:
    """One scripted answer."""

    status: int = 202
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    act: Callable[[BaseHTTPRequestHandler, Receiver], None] | None = None


@dataclass
class Request:
    """What was sent."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def card(self) -> dict[str, Any]:
        """The card within the envelope."""
        return json.loads(self.body)["attachments"][0]["content"]


class Receiver:
    """A server; the last reply of the script is repeated."""

    def __init__(self, *script: Reply, tls: ssl.SSLContext | None = None) -> None:
        self.script = list(script) or [Reply()]
        self.requests: list[Request] = []
        self.stopped = Event()
        self._lock = Lock()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.scheme = "https" if tls else "http"
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)

    @property
    def base(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server.server_address[1]}"

    @property
    def url(self) -> str:
        return self.base + TARGET

    @property
    def cards(self) -> list[dict[str, Any]]:
        return [request.card for request in self.requests]

    def reply_to(self, request: Request) -> Reply:
        with self._lock:
            self.requests.append(request)
            return self.script[min(len(self.requests), len(self.script)) - 1]

    def _handler(receiver) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                body = self.rfile.read(length)
                request = Request(self.command, self.path, dict(self.headers), body, time.monotonic())
                reply = receiver.reply_to(request)
                if reply.act:
                    reply.act(self, receiver)
                    self.close_connection = True
                    return
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body)

            do_GET = do_POST  # noqa: N815  a redirected POST arrives as GET

            def log_message(self, *args: object) -> None:
                pass

        return Handler


def hang(_: BaseHTTPRequestHandler, receiver: Receiver) -> None:
    """Take the request and never answer."""
    receiver.stopped.wait(60)


def drip(handler: BaseHTTPRequestHandler, receiver: Receiver) -> None:
    """Answer a byte at a time, faster than any read timeout."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    while not receiver.stopped.wait(0.3):
        try:
            handler.wfile.write(b".")
            handler.wfile.flush()
        except OSError:
            return


def reset(handler: BaseHTTPRequestHandler, _: Receiver) -> None:
    """Break the connection off."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


@contextmanager
def running(*script: Reply, tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Serve while the block runs."""
    receiver = Receiver(*script, tls=tls)
    thread = Thread(target=receiver.server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.stopped.set()
        receiver.server.shutdown()
        receiver.server.server_close()
        thread.join(5)
