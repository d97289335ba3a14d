"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a file to write, which takes the place of another if the block ends well, and else goes.

    It gets the mode of the other. A link stays, and what it leads to is replaced. What is no file, such as
    `/dev/stdout`, is yielded itself.

    Raises:
        OSError: The folder cannot be written to.
    """
    place = path.resolve()
    if place.exists() and not place.is_file():
        yield path
        return
    scratch = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        yield scratch
        if place.exists():
            scratch.chmod(stat.S_IMODE(place.stat().st_mode))
        scratch.replace(place)
    finally:
        scratch.unlink(missing_ok=True)
