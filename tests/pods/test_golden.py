"""The manifests beside the examples are those of their pods; `python scripts/example_manifests.py` rewrites them."""

from __future__ import annotations

import re
import runpy
from importlib.util import find_spec
from pathlib import Path

import pytest

from airflowkit._airflow import airflow_version

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "dags_examples"
MANIFESTS = EXAMPLES / "manifests"
NEEDS = {
    "asset_handover": (lambda: airflow_version() >= (3, 0), "Airflow 3, whose assets were datasets before"),
    "azure_blob": (lambda: find_spec("airflow.providers.microsoft") is not None, "the extra azure"),
    "deadline_alert": (lambda: airflow_version() >= (3, 2), "Airflow 3.2"),
}


def without_version(text: str) -> str:
    return re.sub(r"^    airflow_version: .*\n", "", text, flags=re.MULTILINE)


@pytest.fixture(scope="module")
def manifests():
    return runpy.run_path(str(ROOT / "scripts/example_manifests.py"))["manifests"]


@pytest.mark.parametrize("name", sorted(path.stem for path in EXAMPLES.glob("*.py")))
def test_an_examples_pods_are_what_they_were(name, examples, manifests):
    is_met, need = NEEDS.get(name, (lambda: True, ""))
    if not is_met():
        pytest.skip(f"needs {need}")
    made = {dag_id: without_version(text) for dag_id, text in manifests(examples / f"{name}.py").items()}
    golden = {file.stem: without_version(file.read_text()) for file in MANIFESTS.glob(f"{name}*.yaml")}
    assert made == golden, "run python scripts/example_manifests.py"
    again = {dag_id: without_version(text) for dag_id, text in manifests(examples / f"{name}.py").items()}
    assert made == again, "another parse gave another pod"


def test_every_manifest_is_one_of_an_example(examples):
    names = [path.stem for path in examples.glob("*.py")]
    assert [file.name for file in MANIFESTS.iterdir() if not file.stem.startswith(tuple(names))] == []
