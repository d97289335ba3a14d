"""What the repository says about the Airflow that its DAGs are deployed to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from airflowkit.repository import repository_root
from airflowkit.settings import check_settings

if TYPE_CHECKING:
    from pathlib import Path

    from airflowkit.setting_sections import Check

_VALUES: Final = ("deploy/*values*.y*ml", "helm/*values*.y*ml", "*values*.y*ml")
"""Where a repository keeps the values of its Helm release; `airflowkit new-repo` writes the first."""
_EXECUTOR: Final = re.compile(r"^ {0,4}executor:\s*[\"']?([\w.,: ]+)", re.MULTILINE)


def check_options(folder: Path) -> Check:
    """Return the `[check]` settings of a DAG folder; the executor defaults to that of the Helm release.

    Raises:
        SettingsError: `airflowkit.toml` or `pyproject.toml` is wrong.
    """
    options = check_settings(folder)
    return options if options.executor else options.model_copy(update={"executor": _released_executor(folder)})


def _released_executor(folder: Path) -> str:
    """Return the executor in the values of the Airflow chart, alone or as a subchart, or an empty string.

    The text is not parsed as YAML: it may be a template.
    """
    root = repository_root(folder) or folder.absolute().parent
    found = (path for place in _VALUES for path in sorted(root.glob(place)))
    texts = (path.read_text(encoding="utf-8", errors="replace") for path in found)
    return next((match[1].strip() for text in texts if (match := _EXECUTOR.search(text))), "")
