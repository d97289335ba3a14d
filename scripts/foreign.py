"""Checks DAGs that nobody here wrote: the examples of Airflow and of packages named on the command line.

Prints how many findings each rule has, as the table in docs/reference/checks.md has them, and with `--all` each
finding. The packages' source distributions are downloaded (`--sources FOLDER` takes them from there); to import the
examples, the packages themselves must be installed beside airflowkit:

    uv pip install apache-airflow-providers-{amazon,docker,http,slack}
    scripts/foreign.py apache-airflow-providers-{cncf-kubernetes,amazon,docker,http,slack}
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from airflowkit.checks.engine import check
from airflowkit.checks.rules import BY_CODE
from airflowkit.setting_sections import Check

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from airflowkit.checks.report import Report

OF_THE_TESTS = {
    "system_tests": "def get_test_run(dag, **arguments): ...\nget_test_env_id = str\n",
    "watcher": (
        "from airflow.sdk import task\n\n"
        '@task(trigger_rule="one_failed", retries=0)\ndef watcher():\n    raise RuntimeError("a task failed")\n'
    ),
    "version_compat": 'def __getattr__(name):\n    return name.startswith("AIRFLOW_V_")\n',
    "api_client_helpers": "def __getattr__(name):\n    return lambda *given, **named: None\n",
}
"""What the providers' examples import of their authors' test tools, which no package has."""


def main() -> None:
    """Check the examples and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("packages", nargs="*", help="such as apache-airflow-providers-amazon==9.39.0")
    parser.add_argument("--sources", type=Path, help="a folder of source distributions")
    parser.add_argument("--all", action="store_true", help="print each finding")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        sources = given.sources or downloaded(given.packages, Path(scratch, "sources"))
        dags = Path(scratch, "dags")
        collected(examples(sources, Path(scratch, "unpacked")), dags)
        report = check([dags], options=Check(), use_cache=False)
        if given.all:
            show(report, dags)
        print("\n".join(table(report)))


def downloaded(packages: Iterable[str], folder: Path) -> Path:
    """Download source distributions into a folder."""
    folder.mkdir()
    fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", "--dest", folder]
    for package in packages:
        subprocess.run([*fetch, package], check=True)
    return folder


def examples(sources: Path, scratch: Path) -> Iterator[tuple[str, Path]]:
    """Yield the folders of examples, each with the place below the DAG folder that they import each other from."""
    yield "airflow_examples", Path(find_spec("airflow.example_dags").submodule_search_locations[0])
    for archive in sorted(sources.glob("*.tar.gz")):
        with tarfile.open(archive) as file:
            file.extractall(scratch, filter="data")
    for folder in sorted(scratch.rglob("example_dags")):
        yield f"{folder.parent.name}_examples", folder
    for folder in sorted(scratch.glob("*/tests/system")):
        yield "system", folder


def collected(found: Iterable[tuple[str, Path]], dags: Path) -> None:
    """Copy the examples into one DAG folder, beside what they import of the tests' tools."""
    for name, folder in found:
        shutil.copytree(folder, dags / name, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    tools = dags / "tests_common" / "test_utils"
    tools.mkdir(parents=True)
    for name, text in OF_THE_TESTS.items():
        (tools / f"{name}.py").write_text(text)
    (dags / ".airflowignore").write_text("/tests_common\n")


def show(report: Report, dags: Path) -> None:
    """Print each finding."""
    for it in report.findings:
        path = Path(it.path).absolute().relative_to(dags)
        print(f"{it.code} {path}:{it.line or ''} {it.dag_id or ''}.{it.task_id or ''} {it.message}")


def table(report: Report) -> Iterator[str]:
    """Yield the counts by rule, as Markdown."""
    yield f"{report.files} files, {report.dags} DAGs\n"
    yield "| rule | findings |\n|---|---|"
    for code, number in sorted(Counter(finding.code for finding in report.findings).items()):
        yield f"| {code} {BY_CODE[code].name} | {number} |"


if __name__ == "__main__":
    main()
