"""The operator behind `pod_task`: KubernetesPodOperator with its known faults mended."""

from __future__ import annotations

from typing import Any

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.common.compat.sdk import XComArg

from airflowkit.pods.construction import NOT_GIVEN, NOT_OF_THE_POD, checked_spec


class CheckedPodOperator(KubernetesPodOperator):
    """A `KubernetesPodOperator` that says why its pod died, and that never ends well when it was killed."""

    shallow_copy_attrs = (*KubernetesPodOperator.shallow_copy_attrs, "pod_layers")

    # Airflow takes for `partial` only what a signature names; all else is the provider's.
    def __init__(self, *, security: Any = NOT_GIVEN, node_pool: Any = NOT_GIVEN, **keywords: Any) -> None:
        spec = checked_spec({**keywords, "security": security, "node_pool": node_pool})
        super().__init__(**{key: keywords[key] for key in NOT_OF_THE_POD if key in keywords}, **spec.keywords)
        self.pod_layers = spec.layers
        for output in spec.upstream:
            XComArg.apply_upstream_relationship(self, output)
