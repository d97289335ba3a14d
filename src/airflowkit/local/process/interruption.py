"""Ctrl-C and SIGTERM during a run: the first ends it in order, the second at once."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

GRACE = 10.0
"""Seconds that an interrupted run has to clean up."""


class Interruption:
    """What the signals do: the first raises KeyboardInterrupt; any other, which must not cut the cleaning up, does not.

    Attributes:
        on_second: Called in place of that: it has to end the run's process.
    """

    def __init__(self) -> None:
        self.on_second: Callable[[], None] = _nothing
        self._count = 0

    def signalled(self, _number: int, _frame: FrameType | None) -> None:
        """Handle a signal."""
        self._count += 1
        if self._count == 1:
            raise KeyboardInterrupt
        self.on_second()


@contextmanager
def interruptible() -> Iterator[Interruption]:
    """Handle SIGINT, unless it is ignored as in a shell's background, and SIGTERM; only the main thread can."""
    interruption = Interruption()
    if threading.current_thread() is not threading.main_thread():
        yield interruption
        return
    numbers = [signal.SIGTERM]
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        numbers.append(signal.SIGINT)
    before = {number: signal.signal(number, interruption.signalled) for number in numbers}
    try:
        yield interruption
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _nothing() -> None:
    """There is no process yet."""
