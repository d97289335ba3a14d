"""A local Teams for tests and local runs: an HTTP server on this computer that keeps what it is sent."""

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
    """What Teams would have received.

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
        """Return the inbox of another connection, and redirect that connection to it.

        Args:
            conn_id: The connection that an alert uses.
        """
        return self._another(conn_id)


@contextmanager
def serve_teams(*conn_ids: str, setenv: Callable[[str, str], None]) -> Iterator[TeamsInbox]:
    """Serve a local Teams, and yield the inbox of some connections.

    Args:
        *conn_ids: The connections.
        setenv: Sets an environment variable while the inbox is in use.
    """
    inboxes: dict[str, TeamsInbox] = {}

    def redirect(conn_id: str, inbox: TeamsInbox) -> TeamsInbox:
        url = f"http://127.0.0.1:{server.server_port}/{conn_id}?sig=test"
        setenv(connection_variable(conn_id), json.dumps({"conn_type": "http", "password": url}))
        return inboxes.setdefault(conn_id, inbox)

    def another(conn_id: str) -> TeamsInbox:
        return inboxes.get(conn_id) or redirect(conn_id, TeamsInbox(another))

    with ThreadingHTTPServer(("127.0.0.1", 0), _receiver(inboxes)) as server:
        # How often it checks whether to stop: the default of half a second would slow down each test.
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        inbox = TeamsInbox(another)
        for conn_id in conn_ids:
            redirect(conn_id, inbox)
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
            """Log nothing: the output belongs to the test."""

    return Receiver
