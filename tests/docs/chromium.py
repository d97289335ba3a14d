"""A headless Chromium that is driven over its DevTools protocol, with no network."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from websockets.sync.client import ClientConnection, connect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_OPTIONS: Final = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--allow-file-access-from-files=false",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--remote-debugging-port=0",
)
_PATIENCE: Final = 120.0


class Tab:
    """One tab."""

    def __init__(self, socket: ClientConnection, session: str) -> None:
        self._socket = socket
        self._session = session
        self._ids = count(1)

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command, and return its result; events are passed over."""
        number = next(self._ids)
        message = {"id": number, "method": method, "params": parameters, "sessionId": self._session}
        self._socket.send(json.dumps(message))
        while (answer := json.loads(self._socket.recv(_PATIENCE))).get("id") != number:
            pass
        assert "error" not in answer, answer
        result: dict[str, Any] = answer["result"]
        return result

    def open(self, address: str) -> None:
        """Open a page, and wait until it is loaded with its scripts."""
        self.send("Page.navigate", url=address)
        self.run("new Promise(done => document.readyState === 'complete' ? done() : addEventListener('load', done))")

    def run(self, script: str) -> Any:
        """Return the value of an expression, or of its promise."""
        answer = self.send("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def wait_for(self, expression: str, patience: float = _PATIENCE) -> Any:
        """Return the value of an expression once it is neither null nor empty, or None after some seconds."""
        end = time.monotonic() + patience
        while not (value := self.run(expression)) and time.monotonic() < end:
            time.sleep(0.05)
        return value or None

    def show(self, *, width: int, scheme: str) -> None:
        """Have a window of a width, for somebody who prefers a light or a dark colour scheme."""
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        self.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])


@contextmanager
def chromium(profile: Path) -> Iterator[Tab]:
    """Run a Chromium; nothing of it is left afterwards."""
    command = [str(shutil.which("chromium")), *_OPTIONS, f"--user-data-dir={profile}", "about:blank"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        with connect(_address(profile, process), max_size=None) as socket:
            yield Tab(socket, _session(socket))
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _address(profile: Path, process: subprocess.Popen[bytes]) -> str:
    """Return where it listens; it writes the port and the path into its profile."""
    file, end = profile / "DevToolsActivePort", time.monotonic() + _PATIENCE
    while not (file.is_file() and len(lines := file.read_text().split()) == 2):
        assert process.poll() is None, "Chromium has ended"
        assert time.monotonic() < end, "Chromium does not listen"
        time.sleep(0.05)
    return f"ws://127.0.0.1:{lines[0]}{lines[1]}"


def _session(socket: ClientConnection) -> str:
    """Return a session with the tab that it begins with."""
    browser = _Browser(socket)
    (target,) = [each for each in browser.send("Target.getTargets")["targetInfos"] if each["type"] == "page"]
    return str(browser.send("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"])


class _Browser:
    """The browser itself, before it has a session."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    def send(self, method: str, **parameters: Any) -> Any:
        self._socket.send(json.dumps({"id": 0, "method": method, "params": parameters}))
        while (answer := json.loads(self._socket.recv(_PATIENCE))).get("id") != 0:
            pass
        return answer["result"]
