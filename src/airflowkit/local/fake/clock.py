"""A clock that scripted pods and the operator share: sleeping advances it and takes no time."""

from __future__ import annotations

import asyncio
import importlib
import threading
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import patch

if TYPE_CHECKING:
    from collections.abc import Iterator

_WAITING: Final = (
    "airflow.providers.cncf.kubernetes.operators.pod",
    "airflow.providers.cncf.kubernetes.triggers.pod",
    "airflow.providers.cncf.kubernetes.utils.pod_manager",
    "airflowkit.pods.operator.operator",
    "airflowkit.pods.operator.startup",
    "tenacity.nap",  # between two tries of a call
)
"""The modules that wait for a pod."""


class Clock:
    """The time of day, plus everything that was slept."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self._lock = threading.Lock()

    def time(self) -> float:
        """Return the seconds since the epoch."""
        return time.time() + self._ahead

    def move_to(self, moment: float) -> None:
        """Advance to a moment, if it is in the future."""
        with self._lock:
            self._ahead += max(moment - self.time(), 0)

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Make everything that waits for pods use this clock."""
        with ExitStack() as patches:
            for module in map(importlib.import_module, _WAITING):
                for fake in (_Time(self), _Asyncio(self)):
                    if hasattr(module, fake.name):
                        patches.enter_context(patch.object(module, fake.name, fake))
            yield


class _Time:
    """Python's `time`, on this clock."""

    name = "time"

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.time = self.monotonic = clock.time

    def sleep(self, seconds: float) -> None:
        self._clock.move_to(self._clock.time() + seconds)

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)


class _Asyncio:
    """Python's `asyncio`, on this clock."""

    name = "asyncio"

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def sleep(self, seconds: float) -> None:
        """Sleep; two that start at the same time do not sleep twice as long."""
        moment = self._clock.time() + seconds
        await asyncio.sleep(0)
        self._clock.move_to(moment)

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)
