"""The profiles of `airflowkit.toml`: a pod that is equal today must be so where another profile is active."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

from airflowkit.processor.environment import environment
from airflowkit.settings import load_settings

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path


def other_profiles(folder: Path) -> list[str]:
    """Return the profiles of a folder's settings that are not active."""
    settings = load_settings(folder)
    table = tomllib.loads(settings.path.read_text(encoding="utf-8")) if settings.path else {}
    return [name for name in table.get("profile", {}) if name != settings.profile]


def active(profile: str) -> AbstractContextManager[None]:
    """Have the processes that are started meanwhile use a profile."""
    return environment({"AIRFLOWKIT_PROFILE": profile})
