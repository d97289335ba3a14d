"""Does what git-sync 4.4 documents, as far as the official chart's settings go; for machines without git-sync.

It takes git-sync's flags and variables. Below the root it keeps a worktree for each commit; the link to the newest is
replaced at once, and the others go. It ends with 1 after so many failures in a row, and with 0 after one sync where
one was asked for.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}
LOGIN = '!f() { test "$1" = get && printf "username=%s\\npassword=%s\\n" "$GITSYNC_USERNAME" "$GITSYNC_PASSWORD"; }; f'


class SyncError(Exception):
    """A sync failed; the next one may not."""


@dataclass(frozen=True, slots=True)
class Git:
    """Git in the root."""

    root: Path

    def __call__(self, *arguments: str) -> str:
        """Run git and return what it prints."""
        login = (
            ["-c", "credential.helper=", "-c", f"credential.helper={LOGIN}"] if os.getenv("GITSYNC_USERNAME") else []
        )
        command = ["git", "-c", "safe.directory=*", *login, "-C", str(self.root), *arguments]
        environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0"}
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if ended.returncode:
            raise SyncError(ended.stderr.strip())
        return ended.stdout.strip()


def setting(name: str, default: str, *older: str) -> str:
    """Return a variable; an older name wins over today's, as in git-sync 4.4."""
    return next((os.environ[key] for key in (*reversed(older), name) if key in os.environ), default)


def duration(text: str) -> float:
    """Return the seconds of a Go duration."""
    parts = re.findall(r"([\d.]+)(ms|s|m|h)", text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise argparse.ArgumentTypeError(f"invalid duration {text!r}")
    return sum(float(number) * SECONDS[unit] for number, unit in parts)


def arguments() -> argparse.Namespace:
    """Return the settings: a flag wins over a variable."""
    parser = argparse.ArgumentParser(prog="git-sync")
    add = parser.add_argument
    add("--repo", default=setting("GITSYNC_REPO", "", "GIT_SYNC_REPO"))
    add("--ref", default=setting("GITSYNC_REF", "HEAD"))
    add("--branch", default=setting("GIT_SYNC_BRANCH", ""))
    add("--rev", default=setting("GIT_SYNC_REV", ""))
    add("--root", default=setting("GITSYNC_ROOT", "", "GIT_SYNC_ROOT"))
    add("--link", default=setting("GITSYNC_LINK", "", "GIT_SYNC_LINK", "GIT_SYNC_DEST"))
    add("--depth", type=int, default=setting("GITSYNC_DEPTH", "1", "GIT_SYNC_DEPTH"))
    add("--period", type=duration, default=setting("GITSYNC_PERIOD", "10s", "GIT_SYNC_PERIOD"))
    limit = setting("GITSYNC_MAX_FAILURES", "0", "GIT_SYNC_MAX_FAILURES")
    add("--max-failures", type=int, default=int(os.getenv("GIT_SYNC_MAX_SYNC_FAILURES", "0")) or int(limit))
    once = setting("GITSYNC_ONE_TIME", "false", "GIT_SYNC_ONE_TIME")
    add("--one-time", action="store_true", default=once == "true")
    add("--http-bind", default=setting("GITSYNC_HTTP_BIND", "", "GIT_SYNC_HTTP_BIND"))
    given = parser.parse_args()
    given.ref = followed(given)
    if not (given.repo and given.root and given.ref):
        parser.exit(1, "FATAL: --repo, --root and --ref must be specified\n")
    return given


def followed(given: argparse.Namespace) -> str:
    """Return what is followed: the deprecated branch and revision win, and refuse to be combined."""
    if given.branch and given.rev not in {"", "HEAD"}:
        sys.exit("FATAL: deprecated flag combo: can't set --ref from deprecated --branch and --rev")
    return str(given.branch or given.rev or given.ref)


def sync(given: argparse.Namespace, git: Git) -> str:
    """Bring the newest commit below the root, let the link lead to it, and return its hash."""
    if not (git.root / ".git").is_dir():
        empty(git.root)
        git("init", "--quiet", "--initial-branch", "git-sync")
    depth = ["--depth", str(given.depth)] if given.depth else []
    git("fetch", given.repo, given.ref, "--no-progress", "--prune", "--no-auto-gc", *depth)
    commit = git("rev-parse", "FETCH_HEAD^{}")
    link = git.root / (given.link or given.repo.strip("/").rpartition("/")[2])
    worktree = git.root / ".worktrees" / commit
    if not (link.is_symlink() and link.readlink().name == commit and (worktree / ".git").exists()):
        shutil.rmtree(worktree, ignore_errors=True)
        git("worktree", "prune")
        git("worktree", "add", "--force", "--detach", str(worktree), commit)
        publish(link, Path(os.path.relpath(worktree, link.parent)))
    for other in worktree.parent.iterdir():
        if other != worktree:
            shutil.rmtree(other)
    return commit


def publish(link: Path, target: Path) -> None:
    """Let the link lead to another target at once: whoever looks sees the old one or the new one."""
    new = link.with_name(f"{link.name}.new")
    new.unlink(missing_ok=True)
    new.symlink_to(target)
    new.replace(link)


def empty(root: Path) -> None:
    root.mkdir(parents=True, exist_ok=True)
    for path in root.iterdir():
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


class Readiness(BaseHTTPRequestHandler):
    """Answers probes: not ready before the first sync."""

    def __init__(self, ready: threading.Event, *rest: object) -> None:
        self.ready = ready
        super().__init__(*rest)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Answer a probe."""
        self.send_response(200 if self.ready.is_set() else 503)
        self.end_headers()

    def log_message(self, *rest: object) -> None:
        """Say nothing."""


def answer_probes(bind: str, ready: threading.Event) -> None:
    host, _, port = bind.rpartition(":")
    server = ThreadingHTTPServer((host, int(port)), partial(Readiness, ready))
    threading.Thread(target=server.serve_forever, daemon=True).start()


def main() -> int:
    """Sync until there is nothing more to do, or no hope."""
    given, ready, failures = arguments(), threading.Event(), 0
    git = Git(Path(given.root))
    if given.http_bind and not given.one_time:
        answer_probes(given.http_bind, ready)
    while True:
        try:
            commit = sync(given, git)
            failures = 0
            ready.set()
            print(f"synced {commit}", flush=True)
            if given.one_time:
                return 0
            if commit == given.ref:
                threading.Event().wait()
        except SyncError as error:
            failures += 1
            print(f"failCount {failures}: {error}", file=sys.stderr, flush=True)
            if 0 <= given.max_failures <= failures:
                print("too many failures, aborting", file=sys.stderr, flush=True)
                return 1
        time.sleep(given.period)


if __name__ == "__main__":
    sys.exit(main())
