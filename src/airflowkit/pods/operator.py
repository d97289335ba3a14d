"""The operator behind `pod_task`: KubernetesPodOperator with its known faults mended."""

from __future__ import annotations

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator  # noqa: TID253  it is a subclass


class CheckedPodOperator(KubernetesPodOperator):
    """A `KubernetesPodOperator` that says why its pod died, and that never ends well when it was killed."""
