"""What Airflow's configuration says about DAG files, without importing Airflow."""

from __future__ import annotations

import configparser
import os
from contextlib import suppress
from pathlib import Path


def core_option(name: str) -> str:
    """Return an option of `[core]` as the environment or `airflow.cfg` sets it, or an empty string."""
    return os.environ.get(f"AIRFLOW__CORE__{name.upper()}") or _in_file(name)


def _in_file(name: str) -> str:
    home = os.environ.get("AIRFLOW_HOME") or "~/airflow"
    file = Path(os.environ.get("AIRFLOW_CONFIG") or Path(home, "airflow.cfg")).expanduser()
    config = configparser.ConfigParser(interpolation=None, strict=False)
    with suppress(configparser.Error, UnicodeDecodeError):  # Airflow itself will complain
        config.read(file, encoding="utf-8")
    return config.get("core", name, fallback="").strip()
