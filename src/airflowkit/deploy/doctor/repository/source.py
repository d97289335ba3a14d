"""The source `repository`."""

from __future__ import annotations

from typing import Final

from airflowkit.deploy.doctor.repository import image, jobs, manifests, settings, values
from airflowkit.deploy.doctor.source import Source

REPOSITORY: Final = Source(
    "repository",
    "AD100",
    (
        *values.EXAMINATIONS,
        *manifests.EXAMINATIONS,
        *jobs.EXAMINATIONS,
        *image.EXAMINATIONS,
        *settings.EXAMINATIONS,
    ),
)
