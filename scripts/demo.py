"""`make demo`: from an empty folder to a pod that has run, and to the alert of one that failed.

Everything is written to `.demo/` in the checkout, which each demo removes first.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from rich.console import Console

ROOT = Path(__file__).parents[1]
DEMO = ROOT / ".demo"
REPOSITORY = DEMO / "airflow-dags"
EXAMPLES = ROOT / "dags_examples"
COMMAND = Path(sys.executable).with_name("airflowkit")

console = Console(highlight=False)


def airflowkit(title: str, folder: Path, *arguments: str, status: int = 0) -> None:
    """Run a command the way a user types it; stop the demo unless it exits with the expected status."""
    console.print(f"\n[bold]{title}[/]\n[dim]{folder.name} $[/] airflowkit {' '.join(arguments)}", soft_wrap=True)
    result = subprocess.run([COMMAND, *arguments], cwd=folder, check=False)
    if result.returncode != status:
        sys.exit(f"make demo: airflowkit {arguments[0]} exited with status {result.returncode}")


def main() -> None:
    shutil.rmtree(DEMO, ignore_errors=True)
    DEMO.mkdir()
    os.environ["AIRFLOW_HOME"] = str(DEMO / "airflow")
    os.environ.setdefault("AIRFLOWKIT_RUNTIME", "process")  # the demo needs no registry
    for name in ("AIRFLOW_CONN_MSTEAMS_WEBHOOK_URL", "AIRFLOWKIT_CONFIG", "AIRFLOWKIT_PROFILE", "KUBECONFIG"):
        os.environ.pop(name, None)

    airflowkit("1. A git-sync repository", DEMO, "new-repo", REPOSITORY.name, "--defaults")
    airflowkit("2. A DAG in it", REPOSITORY, "new-dag", "orders_daily", "--defaults")
    airflowkit("3. Check it", REPOSITORY, "check")
    airflowkit("4. Run it: no cluster, pods on this computer", REPOSITORY, "run", "orders_daily")
    airflowkit("5. A DAG whose pod fails, and its alert", EXAMPLES, "run", "failing_with_alert", status=1)


if __name__ == "__main__":
    main()
