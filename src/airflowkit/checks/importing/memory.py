"""How much memory this process uses, and may use."""

from __future__ import annotations

import resource
from typing import Final

MIB: Final = 2**20


def limit_memory(growth: int) -> None:
    """Let this process grow by a number of bytes; beyond that Python raises MemoryError."""
    size = sum(int(field) for field in _statm()[5:6]) * resource.getpagesize()
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (size + growth, hard))


def resident_bytes() -> int:
    """Return the resident memory of this process."""
    return int(_statm()[1]) * resource.getpagesize()


def _statm() -> list[bytes]:
    with open("/proc/self/statm", "rb", buffering=0) as file:  # noqa: PTH123  for each module, even for a codec's
        return file.read().split()
