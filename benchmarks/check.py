"""Times `airflowkit check` against a plain DagBag loop over the same generated files of five pods.

    python benchmarks/check.py --files 200 --files 1000 --rounds 3

The rows take turns, and each shows its best round: whatever else the computer does only adds. CPU is the time of all
processes of a row together; memory is their proportional set size (PSS), which counts shared pages once.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

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
OVER_BUDGET = "[check]\nparse_seconds = 0.000001\n"


@dataclass(slots=True)
class Row:
    """A command to time.

    Attributes:
        name: What it shows.
        command: The command.
        cores: How many processors it may use.
        settings: The file with its settings.
        edited: A file that changes before each round.
        wall: The least seconds that it took.
        cpu: The least CPU seconds of all its processes.
    """

    name: str
    command: list[str]
    cores: int = 1
    settings: Path | None = None
    edited: Path | None = None
    wall: float = float("inf")
    cpu: float = float("inf")


def main(
    files: Annotated[list[int] | None, typer.Option(help="How many DAG files; may be given several times.")] = None,
    rounds: Annotated[int, typer.Option(help="How often each row is timed.")] = 3,
) -> None:
    """Print a table for each number of files."""
    for count in files or [200, 1000]:
        with tempfile.TemporaryDirectory() as scratch:
            measure(count, rounds, Path(scratch))


def measure(count: int, rounds: int, scratch: Path) -> None:
    """Time one number of files."""
    dags = scratch / "dags"
    dags.mkdir()
    for number in range(count):
        (dags / f"dag_{number:04}.py").write_text(DAG_FILE.format(number=number))
    (scratch / "over_budget.toml").write_text(OVER_BUDGET)
    table = rows(dags, count)
    for number in range(rounds + 1):  # the first fills the caches: Python's bytecode, and what is known of the files
        for row in table:
            run(row, scratch, timed=number > 0)
    print(f"\n{f'{count} files':<42} {'wall s':>7} {'of plain':>8} {'CPU s':>7} {'of plain':>8}")
    for row in table:
        wall, cpu = row.wall / table[0].wall, row.cpu / table[0].cpu
        print(f"{row.name:<42} {row.wall:>7.2f} {wall:>8.2f} {row.cpu:>7.2f} {cpu:>8.2f}")
    for row in table[2], table[4]:
        print(f"{f'memory: {row.name.strip()}':<42} {peak_memory(row, scratch):>7.0f} MiB")


def rows(dags: Path, count: int) -> list[Row]:
    """Return what is timed: first what everything else is measured by, last what finds files as it left them."""
    check = [sys.executable, "-c", CHECK, "check", str(dags)]
    cold = [*check, "--no-cache"]
    once = [*cold, "--once"]
    return [
        Row("plain DagBag, one core", [sys.executable, "-c", PLAIN, str(dags), str(count)]),
        Row("cold, one parse, one core", once),
        Row("cold, one parse, two cores", once, cores=2),
        Row("  with blame: all files over the budget", once, cores=2, settings=dags.parent / "over_budget.toml"),
        Row("  with the second parse", cold, cores=2),
        Row("warm: nothing changed", check, cores=2),
        Row("one file changed, one parse", [*check, "--once"], cores=2, edited=dags / "dag_0000.py"),
        Row("one file changed, two parses", check, cores=2, edited=dags / "dag_0001.py"),
    ]


def run(row: Row, scratch: Path, *, timed: bool) -> None:
    """Run a row's command, and keep the time if it is the least."""
    if row.edited:
        row.edited.write_text(row.edited.read_text() + "\n")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    status = start(row, scratch).wait()
    wall = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert status == bool(row.settings), f"{row.name} ends with {status}"
    if timed:
        row.wall = min(row.wall, wall)
        row.cpu = min(row.cpu, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def start(row: Row, scratch: Path) -> subprocess.Popen[bytes]:
    """Start a row's command on its processors."""
    cores = sorted(os.sched_getaffinity(0))[: row.cores]
    environment = {
        **os.environ,
        "AIRFLOW_HOME": str(scratch / "airflow"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
        "AIRFLOWKIT_CONFIG": str(row.settings or ""),
        "XDG_CACHE_HOME": str(scratch / "cache" / ("once" if "--once" in row.command else "twice")),
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = ["taskset", "--cpu-list", ",".join(map(str, cores)), *row.command]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)


def peak_memory(row: Row, scratch: Path) -> float:
    """Return the most memory that a row's processes occupy together, in MiB."""
    process = start(row, scratch)
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
    typer.run(main)
