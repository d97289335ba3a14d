"""The sources that `doctor` examines, in the order of its report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from airflowkit.deploy.doctor.cluster.source import CLUSTER
from airflowkit.deploy.doctor.repository.source import REPOSITORY
from airflowkit.deploy.doctor.running.source import AIRFLOW

if TYPE_CHECKING:
    from airflowkit.deploy.doctor.source import Source

SOURCES: Final[tuple[Source, ...]] = (REPOSITORY, AIRFLOW, CLUSTER)
