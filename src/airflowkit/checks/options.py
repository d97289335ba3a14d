"""What `[check]` says, in `airflowkit.toml` or in `pyproject.toml`."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from airflowkit.errors import SettingsError
from airflowkit.settings import Check, load_settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_VALUES: Final = ("deploy/*values*.y*ml", "helm/*values*.y*ml", "*values*.y*ml")
"""Where a repository keeps the values of its Helm release; `airflowkit new-repo` makes the first."""
_EXECUTOR: Final = re.compile(r"^ {0,4}executor:\s*[\"']?([\w.,:]+)", re.MULTILINE)


def options_of(folder: Path) -> Check:
    """Return the options that hold for a DAG folder.

    `[tool.airflowkit.check]` of the nearest `pyproject.toml` is for repositories without an `airflowkit.toml`; where
    both say something, `airflowkit.toml` wins, key by key. An executor that neither names is read
    from the values of the repository's Helm release.

    Raises:
        SettingsError: One of the files is wrong.
    """
    ours = load_settings(folder).check
    path, table = _of_pyproject(folder)
    try:
        given = {"executor": _executor_of_the_release(folder), **table, **ours.model_dump(exclude_unset=True)}
        return Check.model_validate(given)
    except ValidationError as error:
        lines = "; ".join(f"{'.'.join(map(str, it['loc']))}: {it['msg']}" for it in error.errors())
        raise SettingsError(f"{path}: tool.airflowkit.check: {lines}") from None


def _executor_of_the_release(folder: Path) -> str:
    """Return what the values of the Airflow chart say, by itself or below another chart; an empty string if nothing.

    The text is not parsed as YAML: it may be a template.
    """
    repository = folder.absolute().parent
    found = (path for place in _VALUES for path in sorted(repository.glob(place)))
    texts = (path.read_text(encoding="utf-8", errors="replace") for path in found)
    return next((match[1] for text in texts if (match := _EXECUTOR.search(text))), "")


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
