"""A Teams of our own: an HTTP server on this computer that keeps what it is sent, for tests and for local runs."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from airflowkit._airflow import connection_variable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True, slots=True)
class TeamsInbox:
    """What Teams would have got.

    Attributes:
        messages: Each request's body, in the order of arrival.
    """

    _another: Callable[[str], TeamsInbox] = field(repr=False)
    messages: list[dict[str, Any]] = field(default_factory=list)

    @property
    def cards(self) -> list[dict[str, Any]]:
        """The Adaptive Cards, in the order of arrival."""
        return [attachment["content"] for message in self.messages for attachment in message["attachments"]]

    def of(self, conn_id: str) -> TeamsInbox:
        """Return the inbox of another connection, which leads there from now on.

        Args:
            conn_id: The connection that an alert names.
        """
        return self._another(conn_id)


@contextmanager
def teams(*conn_ids: str, setenv: Callable[[str, str], None]) -> Iterator[TeamsInbox]:
    """Serve Teams, and yield the inbox that connections lead to.

    Args:
        *conn_ids: The connections.
        setenv: Sets an environment variable, for as long as the inbox is needed.
    """
    inboxes: dict[str, TeamsInbox] = {}

    def lead(conn_id: str, inbox: TeamsInbox) -> TeamsInbox:
        url = f"http://127.0.0.1:{server.server_port}/{conn_id}?sig=test"
        setenv(connection_variable(conn_id), json.dumps({"conn_type": "http", "password": url}))
        return inboxes.setdefault(conn_id, inbox)

    def another(conn_id: str) -> TeamsInbox:
        return inboxes.get(conn_id) or lead(conn_id, TeamsInbox(another))

    with ThreadingHTTPServer(("127.0.0.1", 0), _receiver(inboxes)) as server:
        # It looks that often whether to end: by default every half second, which each test would wait for.
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        inbox = TeamsInbox(another)
        for conn_id in conn_ids:
            lead(conn_id, inbox)
        yield inbox
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
