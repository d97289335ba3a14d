"""The one place that knows where the supported Airflow versions (2.11, 3.1 to 3.3) keep their names.

Names that `airflow.providers.common.compat.sdk` has in all versions are imported from there, not from here.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import version


@lru_cache(maxsize=1)
def airflow_version() -> tuple[int, int]:
    """Return Airflow's major and minor version, without importing Airflow."""
    major, minor = version("apache-airflow").split(".")[:2]
    return int(major), int(minor)
