import re
import tomllib
from pathlib import Path

import pytest

from airflowkit.checks.model.run_dates import dates_needed
from airflowkit.pods.schema.jinja import parse_template

EXAMPLES = Path(__file__).parent.parent / "dags_examples"
FILES = sorted(EXAMPLES.glob("*.py"))
IMAGES = {"busybox:1.37", "python:3.11-slim"}
"""The cluster tests give local images these names, since nothing can be pulled there."""


@pytest.fixture(scope="module")
def bag():
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(EXAMPLES)


def test_every_example_is_imported_without_an_error(bag):
    assert bag.import_errors == {}
    assert set(bag.dags) == {path.stem for path in FILES}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_example_says_what_it_shows_and_how_its_failure_is_reported(path, bag):
    dag = bag.dags[path.stem]
    first, blank, *rest = dag.doc_md.splitlines()
    assert first.endswith((".", ":"))
    assert not blank
    assert rest
    assert dag.has_on_failure_callback


@pytest.mark.parametrize("path", [*FILES, EXAMPLES.parent / "README.md"], ids=lambda path: path.stem)
def test_an_example_needs_no_date_that_some_runs_do_not_have(path):
    templates = re.findall(r"\{\{.*?\}\}", path.read_text())
    assert [text for text in templates if dates_needed(parse_template(text))] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_example_uses_few_images(path, bag):
    tasks = bag.dags[path.stem].tasks
    images = {getattr(task, "image", None) or getattr(task, "partial_kwargs", {}).get("image") for task in tasks}
    assert images - {None} <= IMAGES


def test_the_example_secrets_are_those_that_the_examples_name(bag):
    local = tomllib.loads((EXAMPLES / "airflowkit.local.toml.example").read_text())
    text = "".join(path.read_text() for path in FILES)
    for name in (*local["secrets"], *local["config_maps"]):
        assert f'"{name}"' in text
