"""The real `airflow dag-processor` over many files of five pods: raw KubernetesPodOperator against `pod_task`.

    python benchmarks/dag_processor.py [FILES] [ROUNDS]

Each round starts from a fresh copy of a migrated database, so that both sides write the same. Prints seconds of
wall time and of CPU, the best of the rounds, and the ratio airflowkit / raw.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

RAW = """\
from datetime import datetime
from airflow.sdk import DAG
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from kubernetes.client import models as k8s

with DAG("raw_{number}", schedule="@daily", start_date=datetime(2026, 1, 1), catchup=False):
    for step in range(5):
        KubernetesPodOperator(
            task_id=f"step_{{step}}",
            name=f"step-{{step}}",
            namespace="airflow",
            image="registry.example.com/orders:1.4.2",
            cmds=["python", "-m", "orders"],
            arguments=["--day", "{{{{ ds }}}}"],
            env_vars={{"LOG_LEVEL": "info"}},
            container_resources=k8s.V1ResourceRequirements(
                requests={{"cpu": "250m", "memory": "512Mi"}}, limits={{"memory": "512Mi"}}
            ),
        )
"""

CHECKED = """\
from datetime import datetime
from airflow.sdk import DAG
from airflowkit import Resources, pod_task

with DAG("checked_{number}", schedule="@daily", start_date=datetime(2026, 1, 1), catchup=False):
    for step in range(5):
        pod_task(
            f"step_{{step}}",
            name=f"step-{{step}}",
            namespace="airflow",
            image="registry.example.com/orders:1.4.2",
            cmds=["python", "-m", "orders"],
            arguments=["--day", "{{{{ ds }}}}"],
            env_vars={{"LOG_LEVEL": "info"}},
            resources=Resources(cpu="250m", memory="512Mi"),
        )
"""


@dataclass(frozen=True, slots=True)
class Cost:
    wall: float
    cpu: float


def write_dags(folder: Path, template: str, files: int) -> Path:
    folder.mkdir()
    for number in range(files):
        (folder / f"dag_{number}.py").write_text(template.format(number=number))
    return folder


def environment(home: Path, dags: Path) -> dict[str, str]:
    return os.environ | {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "2",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
    }


def airflow(*arguments: str, env: dict[str, str]) -> None:
    command = [str(Path(sys.executable).with_name("airflow")), *arguments]
    result = subprocess.run(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if result.returncode:
        sys.exit(f"{' '.join(arguments)} failed:\n{result.stdout[-4000:]}")


def parse_once(scratch: Path, migrated: Path, dags: Path) -> Cost:
    home = scratch / "home"
    shutil.copytree(migrated, home)
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    airflow("dag-processor", "--num-runs", "1", env=environment(home, dags))
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    expected = len(list(dags.iterdir()))
    if (found := serialized_dags(home)) != expected:
        sys.exit(f"the DAG processor stored {found} of {expected} DAGs of {dags.name}")
    shutil.rmtree(home)
    return Cost(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def serialized_dags(home: Path) -> int:
    import sqlite3

    with sqlite3.connect(home / "airflow.db") as database:
        return int(database.execute("select count(distinct dag_id) from serialized_dag").fetchone()[0])


def main(files: int = 200, rounds: int = 2) -> None:
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        sides = {
            "raw": write_dags(scratch / "raw", RAW, files),
            "airflowkit": write_dags(scratch / "checked", CHECKED, files),
        }
        migrated = scratch / "migrated"
        migrated.mkdir()
        airflow("db", "migrate", env=environment(migrated, scratch / "raw"))
        costs: dict[str, list[Cost]] = {side: [] for side in sides}
        for _ in range(rounds):
            for side, dags in sides.items():
                costs[side].append(parse_once(scratch, migrated, dags))
    best = {side: Cost(min(c.wall for c in cost), min(c.cpu for c in cost)) for side, cost in costs.items()}
    print(f"airflow dag-processor, {files} files of 5 pods, best of {rounds}")
    for side, cost in best.items():
        print(f"  {side:<12} {cost.wall:6.1f} s wall  {cost.cpu:6.1f} s CPU")
    raw, ours = best["raw"], best["airflowkit"]
    print(f"  ratio        {ours.wall / raw.wall:6.2f}        {ours.cpu / raw.cpu:6.2f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
