"""The answer of `--watch` to a saved file against the first one: of `check` on generated files, and of `run`.

Each command stays in a process of its own; a file is saved, and the time until the answer is there counts, the median
of some rounds. The aim is a second: a ratio of about a seventh for `run`, and for `check` far less.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

FILES = 50
ROUNDS = 5
LONGEST = 300.0
DAG_FILE = """\
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG

with DAG("watched_{number}", schedule=None):
    KubernetesPodOperator(task_id="pod", image="none", cmds=["true"])
# {save}
"""


@contextmanager
def staying(root: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """Start a command that stays, and end it; yield it with the file that takes its output."""
    output = root / f"{arguments[0]}.txt"
    with output.open("wb") as file:
        command = [sys.executable, "-m", "airflowkit", *arguments, "--watch"]
        process = subprocess.Popen(command, cwd=root, stdout=file, stderr=subprocess.STDOUT)
    try:
        yield process, output
    finally:
        process.terminate()
        process.wait()


def seconds_until(process: subprocess.Popen[bytes], output: Path, words: str, count: int) -> float:
    """Return how long it takes until the output has words for the count-th time."""
    began = time.perf_counter()
    while output.read_text().count(words) < count:
        assert process.poll() is None, output.read_text()
        assert time.perf_counter() - began < LONGEST, output.read_text()
        time.sleep(0.01)
    return time.perf_counter() - began


def measure(root: Path, words: str, *arguments: str) -> tuple[float, float]:
    """Return the seconds until the first answer, and until that to a save."""
    saved = root / "dags" / "dag_0.py"
    with staying(root, *arguments) as (process, output):
        first = seconds_until(process, output, words, 1)
        later = []
        for number in range(ROUNDS):
            time.sleep(1)
            saved.write_text(DAG_FILE.format(number=0, save=number))
            later.append(seconds_until(process, output, words, number + 2))
    return first, statistics.median(later)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="airflowkit-benchmark-") as folder:
        root = Path(folder)
        (root / "airflowkit.toml").touch()
        (root / "dags").mkdir()
        for number in range(FILES):
            (root / "dags" / f"dag_{number}.py").write_text(DAG_FILE.format(number=number, save=""))
        check = measure(root, " checked in ", "check")
        run = measure(root, "watched_0: success", "run", "watched_0", "--runtime", "process")
    for name, (first, later) in {f"check, {FILES} files": check, "run, one pod": run}.items():
        print(f"{name:<16} first {first:6.2f} s, after a save {later:5.2f} s, ratio {later / first:.2f}")


if __name__ == "__main__":
    main()
