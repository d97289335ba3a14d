"""A time limit that holds whatever happens inside it.

A client's own timeouts end no name look-up, no server that sends a byte now and then, no secrets backend that hangs.
So the work is done in a thread of its own, which is left behind when the time is up.
"""

from __future__ import annotations

from contextvars import copy_context
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")


def within(seconds: float, work: Callable[[], Result]) -> Result | None:
    """Return what `work` returns, or None when the time is up; `work` must not raise."""
    finished: list[Result] = []
    context = copy_context()
    thread = Thread(target=lambda: finished.append(context.run(work)), name="airflowkit-teams", daemon=True)
    thread.start()
    thread.join(seconds)
    return finished[0] if finished else None
