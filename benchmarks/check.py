"""Times `airflowkit check` against a plain DagBag over the same generated files of five pods.

Usage: python benchmarks/check.py [FILES...]    (default: 200 1000)
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

DAG_FILE = """\
from datetime import datetime, timedelta

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG

SIZE = {{"requests": {{"cpu": "250m", "memory": "512Mi"}}, "limits": {{"memory": "512Mi"}}}}


def alert(context):
    print(context["dag"])


with DAG(
    "dag_{number:04}",
    schedule="@daily",
    start_date=datetime(2026, 1, 1),
    default_args={{"execution_timeout": timedelta(hours=1)}},
    on_failure_callback=alert,
):
    tasks = [
        KubernetesPodOperator(
            task_id=f"step_{{step}}",
            image="registry.example.com/orders:1.4.{number}",
            image_pull_secrets="regcred",
            cmds=["python", "-m", f"orders.step_{{step}}"],
            arguments=["--day", "{{{{ ds }}}}"],
            env_vars={{"LOG_LEVEL": "info"}},
            container_resources=SIZE,
            log_pod_spec_on_failure=False,
            namespace="airflow",
        )
        for step in range(5)
    ]
    for before, after in zip(tasks, tasks[1:]):
        before >> after
"""
PLAIN = """\
import sys
try:
    from airflow.dag_processing.dagbag import DagBag
except ImportError:
    from airflow.models.dagbag import DagBag
assert len(DagBag(sys.argv[1]).dags) == int(sys.argv[2])
"""
CHECK = "from airflowkit.cli.app import main; main()"


def main() -> None:
    """Print the table."""
    counts = [int(argument) for argument in sys.argv[1:]] or [200, 1000]
    print(f"{'files':>5}  {'what':<34} {'wall s':>7} {'CPU s':>7} {'of plain':>8}")
    for count in counts:
        with tempfile.TemporaryDirectory() as scratch:
            measure(count, Path(scratch))


def measure(count: int, scratch: Path) -> None:
    """Time one number of files."""
    dags = scratch / "dags"
    dags.mkdir()
    for number in range(count):
        (dags / f"dag_{number:04}.py").write_text(DAG_FILE.format(number=number))
    environment = {**os.environ, "AIRFLOW_HOME": str(scratch / "airflow"), "XDG_CACHE_HOME": str(scratch / "cache")}
    environment |= {"AIRFLOW__CORE__LOAD_EXAMPLES": "False", "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    plain = [sys.executable, "-c", PLAIN, str(dags), str(count)]
    check = [sys.executable, "-c", CHECK, "check", str(dags)]
    one = {min(os.sched_getaffinity(0))}

    timed(plain, environment, one)  # its bytecode is there from now on
    reference = timed(plain, environment, one)
    show(count, "plain DagBag, one core", reference, reference)
    cold = [*check, "--no-cache"]
    show(count, "check --once, cold, one core", timed([*cold, "--once"], environment, one), reference)
    if len(os.sched_getaffinity(0)) > 1:
        show(count, "check --once, cold, all cores", timed([*cold, "--once"], environment, None), reference)
    show(count, "check (two parses), all cores", timed(cold, environment, None), reference)
    timed(check, environment, None)
    show(count, "check, warm", timed(check, environment, None), reference)
    (dags / "dag_0000.py").write_text(DAG_FILE.format(number=0) + "\n")
    show(count, "check, one file changed", timed(check, environment, None), reference)
    print(f"{count:>5}  {'check, memory of all processes':<34} {peak_memory(check, environment):>7.0f} MiB")


def timed(command: list[str], environment: dict[str, str], cores: set[int] | None) -> tuple[float, float]:
    """Return the wall time and the CPU time of a command with all its processes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL, preexec_fn=pinned(cores))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - begun, spent


def pinned(cores: set[int] | None) -> Callable[[], None] | None:
    """Return what binds a child process to some cores."""
    return (lambda: os.sched_setaffinity(0, cores)) if cores else None


def show(count: int, what: str, measured: tuple[float, float], reference: tuple[float, float]) -> None:
    """Print a row; the ratio is that of the CPU time on one core, else of the wall time."""
    wall, spent = measured
    ratio = spent / reference[1] if what.endswith("one core") else wall / reference[0]
    print(f"{count:>5}  {what:<34} {wall:>7.2f} {spent:>7.2f} {ratio:>8.2f}")


def peak_memory(check: list[str], environment: dict[str, str]) -> float:
    """Return the largest memory of all processes together in MiB, shared pages counted once."""
    process = subprocess.Popen([*check, "--no-cache"], env=environment, stdout=subprocess.DEVNULL)
    peak = 0
    done = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.2):
            peak = max(peak, sum(proportional(pid) for pid in family(process.pid)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    process.wait()
    done.set()
    watcher.join()
    return peak / 1024


def family(pid: int) -> list[int]:
    """Return a process and all below it."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(below for child in children for below in family(int(child)))]


def proportional(pid: int) -> int:
    """Return a process's share of memory in KiB."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


if __name__ == "__main__":
    main()
