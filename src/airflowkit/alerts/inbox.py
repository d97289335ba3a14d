"""A Teams for tests: an HTTP server on this computer that keeps what it is sent."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True, slots=True)
class TeamsInbox:
    """What Teams would have got.

    Attributes:
        messages: Each request's body, in the order of arrival.
    """

    messages: list[dict[str, Any]] = field(default_factory=list)
    _open: Callable[[str], TeamsInbox] | None = None

    @property
    def cards(self) -> list[dict[str, Any]]:
        """The Adaptive Cards, in the order of arrival."""
        return [attachment["content"] for message in self.messages for attachment in message["attachments"]]

    def of(self, conn_id: str) -> TeamsInbox:
        """Return the inbox of another connection, which leads there from now on.

        Args:
            conn_id: The connection that an alert names.
        """
        if self._open is None:
            raise LookupError("ask the inbox that the fixture gave")
        return self._open(conn_id)


@contextmanager
def teams(conn_id: str, setenv: Callable[[str, str], None]) -> Iterator[TeamsInbox]:
    """Serve Teams, and yield the inbox of a connection.

    Args:
        conn_id: The connection.
        setenv: Sets an environment variable, for as long as the inbox is needed.
    """
    inboxes: dict[str, TeamsInbox] = {}

    def opened(named: str) -> TeamsInbox:
        if named not in inboxes:
            inboxes[named] = TeamsInbox([], opened)
            url = f"http://127.0.0.1:{server.server_port}/{named}?sig=test"
            setenv(f"AIRFLOW_CONN_{named.upper()}", json.dumps({"conn_type": "http", "password": url}))
        return inboxes[named]

    with ThreadingHTTPServer(("127.0.0.1", 0), _receiver(inboxes)) as server:
        # It looks that often whether to end: by default every half second, which each test would wait for.
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield opened(conn_id)
        server.shutdown()


def _receiver(inboxes: dict[str, TeamsInbox]) -> type[BaseHTTPRequestHandler]:
    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            inboxes[self.path.strip("/").partition("?")[0]].messages.append(body)
            self.send_response(202)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Keep the test's output to the test."""

    return Receiver
