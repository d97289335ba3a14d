"""How the process of a run ends when it is signalled: in order at the first SIGINT or SIGTERM, at once at the second.

Airflow's main thread cannot do that: it takes an interrupt for a failed try, reports it, and tries again. So a
thread does it, which a signal reaches even while the main thread is busy, and the main thread never continues.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NoReturn

from airflowkit.fork_server.lifetime import adopt_orphans, signal_with_parent
from airflowkit.local.process.interruption import GRACE

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from airflowkit.local.apiserver.server import LocalCluster

_STATUS: Final = 130
"""A shell's for a command that Ctrl-C ended."""
_SIGNALS: Final = frozenset({signal.SIGINT, signal.SIGTERM})
_WAKE_MAIN: Final = signal.SIGUSR1
_LIMIT: Final = GRACE - 2
"""Seconds for pods, and for tasks without one, to end."""
_KILLING: Final = 2.0
"""Seconds for a container engine to kill its containers."""
_OF_ENGINES: Final = frozenset({"podman", "podman pause", "catatonit"})
_TICK: Final = 0.05
_WATCH: Final = 1.0
"""Seconds between two looks whether the parent is still there."""


class Stopping:
    """Waits for signals in a thread of its own, and ends this process."""

    def __init__(self) -> None:
        self.cluster: LocalCluster | None = None
        self._asked = self._raises = False
        self._main_stands = threading.Event()
        self._inbox = self._parent = 0

    def watch(self) -> None:
        """Begin; call it in the main thread."""
        self._parent = os.getppid()
        self._inbox, outbox = os.pipe()
        adopt_orphans()
        signal_with_parent(signal.SIGTERM)
        for number in _SIGNALS:  # a shell ignores SIGINT for background jobs
            signal.signal(number, _no_op)
        signal.signal(_WAKE_MAIN, self._interrupt_main)
        os.set_blocking(outbox, False)
        signal.set_wakeup_fd(outbox, warn_on_full_buffer=False)
        threading.Thread(target=self._watch, name="stopping", daemon=True).start()

    def stand_still_if_asked(self) -> None:
        """Stop here for good if this process was asked to end; tasks and their callbacks do not go on."""
        if self._asked:
            self._main_stands.set()
            threading.Event().wait()

    def _watch(self) -> None:
        while not self._signalled(_WATCH):
            self._end_without_parent()
        self._asked = True
        stopped = self._pods_stopped(_LIMIT)
        deadline = time.monotonic() + _LIMIT
        while time.monotonic() < deadline and not (stopped() and self._main_stands.is_set()):
            self._end_without_parent()
            self._wake_main()
            if self._signalled(_TICK):
                self._end_at_once()
        self._end_at_once()

    def _pods_stopped(self, limit: float) -> Callable[[], bool]:
        """Begin to stop the pods, or to interrupt the main thread if there are none; return what asks for the end."""
        stopped = self.cluster.stop_pods(limit) if self.cluster else None
        if stopped:
            self._main_stands.set()  # its task waits for the pod only
            return stopped.done
        self._raises = True
        return lambda: True

    def _wake_main(self) -> None:
        """Interrupt the main thread once; a signal that comes just before it waits for something is not heard."""
        if self._raises:
            with suppress(ProcessLookupError):
                signal.pthread_kill(threading.main_thread().ident or 0, _WAKE_MAIN)

    def _signalled(self, seconds: float) -> bool:
        """Wait for a signal; SIGINT or SIGTERM is what counts."""
        readable, _, _ = select.select([self._inbox], [], [], seconds)
        return bool(readable) and not _SIGNALS.isdisjoint(os.read(self._inbox, 1))

    def _end_without_parent(self) -> None:
        if os.getppid() != self._parent:
            self._end_at_once()

    def _end_at_once(self) -> NoReturn:
        self._asked = True
        if self.cluster and (stopped := self.cluster.stop_pods(0)):
            with suppress(Exception):
                stopped.result(_KILLING)
        end_run(_STATUS)

    def _interrupt_main(self, _number: int, _frame: FrameType | None) -> None:
        if self._raises:
            self._raises = False
            raise KeyboardInterrupt


def end_run(status: int) -> NoReturn:
    """End this process with everything that it has started; a normal exit would wait for idle threads of Airflow."""
    with suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
    deadline = time.monotonic() + _KILLING
    while (children := _descendants()) and time.monotonic() < deadline:
        for child in children:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(child.pid, signal.SIGKILL)
        time.sleep(_TICK / 5)
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:  # init may be a program that waits for nobody
            pass
    os._exit(status)


def _descendants() -> list[Any]:
    """Return the living descendants, but for what a container engine keeps for all its containers."""
    import psutil  # type: ignore[import-untyped]  # noqa: PLC0415  Airflow requires it, and has imported it

    living = []
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if child.status() != psutil.STATUS_ZOMBIE and child.name() not in _OF_ENGINES:
                living.append(child)
    return living


def _no_op(_number: int, _frame: FrameType | None) -> None:
    """Python reports a signal to the thread only if it has a handler."""
