"""A git server on the host: over ssh as OpenSSH serves it, and over https as git's own http-backend does."""

from __future__ import annotations

import base64
import os
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

from scripts.story.cluster import GATEWAY
from scripts.story.steps import run, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scripts.story.certificates import Authority

HOST = "git.example.com"
PATH = "data/airflow-dags.git"
USER, TOKEN = "x-access-token", "token-of-the-story"


@dataclass(frozen=True, slots=True)
class GitServer:
    """A bare repository of a folder, and the keys for it."""

    folder: Path

    @property
    def repository(self) -> Path:
        return self.folder / "home" / PATH

    @property
    def deploy_key(self) -> Path:
        return self.folder / "deploy_key"

    @property
    def host_key(self) -> Path:
        return self.folder / "host_key"

    def create(self) -> None:
        """Make an empty repository and the keys."""
        self.folder.mkdir()
        run("git", "init", "--quiet", "--bare", "--initial-branch=main", self.repository)
        run("git", "-C", self.repository, "config", "http.receivepack", "true")
        for key in (self.deploy_key, self.host_key):
            run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "story", "-f", key)

    def known_hosts(self) -> str:
        """Return the line that `ssh-keyscan` prints."""
        kind, key, *_ = self.host_key.with_suffix(".pub").read_text(encoding="utf-8").split()
        return f"{HOST} {kind} {key}"

    def push_options(self) -> dict[str, str]:
        """Return the environment in which `git push` reaches the server from the host, by its name for pods."""
        options = f"-i {self.deploy_key} -o HostName={GATEWAY} -o StrictHostKeyChecking=no -o LogLevel=ERROR"
        return os.environ | {
            "GIT_SSH_COMMAND": f"ssh {options} -o UserKnownHostsFile=/dev/null",
            "GIT_SSL_CAINFO": str(self.folder.parent / "certificates" / "ca.crt"),
            "GIT_CONFIG_COUNT": "2",
            "GIT_CONFIG_KEY_0": f"url.https://{USER}:{TOKEN}@{HOST}/.insteadOf",
            "GIT_CONFIG_VALUE_0": f"https://{HOST}/",
            "GIT_CONFIG_KEY_1": "http.curloptResolve",
            "GIT_CONFIG_VALUE_1": f"{HOST}:443:{GATEWAY}",
        }

    @contextmanager
    def over_ssh(self) -> Iterator[str]:
        """Serve over ssh to the user `git`, who exists in the server's view of the machine only."""
        run("chown", "-R", "65534:65534", self.folder / "home")
        users = self.folder / "passwd"
        users.write_text(_passwd_with(f"git:x:65534:65534::{self.folder}/home:/bin/sh\n"), encoding="utf-8")
        (self.folder / "authorized_keys").write_bytes(self.deploy_key.with_suffix(".pub").read_bytes())
        settings = self.folder / "sshd_config"
        settings.write_text(
            f"ListenAddress {GATEWAY}:22\nHostKey {self.host_key}\nAuthorizedKeysFile {self.folder}/authorized_keys\n"
            f"PidFile {self.folder}/sshd.pid\nStrictModes no\nUsePAM no\nPasswordAuthentication no\n"
            "MaxStartups 100\n",
            encoding="utf-8",
        )
        script = f"mkdir -p /run/sshd; mount --bind {users} /etc/passwd; exec /usr/sbin/sshd -D -f {settings}"
        server = subprocess.Popen(["unshare", "--mount", "sh", "-euc", script])
        try:
            wait_for("sshd", (self.folder / "sshd.pid").exists, seconds=20)
            yield f"git@{HOST}:{PATH}"
        finally:
            server.terminate()
            server.wait()

    @contextmanager
    def over_https(self, authority: Authority) -> Iterator[str]:
        """Serve over https to whoever has the token."""
        root = self.folder / "home"

        class Handler(_GitHandler):
            folder = root

        server = ThreadingHTTPServer((GATEWAY, 443), Handler)
        server.socket = authority.context().wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"https://{HOST}/{PATH}"
        finally:
            server.shutdown()
            server.server_close()


class _GitHandler(BaseHTTPRequestHandler):
    """Passes each request to `git http-backend`, as a web server does."""

    folder: Path

    def do_GET(self) -> None:
        expected = "Basic " + base64.b64encode(f"{USER}:{TOKEN}".encode()).decode()
        if self.headers.get("Authorization") != expected:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        answer = subprocess.run(
            ["git", "http-backend"], input=body, env=self._environment(), capture_output=True, check=True
        )
        head, _, content = answer.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
        self.send_response(int(headers.pop("Status", "200").split()[0]))
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET  # noqa: N815  http.server's names

    def _environment(self) -> dict[str, str]:
        path, _, query = self.path.partition("?")
        return os.environ | {
            "GIT_PROJECT_ROOT": str(self.folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "REMOTE_USER": USER,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }

    def log_message(self, *_: object) -> None:
        """Say nothing of requests."""


def _passwd_with(line: str) -> str:
    with open("/etc/passwd", encoding="utf-8") as users:  # noqa: PTH123  a file of the machine
        return "".join(user for user in users if not user.startswith("git:")) + line
