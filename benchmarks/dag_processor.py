"""The real `airflow dag-processor` over many files of five pods: raw KubernetesPodOperator against `pod_task`.

    python benchmarks/dag_processor.py [FILES] [ROUNDS]

Each round starts from a fresh copy of a migrated database, so that all sides write the same. Prints seconds of wall
time and of CPU, the best of the rounds, and their ratios to raw operators: where airflowkit is installed, whose
entry point speeds raw operators up too, and where it is not (its entry point is replaced by an empty module).
"""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
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


WITHOUT_ENTRY_POINT = """\
import sys, types
sys.modules["airflowkit._preload"] = types.ModuleType("airflowkit._preload")
"""


@dataclass(frozen=True, slots=True)
class Side:
    dags: Path
    env: dict[str, str]


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
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
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


def parse_once(scratch: Path, migrated: Path, side: Side) -> Cost:
    home, dags = scratch / "home", side.dags
    shutil.copytree(migrated, home)
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    airflow("dag-processor", "--num-runs", "1", env=environment(home, dags) | side.env)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    expected = len(list(dags.glob("*.py")))
    if (found := serialized_dags(home)) != expected:
        sys.exit(f"the DAG processor stored {found} of {expected} DAGs of {dags.name}")
    shutil.rmtree(home)
    return Cost(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def serialized_dags(home: Path) -> int:
    with sqlite3.connect(home / "airflow.db") as database:
        return int(database.execute("select count(distinct dag_id) from serialized_dag").fetchone()[0])


def sides(scratch: Path, files: int) -> dict[str, Side]:
    blocked = scratch / "blocked"
    blocked.mkdir()
    (blocked / "sitecustomize.py").write_text(WITHOUT_ENTRY_POINT)
    raw = write_dags(scratch / "raw", RAW, files)
    return {
        "airflowkit": Side(write_dags(scratch / "checked", CHECKED, files), {}),
        "raw": Side(raw, {}),
        "raw, airflowkit not installed": Side(raw, {"PYTHONPATH": str(blocked)}),
    }


def measure(files: int, rounds: int) -> dict[str, Cost]:
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        compared = sides(scratch, files)
        migrated = scratch / "migrated"
        migrated.mkdir()
        airflow("db", "migrate", env=environment(migrated, scratch / "raw"))
        costs: dict[str, list[Cost]] = {name: [] for name in compared}
        for _ in range(rounds):
            for name, side in compared.items():
                costs[name].append(parse_once(scratch, migrated, side))
    return {name: Cost(min(c.wall for c in cost), min(c.cpu for c in cost)) for name, cost in costs.items()}


def main(files: int = 200, rounds: int = 2) -> None:
    best = measure(files, rounds)
    ours = best["airflowkit"]
    print(f"airflow dag-processor, {files} files of 5 pods, best of {rounds}")
    print(f"  {'':<30} {'wall':>8} {'CPU':>8}  airflowkit / this: wall, CPU")
    for name, cost in best.items():
        print(
            f"  {name:<30} {cost.wall:6.1f} s {cost.cpu:6.1f} s  {ours.wall / cost.wall:.2f} {ours.cpu / cost.cpu:.2f}"
        )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
