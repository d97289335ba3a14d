"""What runs containers: processes on this computer, or podman or docker."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from airflowkit.errors import LocalRunError, did_you_mean
from airflowkit.local.runtimes.container_engine import EngineRuntime, engine
from airflowkit.local.runtimes.process import ProcessRuntime, can_mount

if TYPE_CHECKING:
    from airflowkit.local.runtimes.protocol import Runtime

__all__ = ["NAMES", "can_mount", "choose_runtime", "engine"]

NAMES: Final = ("auto", "process", "podman", "docker")


def choose_runtime(name: str) -> Runtime:
    """Return a runtime by name; `auto` is podman or docker where one works, else processes.

    The environment variable AIRFLOWKIT_RUNTIME overrides `auto` on this computer.

    Raises:
        LocalRunError: There is no such runtime, or it does not work on this computer.
    """
    if name == "auto":
        name = os.environ.get("AIRFLOWKIT_RUNTIME", name)
    if name == "process":
        return ProcessRuntime()
    if name == "auto":
        found = engine()
        return EngineRuntime(found) if found else ProcessRuntime()
    if name not in NAMES:
        raise LocalRunError(f"no runtime {name!r}", hint=did_you_mean(name, NAMES) or f"use one of {', '.join(NAMES)}")
    if engine(name) is None:
        raise LocalRunError(
            f"{name} does not work on this computer", hint="install or start it, or use --runtime process"
        )
    return EngineRuntime(name)
