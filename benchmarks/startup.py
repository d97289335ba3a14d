"""The cost of starting: `import airflowkit`, `--help`, `new-repo` and `new-dag`, beside a bare Python.

    python benchmarks/startup.py [ROUNDS]

Prints the best of all rounds, in milliseconds of wall time and of CPU time.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COMMAND = str(Path(sys.executable).with_name("airflowkit"))
MEASURED = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "import airflowkit": [sys.executable, "-c", "import airflowkit"],
    "airflowkit --help": [COMMAND, "--help"],
    "airflowkit new-repo": [COMMAND, "new-repo", "dags-of-ours"],
    "airflowkit new-dag": [COMMAND, "new-dag", "orders_daily"],
}


def cost(command: list[str]) -> tuple[float, float]:
    """Return one run's wall and CPU time in seconds."""
    folder = tempfile.mkdtemp()
    (Path(folder) / "dags").mkdir()
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    shutil.rmtree(folder)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main(rounds: int = 10) -> None:
    print(f"best of {rounds}            wall      CPU")
    for name, command in MEASURED.items():
        costs = [cost(command) for _ in range(rounds)]
        wall, cpu = (1000 * min(column) for column in zip(*costs, strict=True))
        print(f"  {name:<19} {wall:6.0f} ms {cpu:6.0f} ms")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
