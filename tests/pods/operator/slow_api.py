"""A relay to a Kubernetes API that answers late when a pod is created: it exists before the operator knows."""

from __future__ import annotations

import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import TYPE_CHECKING

import urllib3
import yaml

if TYPE_CHECKING:
    from pathlib import Path

LATE = 2.5
DROPPED = {"connection", "transfer-encoding", "content-length", "host"}


class SlowApi:
    """The relay; `created` is set when the API server has made a pod, `LATE` seconds before the caller learns it."""

    def __init__(self, kubeconfig: Path, folder: Path) -> None:
        self.created = Event()
        config = yaml.safe_load(kubeconfig.read_text())
        upstream, token = config["clusters"][0]["cluster"]["server"], config["users"][0]["user"]["token"]
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(upstream, token, self.created))
        self._server.handle_error = lambda *args: None  # callers that hang up are what it is for
        Thread(target=self._server.serve_forever, daemon=True).start()
        config["clusters"][0]["cluster"] = {"server": f"http://127.0.0.1:{self._server.server_port}"}
        self.kubeconfig = folder / "slow.kubeconfig"
        self.kubeconfig.write_text(yaml.safe_dump(config))


def _handler(upstream: str, token: str, created: Event) -> type[BaseHTTPRequestHandler]:
    pool = urllib3.PoolManager(cert_reqs="CERT_NONE")

    class Handler(BaseHTTPRequestHandler):
        def relay(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {key: value for key, value in self.headers.items() if key.lower() not in DROPPED}
            headers["Authorization"] = f"Bearer {token}"
            answer = pool.request(
                self.command, upstream + self.path, body=body or None, headers=headers, preload_content=False
            )
            if self.command == "POST" and self.path.endswith("/pods"):
                created.set()
                time.sleep(LATE)
            self.send_response(answer.status)
            for key, value in answer.headers.items():
                if key.lower() not in DROPPED:
                    self.send_header(key, value)
            self.end_headers()
            for chunk in answer.stream(1024):
                self.wfile.write(chunk)

        do_GET = do_POST = do_PATCH = do_DELETE = relay  # noqa: N815  http.server's names

        def log_message(self, *args: object) -> None:
            """Keep quiet."""

    return Handler
