"""Git repositories that Airflow reads from, and a server that asks for a login."""

from __future__ import annotations

import base64
import os
import subprocess
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

USER, TOKEN = "x-access-token", "t0ken-of-the-tests"
BACKEND = "/usr/lib/git-core/git-http-backend"


def git(*arguments: str, cwd: Path) -> str:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    return subprocess.run(["git", *identity, *arguments], cwd=cwd, check=True, capture_output=True, text=True).stdout


class Repository:
    """A bare repository that an Airflow reads, and a clone that a team pushes from."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.bare, self.clone = folder / "dags.git", folder / "clone"
        git("init", "--bare", "--initial-branch", "main", str(self.bare), cwd=folder)
        git("clone", str(self.bare), str(self.clone), cwd=folder)
        git("checkout", "-B", "main", cwd=self.clone)

    def push(self, files: Mapping[str, str], *options: str) -> str:
        """Push files as one commit, and return its hash."""
        for path, text in files.items():
            (self.clone / path).parent.mkdir(parents=True, exist_ok=True)
            (self.clone / path).write_text(text)
        git("add", ".", cwd=self.clone)
        git("commit", "--allow-empty", "--message", "a push", cwd=self.clone)
        git("push", *options, "origin", "main", cwd=self.clone)
        return self.head

    def push_another_history(self, files: Mapping[str, str]) -> str:
        """Replace the branch by one that has nothing to do with it."""
        git("checkout", "--orphan", "another", cwd=self.clone)
        git("rm", "-rf", "--quiet", "--ignore-unmatch", ".", cwd=self.clone)
        git("branch", "-D", "main", cwd=self.clone)
        git("branch", "-m", "main", cwd=self.clone)
        return self.push(files, "--force")

    @property
    def head(self) -> str:
        return git("rev-parse", "HEAD", cwd=self.clone).strip()

    def rename_branch(self, old: str, new: str) -> None:
        """Let a branch vanish, or come back."""
        git("branch", "-m", old, new, cwd=self.bare)


class _Handler(BaseHTTPRequestHandler):
    """Git's own HTTP server behind a login, as forges have it."""

    root: Path

    def _answer(self) -> None:
        login = base64.b64encode(f"{USER}:{TOKEN}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {login}":
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.end_headers()
            return
        path, _, query = self.path.partition("?")
        variables = {
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "safe.directory",
            "GIT_CONFIG_VALUE_0": "*",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        made = subprocess.run([BACKEND], input=body, env=os.environ | variables, capture_output=True, check=True).stdout
        head, _, content = made.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        self.send_response(int(headers.pop("Status", "200").split()[0]))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = _answer  # noqa: N815  the names that the server calls

    def log_message(self, *rest: object) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve the repositories of a folder to who logs in, and yield the URL."""
    handler = type("Handler", (_Handler,), {"root": folder})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
