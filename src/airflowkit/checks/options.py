"""What `[check]` says, in `airflowkit.toml` or in `pyproject.toml`."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from airflowkit.errors import SettingsError
from airflowkit.settings import Check, load_settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def options_of(folder: Path) -> Check:
    """Return the options that hold for a DAG folder.

    `[tool.airflowkit.check]` of the nearest `pyproject.toml` is for repositories without an `airflowkit.toml`; where
    both say something, `airflowkit.toml` wins, key by key.

    Raises:
        SettingsError: One of the files is wrong.
    """
    ours = load_settings(folder).check
    path, table = _of_pyproject(folder)
    try:
        return Check.model_validate({**table, **ours.model_dump(exclude_unset=True)})
    except ValidationError as error:
        lines = "; ".join(f"{'.'.join(map(str, it['loc']))}: {it['msg']}" for it in error.errors())
        raise SettingsError(f"{path}: tool.airflowkit.check: {lines}") from None


def _of_pyproject(folder: Path) -> tuple[Path | None, Mapping[str, Any]]:
    candidates = (place / "pyproject.toml" for place in (folder, *folder.absolute().parents))
    path = next((candidate for candidate in candidates if candidate.is_file()), None)
    if path is None:
        return None, {}
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return path, {}  # other tools complain of their own file
    return path, table.get("tool", {}).get("airflowkit", {}).get("check", {})
