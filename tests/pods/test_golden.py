"""The manifest of every pod of every example; AIRFLOWKIT_GOLDEN=1 rewrites them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from airflowkit.dags import load_file
from airflowkit.pods.expansion import is_pod
from airflowkit.pods.render import render_pod, to_yaml

EXAMPLES = Path(__file__).parents[2] / "dags_examples"
GOLDEN = Path(__file__).parent / "golden"


def _manifests(file: Path) -> str:
    tasks = [task for loaded in load_file(file, file.parent) for task in loaded.dag.tasks if is_pod(task)]
    manifests = [render_pod(task) for task in tasks]
    for manifest in manifests:
        assert manifest["metadata"]["labels"].pop("airflow_version")
    return to_yaml(manifests) if manifests else ""


@pytest.mark.parametrize("name", sorted(path.stem for path in EXAMPLES.glob("*.py")))
def test_an_examples_pods_are_what_they_were(name, examples):
    golden = GOLDEN / f"{name}.yaml"
    text = _manifests(examples / f"{name}.py")
    if os.environ.get("AIRFLOWKIT_GOLDEN"):
        GOLDEN.mkdir(exist_ok=True)
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")
    assert text == _manifests(examples / f"{name}.py"), "another parse gave another pod"
