"""What the starts cost that people type by hand: `import airflowkit`, `airflowkit --help`, `airflowkit new-dag`.

    python benchmarks/startup.py [ROUNDS]

Prints the best of the rounds as wall time and CPU time, and the CPU time as a ratio to an empty Python's. Typer and
Pydantic are beside them, because no command of airflowkit can be faster than what it is built with: every command
imports Typer, and Typer imports Pydantic to read the arguments of a command. The goal for `--help` is a ratio of 8.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COMMAND = str(Path(sys.executable).with_name("airflowkit"))
MEASURED = {
    "empty Python": [sys.executable, "-c", "pass"],
    "import airflowkit": [sys.executable, "-c", "import airflowkit"],
    "import typer": [sys.executable, "-c", "import typer"],
    "airflowkit --help": [COMMAND, "--help"],
    "airflowkit new-repo": [COMMAND, "new-repo", "dags-of-ours"],
    "airflowkit chek": [COMMAND, "chek"],
    "airflowkit check --help": [COMMAND, "check", "--help"],
    "typer and pydantic": [sys.executable, "-c", "import typer._adapters"],
    "airflowkit new-dag": [COMMAND, "new-dag", "orders_daily"],
}
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def cost(command: list[str]) -> tuple[float, float]:
    """Return the wall and CPU time of one call in seconds."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "dags").mkdir()
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(command, cwd=folder, check=False, capture_output=True, env=ENVIRONMENT)
        wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main(rounds: int = 10) -> None:
    best: dict[str, tuple[float, float]] = {}
    for _ in range(rounds):  # in turn, so that a busy moment hits all of them
        for name, command in MEASURED.items():
            wall, cpu = cost(command)
            best[name] = (min(wall, best.get(name, (wall,))[0]), min(cpu, best.get(name, (0.0, cpu))[1]))
    empty = best["empty Python"][1]
    print(f"best of {rounds:<18} wall      CPU   ratio")
    for name, (wall, cpu) in best.items():
        print(f"  {name:<23} {1000 * wall:4.0f} ms  {1000 * cpu:4.0f} ms   {cpu / empty:5.1f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
