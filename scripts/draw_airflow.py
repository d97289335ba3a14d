"""Draws the UI of a real Airflow in which an example has run, its pods as processes of this computer.

python scripts/draw_airflow.py

The API server, scheduler and DAG processor are Airflow's own; the operators find the Kubernetes API of a local run.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote

from screenshot import screenshot

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "tests"))

from airflow_parts import airflow, wait_for  # noqa: E402  the tests start it, too
from airflowkit.local.apiserver.server import LocalCluster  # noqa: E402
from airflowkit.local.apiserver.store import PodStore  # noqa: E402
from airflowkit.local.kubelet.kubelet import Kubelet  # noqa: E402
from airflowkit.local.kubelet.objects import LocalObjects  # noqa: E402
from airflowkit.local.kubelet.own_images import OwnImages  # noqa: E402
from airflowkit.local.runtimes import choose_runtime  # noqa: E402

IMAGES = ROOT / "docs" / "images"
EXAMPLES = ROOT / "dags_examples"
DAG = "orders_etl"
WAIT = 25_000


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        home, kubeconfig = Path(folder) / "airflow", Path(folder) / "kubeconfig.json"
        (home / "dags").mkdir(parents=True)
        for name in ("airflowkit.toml", f"{DAG}.py"):
            shutil.copy(EXAMPLES / name, home / "dags" / name)
        store = PodStore(lambda *_: None)
        objects = LocalObjects(EXAMPLES / "airflowkit.local.toml.example")
        kubelet = Kubelet(
            store, choose_runtime("process"), objects, home, lambda *_: None, lambda _: None, OwnImages(EXAMPLES)
        )
        stack.enter_context(LocalCluster(store, kubelet, kubeconfig))
        environment = {
            "KUBECONFIG": str(kubeconfig),
            "AIRFLOW__API__BASE_URL": "",
            "AIRFLOW__LOGGING__LOGGING_LEVEL": "INFO",
        }
        running = stack.enter_context(airflow(home, environment, ("api-server", "scheduler", "dag-processor")))
        wait_for(lambda: running.knows(DAG), 120, "the DAG")
        run = running.trigger(DAG)
        if running.finish(DAG, run) != "success":
            sys.exit(f"{DAG} failed\n{running.logs()[-4000:]}")
        page = f"{running.base}/dags/{DAG}/runs/{quote(run)}"
        screenshot(page, IMAGES / "airflow-run.png", width=1400, height=640, wait=WAIT)
        screenshot(f"{page}/tasks/load", IMAGES / "airflow-log.png", width=1400, height=640, wait=WAIT)


if __name__ == "__main__":
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    main()
