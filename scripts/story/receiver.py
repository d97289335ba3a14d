"""The workflow of Microsoft Teams that alerts go to: a server with TLS that keeps the cards."""

from __future__ import annotations

import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

from scripts.story.cluster import GATEWAY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripts.story.certificates import Authority

HOST = "teams.example.com"
PORT = 8443
URL = (
    f"https://{HOST}:{PORT}/workflows/0123456789abcdef0123456789abcdef/triggers/manual/paths/invoke"
    "?api-version=1&sp=%2Frun&sig=signature-of-the-story"
)


@contextmanager
def receiver(authority: Authority) -> Iterator[list[str]]:
    """Serve while the block runs; yields the texts of the cards that have come."""
    cards: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            cards.append(json.dumps(body["attachments"][0]["content"], ensure_ascii=False))
            self.send_response(202)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing of requests."""

    server = ThreadingHTTPServer((GATEWAY, PORT), Handler)
    server.socket = authority.context().wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield cards
    finally:
        server.shutdown()
        server.server_close()
