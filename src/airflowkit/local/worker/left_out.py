"""Tasks that need more of a Kubernetes than a local run has: they fail, and say so."""

from __future__ import annotations

import sys
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import patch

if TYPE_CHECKING:
    from collections.abc import Iterator

_KUBERNETES: Final = "airflow.providers.cncf.kubernetes"
_NO_PODS: Final = (
    (
        f"{_KUBERNETES}.operators.job",
        ("KubernetesJobOperator", "KubernetesDeleteJobOperator", "KubernetesPatchJobOperator"),
    ),
    (f"{_KUBERNETES}.operators.kueue", ("KubernetesInstallKueueOperator", "KubernetesStartKueueJobOperator")),
    (f"{_KUBERNETES}.operators.resource", ("KubernetesCreateResourceOperator", "KubernetesDeleteResourceOperator")),
    (f"{_KUBERNETES}.operators.spark_kubernetes", ("SparkKubernetesOperator",)),
    (f"{_KUBERNETES}.sensors.spark_kubernetes", ("SparkKubernetesSensor",)),
)


@contextmanager
def without_the_rest() -> Iterator[None]:
    """Have tasks that need more than pods fail, if the DAG has any."""
    with ExitStack() as stack:
        for module, names in _NO_PODS:
            for name in names:
                operator = getattr(sys.modules.get(module), name, None)
                if operator is not None:
                    stack.enter_context(patch.object(operator, "execute", _failing))
        yield


def _failing(operator: Any, context: Any) -> None:  # noqa: ARG001  Airflow's signature
    from airflow.providers.common.compat.sdk import AirflowFailException

    raise AirflowFailException(f"{type(operator).__name__} needs a Kubernetes cluster: a local run has pods only")
