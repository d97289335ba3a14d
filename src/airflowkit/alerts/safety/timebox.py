"""A time limit that always holds.

A client's own timeouts do not end a name look-up, a server that sends a byte now and then, or a secrets backend that
hangs. So the work is done in a separate thread, which is abandoned when the time is up.
"""

from __future__ import annotations

from contextvars import copy_context
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")


def within(seconds: float, work: Callable[[], Result]) -> Result | None:
    """Return what `work` returns, or None when the time is up; `work` must not raise.

    Without any time it is not begun: in Airflow 3.1 (no lock in its `CommsDecoder`), whoever asks the supervisor while
    a question that was abandoned waits for its answer gets the wrong one.
    """
    if seconds <= 0:
        return None
    finished: list[Result] = []
    context = copy_context()
    thread = Thread(target=lambda: finished.append(context.run(work)), name="airflowkit-teams", daemon=True)
    thread.start()
    thread.join(seconds)
    return finished[0] if finished else None
