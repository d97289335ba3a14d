"""Why a task failed, in its own words and lines: without Airflow's forty, and without a pod's whole manifest."""

from __future__ import annotations

import json
import re
import traceback
from contextlib import suppress
from itertools import dropwhile, islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from airflowkit._airflow import connection_variable
from airflowkit.errors import PodFailed, chain, with_hint

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST_LINES: Final = 30
PACKAGES: Final = frozenset({"site-packages", "dist-packages"})
_LIBRARIES: Final = (Path(traceback.__file__).parent, Path(__file__).parents[2])
"""Python's own, and ours."""
_EXCEPTIONS: Final = "airflow.sdk.exceptions."
_NO_CONNECTION: Final = re.compile(r"NotFound\w*: The conn_id [`']([\w.-]+)[`'] isn't defined")
_DUMP: Final = "\nremote_pod: "
"""What precedes the whole pod in the provider's errors."""


def reason_and_lines(error: BaseException) -> tuple[str, list[str]]:
    """Return why a task failed, and the lines of the user's code that led there."""
    return (str(error), []) if isinstance(error, PodFailed) else (_reason(error), _lines(error)[-_MOST_LINES:])


def _reason(error: BaseException) -> str:
    with suppress(AttributeError, TypeError, ValueError):  # the Kubernetes API's answer
        return f"{type(error).__name__}: {json.loads(error.body)['message']}"  # type: ignore[attr-defined]
    with suppress(AttributeError, KeyError, TypeError):  # that of Airflow's own API
        return f"{type(error).__name__}: {error.detail['message'].splitlines()[0]}"  # type: ignore[attr-defined]
    said = "".join(traceback.format_exception_only(error)).strip().partition(_DUMP)[0]
    return with_hint(said.removeprefix(_EXCEPTIONS), _hint(said))


def _hint(said: str) -> str:
    """Return where a connection that is missing can be defined for a local run."""
    missing = _NO_CONNECTION.search(said)
    if not missing:
        return ""
    return f"set {connection_variable(missing[1])}, or write {missing[1]} below [check.connections] in airflowkit.toml"


def _lines(error: BaseException) -> list[str]:
    """Return a traceback from the first line of the user's on; empty where there is none."""
    lines: list[str] = []
    for link in reversed([*islice(chain(error, _behind), _MOST_LINES)]):
        frames = list(dropwhile(_is_foreign, traceback.extract_tb(link.__traceback__)))
        lines += _split(traceback.format_list(frames))
        if lines and link is not error:
            lines += _split(traceback.format_exception_only(link))
    return lines


def _behind(link: BaseException) -> BaseException | None:
    """Return what Python would show before an exception."""
    return link.__cause__ or (None if link.__suppress_context__ else link.__context__)


def _split(texts: Iterable[str]) -> list[str]:
    return [line for text in texts for line in text.rstrip().splitlines()]


def _is_foreign(frame: traceback.FrameSummary) -> bool:
    """Return whether a line is Python's, Airflow's, another package's, or ours."""
    file = Path(frame.filename)
    return not PACKAGES.isdisjoint(file.parts) or any(file.is_relative_to(library) for library in _LIBRARIES)
