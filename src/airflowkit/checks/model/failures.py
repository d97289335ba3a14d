"""What is reported where airflowkit itself fails: the user's file is not to blame, and the check is not green."""

from __future__ import annotations

import traceback
from contextlib import suppress
from pathlib import Path
from textwrap import shorten
from typing import Final

from airflowkit.checks.model.findings import Finding, Place, Severity

_PACKAGE: Final = Path(__file__).parents[2]
_LONGEST: Final = 120
OF_NO_RULE: Final = "AK101"
"""The code for what fails outside of any rule: `--select` never leaves it out."""


def failed(doing: str, error: BaseException, code: str, place: Place) -> Finding:
    """Return the finding that airflowkit failed.

    Args:
        doing: What it was doing, such as `the rule template-syntax`.
        error: What was raised.
        code: The rule's code.
        place: What it was judging.
    """
    return Finding(
        code=code,
        severity=Severity.ERROR,
        message=f"airflowkit itself failed in {doing}, {_line_of_ours(error)}: {_described(error)}",
        path=place.path,
        line=place.line,
        dag_id=place.dag_id,
        task_id=place.task_id,
        hint=f"a bug of airflowkit, not of your file: report this message as an issue there, with {_versions()}",
        failed=True,
    )


def _line_of_ours(error: BaseException) -> str:
    """Return the innermost line of airflowkit that took part."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(_PACKAGE)]
    if not ours:
        return "at an unknown line"
    return f"{Path(ours[-1].filename).relative_to(_PACKAGE.parent)}:{ours[-1].lineno}"


def _described(error: BaseException) -> str:
    from airflowkit.redaction import redact  # noqa: PLC0415  as below

    text = "(no text)"
    with suppress(Exception):  # a foreign exception's `__str__` may raise anything, too
        text = shorten(redact(str(error)), _LONGEST)
    return f"{type(error).__name__}: {text}"


def _versions() -> str:
    import platform  # noqa: PLC0415  most checks never fail
    from importlib.metadata import version  # noqa: PLC0415  as above

    from airflowkit import __version__  # noqa: PLC0415  as above

    return f"airflowkit {__version__}, Airflow {version('apache-airflow')}, Python {platform.python_version()}"
