"""Writes dags_examples/manifests: the pods of each example as `airflowkit render` prints them."""

from __future__ import annotations

from pathlib import Path

from airflowkit.dags import load_file
from airflowkit.pods.expansion import is_pod
from airflowkit.pods.render import render_pods

EXAMPLES = Path(__file__).parent.parent / "dags_examples"
MANIFESTS = EXAMPLES / "manifests"


def manifests(file: Path) -> dict[str, str]:
    """Return the pods of a file's DAGs, by DAG id; a DAG without pods is left out."""
    pods = {loaded.dag.dag_id: [it for it in loaded.dag.tasks if is_pod(it)] for loaded in load_file(file, file.parent)}
    return {dag_id: render_pods(tasks) for dag_id, tasks in pods.items() if tasks}


if __name__ == "__main__":
    MANIFESTS.mkdir(exist_ok=True)
    for old in MANIFESTS.glob("*.yaml"):
        old.unlink()
    for file in sorted(EXAMPLES.glob("*.py")):
        for dag_id, text in manifests(file).items():
            (MANIFESTS / f"{dag_id}.yaml").write_text(text, encoding="utf-8")
    print(f"wrote {MANIFESTS}")
