"""What Airflow's configuration says about DAG files, without importing Airflow."""

from __future__ import annotations

import configparser
import os
from contextlib import suppress
from functools import lru_cache
from pathlib import Path


def option(section: str, name: str) -> str:
    """Return an option as the environment or `airflow.cfg` sets it, or an empty string."""
    return os.environ.get(f"AIRFLOW__{section.upper()}__{name.upper()}") or _in_file(section, name)


def config_file() -> Path:
    """Return Airflow's configuration file; it need not exist."""
    home = os.environ.get("AIRFLOW_HOME") or "~/airflow"
    return Path(os.environ.get("AIRFLOW_CONFIG") or Path(home, "airflow.cfg")).expanduser()


def _in_file(section: str, name: str) -> str:
    file = config_file()
    try:
        changed = file.stat().st_mtime_ns
    except OSError:
        return ""
    return _parsed(file, changed).get(section, name, fallback="").strip()


@lru_cache(maxsize=1)
def _parsed(file: Path, _changed: int) -> configparser.ConfigParser:
    config = configparser.ConfigParser(interpolation=None, strict=False)
    with suppress(configparser.Error, UnicodeDecodeError):  # Airflow itself will complain
        config.read(file, encoding="utf-8")
    return config
