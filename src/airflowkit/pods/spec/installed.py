"""What the installed operator takes, asked of the operator itself: providers differ, and several are supported."""

from __future__ import annotations

from typing import Final

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator

from airflowkit.pods.spec.keywords import AIRFLOWKIT


def _parameters(cls: type) -> frozenset[str]:
    return frozenset(getattr(cls.__dict__.get("__init__"), "_BaseOperatorMeta__param_names", ()))


OF_THE_OPERATOR: Final = _parameters(KubernetesPodOperator)
"""What `KubernetesPodOperator` itself takes."""

OF_ANY_TASK: Final = frozenset[str]().union(*map(_parameters, KubernetesPodOperator.__mro__[1:]))
"""What every operator takes."""

KNOWN: Final = OF_THE_OPERATOR | OF_ANY_TASK | AIRFLOWKIT | {"retry_policy"}  # which Airflow has from 3.3 on
"""The keywords of `pod_task`; a newer provider's pass unchecked until the table has them."""

TEMPLATED: Final = frozenset(KubernetesPodOperator.template_fields)
"""The keywords in which Airflow renders templates."""
