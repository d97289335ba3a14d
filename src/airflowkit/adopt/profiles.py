"""The profiles of `airflowkit.toml`: a pod that is equal today must be so where another profile is active."""

from __future__ import annotations

import os
import tomllib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from airflowkit.settings import find_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_VARIABLE: Final = "AIRFLOWKIT_PROFILE"


def other_profiles(folder: Path) -> list[str]:
    """Return the profiles of a folder's settings that are not active."""
    path = find_settings(folder)
    table = tomllib.loads(path.read_text(encoding="utf-8")) if path else {}
    return [name for name in table.get("profile", {}) if name != os.environ.get(_VARIABLE, "")]


@contextmanager
def active(profile: str) -> Iterator[None]:
    """Have the processes that are started meanwhile use a profile."""
    before = os.environ.get(_VARIABLE)
    os.environ[_VARIABLE] = profile
    try:
        yield
    finally:
        if before is None:
            del os.environ[_VARIABLE]
        else:
            os.environ[_VARIABLE] = before
