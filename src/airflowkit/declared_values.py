"""What `airflowkit.toml` declares for Variables, Connections and the environment: it gives way to what is set here.

Airflow looks for Variables and Connections in the environment first, so that is where they are put, for every command
that imports DAG files.
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from airflowkit._airflow import connection_variable
from airflowkit.settings import check_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from airflowkit.setting_sections import Check

_VARIABLE: Final = "AIRFLOW_VAR_"


def variable_name(key: str) -> str:
    """Return the environment variable in which Airflow looks for a Variable."""
    return f"{_VARIABLE}{key.upper()}"


def declared_values(options: Check) -> dict[str, str]:
    """Return the environment variables that the settings declare and that are not set."""
    return {name: value for name, value in _declared(options) if name not in os.environ}


@contextmanager
def declared(options: Check) -> Iterator[None]:
    """Have in this process's environment what the settings declare, within a `with` block."""
    values = declared_values(options)
    os.environ.update(values)
    try:
        yield
    finally:
        for name in values:
            os.environ.pop(name, None)


def declare(folder: Path) -> None:
    """Put what the settings of a DAG folder declare into this process's environment.

    Raises:
        SettingsError: `airflowkit.toml` or `pyproject.toml` is wrong.
    """
    os.environ.update(declared_values(check_settings(folder)))


def _declared(options: Check) -> Iterator[tuple[str, str]]:
    yield from ((name, str(value)) for name, value in options.env.items())
    yield from ((variable_name(key), _text(value)) for key, value in options.variables.items())
    yield from ((connection_variable(name), _connection(value)) for name, value in options.connections.items())


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)  # TOML has dates


def _connection(value: str | Mapping[str, Any]) -> str:
    return value if isinstance(value, str) else json.dumps(dict(value), default=str)
