"""What a new DAG may be called: one name that is a DAG id, a Python module and a file on every computer."""

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
"""Airflow's limit of a DAG id (`airflow.sdk.definitions._internal.node.validate_key`)."""

_MAX_FILE_BYTES: Final = 255 - len(".py")

_SHOWN: Final = 60
"""Characters of a wrong name that a message repeats."""

_HIDES_A_MODULE: Final = sys.stdlib_module_names | {"airflow", "airflowkit", "conftest", "kubernetes", "pytest"}
"""`python dags/json.py` would import itself wherever a library says `import json`."""

_WINDOWS_DEVICES: Final = {"aux", "con", "nul", "prn", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
"""A repository with a file of such a name cannot be checked out on Windows."""


def check_dag_name(name: str) -> None:
    """Refuse a name that cannot be a DAG id and a Python module at once.

    Args:
        name: What the user typed.

    Raises:
        ScaffoldError: One line that says what is wrong, and a name that would do.
    """
    if reason := _fault(name):
        suggestion = suggest(name)
        raise ScaffoldError(
            f"{shown(name)} cannot be a DAG's name: {reason}",
            hint=f"Try {suggestion!r}" if suggestion else "Use letters, digits and underscores, such as 'orders_daily'",
        )


def check_free(name: str, taken: Iterable[str]) -> None:
    """Refuse a name that a file or folder has already, or would have where upper and lower case are one.

    Args:
        name: A name that `check_dag_name` allows.
        taken: The names of files and folders that are there.

    Raises:
        ScaffoldError: The name is taken.
    """
    for other in taken:
        stem = other.removesuffix(".py")
        if stem == name:
            raise ScaffoldError(f"{other} exists already", hint="Choose another name, or remove it first")
        if _folded(stem) == _folded(name):
            raise ScaffoldError(
                f"{name!r} and {other!r} would be one file where upper and lower case are the same",
                hint="Choose another name",
            )


def suggest(name: str) -> str:
    """Return the nearest name that would do, or an empty string."""
    words = re.sub(r"\W+", "_", name.removesuffix(".py").rpartition("/")[2], flags=re.ASCII).strip("_").lower()
    candidate = f"dag_{words}" if words and (words[0].isdigit() or _fault(words)) else words
    return "" if not candidate or _fault(candidate) else candidate


def shown(text: str) -> str:
    """Return a text as it may stand in a message: quoted, in one line, not too long, free of control characters."""
    return repr(text) if len(text) <= _SHOWN else f"{text[:_SHOWN]!r}... ({len(text)} characters)"


def _fault(name: str) -> str:
    """Return why a name will not do, or an empty string."""
    faults = (
        (not name, "it is empty"),
        (_leaves_the_folder(name), "it is a path; --dags-folder says where the file goes"),
        (len(name) > MAX_LENGTH, f"it has {len(name)} characters, Airflow allows {MAX_LENGTH}"),
        (not name.isidentifier(), "a Python module's name has only letters, digits and underscores, no digit first"),
        (keyword.iskeyword(name), "it is a Python keyword"),
        (name.startswith("__"), "Python keeps names with two leading underscores for itself"),
        (_normal(name) != name, "Python would look for another spelling of it (Unicode NFKC)"),
        (len(name.encode("utf-8", "surrogatepass")) > _MAX_FILE_BYTES, "a file's name may have 255 bytes"),
        (name.lower() in _HIDES_A_MODULE, "it would hide the Python module of that name"),
        (name.lower() in _WINDOWS_DEVICES, "Windows keeps this name for a device"),
    )
    return next((reason for is_fault, reason in faults if is_fault), "")


def _leaves_the_folder(name: str) -> bool:
    return "/" in name or "\\" in name or name in {".", ".."}


def _normal(name: str) -> str:
    """Return the form in which Python compares identifiers (PEP 3131)."""
    return unicodedata.normalize("NFKC", name)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
