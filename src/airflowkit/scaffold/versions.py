"""The versions of everything that a new repository is deployed with: their only home."""

from __future__ import annotations

from typing import Final

CHART: Final = "1.22.0"
"""The official Airflow chart."""
PYTHON: Final = "3.12"
"""The Python of the Airflow image, of CI and of the developers' environment."""
BUSYBOX: Final = "busybox:1.37"
"""The image that prepares the volumes of a single node."""
