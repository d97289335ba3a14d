"""What the checks cost: a thousand tasks by the plain operator, and the same by `pod_task` with all checks on."""

from __future__ import annotations

import gc
import time
from datetime import UTC, datetime
from statistics import median
from typing import TYPE_CHECKING

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.cncf.kubernetes.secret import Secret
from airflow.sdk import DAG
from kubernetes.client import models as k8s

from airflowkit import ClaimVolume, Resources, SecretEnv, pod_task

if TYPE_CHECKING:
    from collections.abc import Callable

TASKS = 1_000
ROUNDS = 7


def raw(number: int) -> KubernetesPodOperator:
    """Make a task as the provider's documentation does."""
    return KubernetesPodOperator(
        task_id=f"task_{number}",
        image="registry.example.com/orders:1.4.2",
        cmds=["python", "-m", "orders"],
        env_vars={"LOG_LEVEL": "info", "NUMBER": str(number)},
        container_resources=k8s.V1ResourceRequirements(
            requests={"cpu": "500m", "memory": "1Gi"}, limits={"memory": "1Gi"}
        ),
        volumes=[
            k8s.V1Volume(
                name="data",
                persistent_volume_claim=k8s.V1PersistentVolumeClaimVolumeSource(claim_name="data"),
            )
        ],
        volume_mounts=[k8s.V1VolumeMount(name="data", mount_path="/data")],
        tolerations=[k8s.V1Toleration(key="batch", operator="Exists", effect="NoSchedule")],
        secrets=[Secret("env", "DB_PASSWORD", "orders-db", "password")],
    )


def checked(number: int) -> KubernetesPodOperator:
    """Make the same task with `pod_task`."""
    return pod_task(
        f"task_{number}",
        image="registry.example.com/orders:1.4.2",
        cmds=["python", "-m", "orders"],
        env_vars={"LOG_LEVEL": "info", "NUMBER": str(number)},
        resources=Resources(cpu="500m", memory="1Gi"),
        volumes=[ClaimVolume("/data", claim="data")],
        tolerations=[{"key": "batch", "operator": "Exists", "effect": "NoSchedule"}],
        secrets=[SecretEnv("DB_PASSWORD", secret="orders-db", key="password")],
    )


def seconds(make: Callable[[int], object]) -> float:
    """Return the CPU time that a DAG of a thousand tasks takes."""
    gc.collect()
    start = time.process_time()
    with DAG("benchmark", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC)):
        for number in range(TASKS):
            make(number)
    return time.process_time() - start


def main() -> None:
    """Time both, one after the other, so that the machine's load affects both alike."""
    seconds(raw), seconds(checked)  # what is made once
    rounds = [(seconds(raw), seconds(checked)) for _ in range(ROUNDS)]
    plain, ours = (median(times) for times in zip(*rounds, strict=True))
    print(f"{TASKS} tasks with resources, a volume, a toleration and a secret, median of {ROUNDS} rounds")
    print(f"KubernetesPodOperator  {plain / TASKS * 1e6:6.0f} µs a task")
    print(f"pod_task, all checks   {ours / TASKS * 1e6:6.0f} µs a task")
    print(f"ratio                  {ours / plain:6.2f}")


if __name__ == "__main__":
    main()
