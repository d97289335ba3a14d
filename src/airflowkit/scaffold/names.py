"""Valid names for a new DAG: a DAG id, a Python module and a file name on every computer at once."""

from __future__ import annotations

import keyword
import re
import sys
import unicodedata
from typing import TYPE_CHECKING, Final

from airflowkit.errors import ScaffoldError

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_LENGTH: Final = 250
"""Airflow's limit for a DAG id (`airflow.sdk.definitions._internal.node.validate_key`)."""

_MAX_FILE_BYTES: Final = 255 - len(".py")

_SHOWN: Final = 60
"""Characters of an invalid name that a message shows."""

_SHADOWS_A_MODULE: Final = sys.stdlib_module_names | {"airflow", "airflowkit", "conftest", "kubernetes", "pytest"}
"""`python dags/json.py` would import itself wherever a library imports `json`."""

WINDOWS_DEVICES: Final = {"aux", "con", "nul", "prn", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
"""A repository with such a file cannot be checked out on Windows."""


def check_dag_name(name: str) -> None:
    """Reject a name that cannot be both a DAG id and a Python module.

    Args:
        name: What the user typed.

    Raises:
        ScaffoldError: The name is not valid; the hint suggests one that is.
    """
    if reason := _fault(name):
        suggestion = suggest(name)
        raise ScaffoldError(
            f"{shown(name)} is not a valid DAG name: {reason}",
            hint=f"Try {suggestion!r}" if suggestion else "Use letters, digits and underscores, such as 'orders_daily'",
        )


def check_free(name: str, taken: Iterable[str]) -> None:
    """Reject the name of an existing file or folder, also where file names ignore case.

    Args:
        name: A name that `check_dag_name` allows.
        taken: The names of existing files and folders.

    Raises:
        ScaffoldError: The name is taken.
    """
    for other in taken:
        stem = other.removesuffix(".py")
        if stem == name:
            raise ScaffoldError(f"{other} already exists", hint="Choose another name, or remove it first")
        if _folded(stem) == _folded(name):
            raise ScaffoldError(
                f"{name!r} and {other!r} would be the same file where file names ignore case",
                hint="Choose another name",
            )


def suggest(name: str) -> str:
    """Return a similar valid name, or an empty string."""
    words = re.sub(r"\W+", "_", name.removesuffix(".py").rpartition("/")[2], flags=re.ASCII).strip("_").lower()
    candidate = f"dag_{words}" if words and (words[0].isdigit() or _fault(words)) else words
    return "" if not candidate or _fault(candidate) else candidate


def shown(text: str) -> str:
    """Return a text as a message shows it: quoted, on one line, not too long, without control characters."""
    return repr(text) if len(text) <= _SHOWN else f"{text[:_SHOWN]!r}... ({len(text)} characters)"


def _fault(name: str) -> str:
    """Return why a name is not valid, or an empty string."""
    faults = (
        (not name, "it is empty"),
        (_leaves_the_folder(name), "it is a path; use --dags-folder for the folder"),
        (len(name) > MAX_LENGTH, f"it has {len(name)} characters, and Airflow allows {MAX_LENGTH}"),
        (not _is_id(name), "it must consist of letters, digits and underscores, and not start with a digit"),
        (keyword.iskeyword(name), "it is a Python keyword"),
        (name.startswith("__"), "Python reserves names with two leading underscores"),
        (_normal(name) != name, "Python would look for another spelling (Unicode NFKC)"),
        (len(name.encode("utf-8", "surrogatepass")) > _MAX_FILE_BYTES, "a file name has at most 255 bytes"),
        (name.lower() in _SHADOWS_A_MODULE, "it would shadow the Python module of that name"),
        (name.lower() in WINDOWS_DEVICES, "Windows reserves this name for a device"),
    )
    return next((reason for is_fault, reason in faults if is_fault), "")


def _is_id(name: str) -> bool:
    """Tell whether both Python and Airflow (`validate_key`) take a name: a middle dot is Python's alone."""
    return name.isidentifier() and re.fullmatch(r"\w+", name) is not None


def _leaves_the_folder(name: str) -> bool:
    return "/" in name or "\\" in name or name in {".", ".."}


def _normal(name: str) -> str:
    """Return the form in which Python compares identifiers (PEP 3131)."""
    return unicodedata.normalize("NFKC", name)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
