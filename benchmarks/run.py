"""`airflowkit run` of two pods against `airflow dags test` of two EmptyOperators plus the pods' own time.

Both run in turn, each in a process of its own with a warm cache; the best of each counts.
A ratio of 1 or less is the aim.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 3
POD_SECONDS = 0.5
PODS = f"""
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG

with DAG("two_pods", schedule=None):
    first = KubernetesPodOperator(task_id="first", image="none", cmds=["sleep", "{POD_SECONDS}"])
    second = KubernetesPodOperator(task_id="second", image="none", cmds=["sleep", "{POD_SECONDS}"])
    first >> second
"""
EMPTY = """
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("two_empty", schedule=None):
    EmptyOperator(task_id="first") >> EmptyOperator(task_id="second")
"""
BIN = Path(sys.executable).parent


def seconds(*command: str | Path, env: dict[str, str]) -> float:
    """Return how long a command takes."""
    began = time.perf_counter()
    subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - began


def airflow_environment(home: Path, dags: Path) -> dict[str, str]:
    """Return an AIRFLOW_HOME with a migrated database, as a developer has it."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    env |= {"AIRFLOW_HOME": str(home), "AIRFLOW__CORE__DAGS_FOLDER": str(dags), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
    seconds(BIN / "airflow", "db", "migrate", env=env)
    return env


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="airflowkit-benchmark-") as folder:
        dags = Path(folder) / "dags"
        dags.mkdir()
        (dags / "two_pods.py").write_text(PODS)
        (dags / "two_empty.py").write_text(EMPTY)
        env = airflow_environment(Path(folder) / "airflow", dags)
        plain_command = (BIN / "airflow", "dags", "test", "two_empty")
        ours_command = (BIN / "airflowkit", "run", "two_pods", "--dags-folder", dags, "--runtime", "process")
        seconds(*ours_command, env=env)  # fills the cache of databases
        plain, ours = [], []
        for _ in range(ROUNDS):
            plain.append(seconds(*plain_command, env=env) + 2 * POD_SECONDS)
            ours.append(seconds(*ours_command, env=env))
    print(f"airflow dags test, two EmptyOperators, plus the pods' own time: {min(plain):5.1f} s")
    print(f"airflowkit run, two pods:                                       {min(ours):5.1f} s")
    print(f"ratio: {min(ours) / min(plain):.2f}")


if __name__ == "__main__":
    main()
