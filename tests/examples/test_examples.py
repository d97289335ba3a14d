"""What every example has: words, an alert, few images, no findings, and a line in the documentation."""

import re
import tomllib
from pathlib import Path

import pytest

from airflowkit.checks.model.run_dates import dates_needed
from airflowkit.pods.schema.jinja import parse_template
from examples.says import SAYS

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "dags_examples"
FILES = sorted(EXAMPLES.glob("*.py"))
IMAGES = {"busybox:1.37", "python:3.11-slim"}
"""The cluster tests give local images these names, since nothing can be pulled there."""

each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def bag():
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(EXAMPLES)


@pytest.fixture
def dags(bag, path):
    return [dag for dag in bag.dags.values() if Path(dag.fileloc) == path]


def test_every_example_is_imported_without_an_error_and_has_a_run_that_is_tested(bag):
    assert bag.import_errors == {}
    assert bag.dags.keys() == SAYS.keys()


def test_check_finds_nothing():
    from airflowkit.checks.deployment import check_options
    from airflowkit.checks.engine import check

    report = check([EXAMPLES], options=check_options(EXAMPLES), use_cache=False)
    assert [f"{it.path}: {it.code} {it.message}" for it in report.findings] == []
    assert report.dags > len(FILES)


@each_file
def test_an_example_has_one_dag_of_its_name_or_several_that_begin_with_it(path, dags):
    ids = [dag.dag_id for dag in dags]
    assert ids == [path.stem] or (len(ids) > 1 and all(it.startswith(f"{path.stem}_") for it in ids))


@each_file
def test_an_example_says_what_it_shows_and_how_its_failure_is_reported(dags):
    for dag in dags:
        first, blank, *rest = dag.doc_md.splitlines()
        assert first.endswith((".", ":"))
        assert not blank
        assert rest
        assert dag.has_on_failure_callback


@pytest.mark.parametrize("path", [*FILES, ROOT / "README.md"], ids=lambda path: path.stem)
def test_an_example_needs_no_date_that_some_runs_do_not_have(path):
    templates = re.findall(r"\{\{.*?\}\}", path.read_text())
    assert [text for text in templates if dates_needed(parse_template(text))] == []


@each_file
def test_an_example_uses_few_images_but_those_that_are_built_beside_it(path, dags):
    tasks = [task for dag in dags for task in dag.tasks]
    images = {getattr(task, "image", None) or getattr(task, "partial_kwargs", {}).get("image") for task in tasks}
    dockerfile = EXAMPLES / "scripts" / path.stem / "Dockerfile"
    built = re.findall(r'ref\.name="(.*)"', dockerfile.read_text()) if dockerfile.exists() else []
    assert {image.rpartition(":")[0] for image in images - {None} - IMAGES} == set(built)


def test_the_example_secrets_are_those_that_the_examples_name():
    local = tomllib.loads((EXAMPLES / "airflowkit.local.toml.example").read_text())
    text = "".join(path.read_text() for path in FILES)
    for name in (*local["secrets"], *local["config_maps"]):
        assert f'"{name}"' in text


def test_the_page_of_the_examples_has_a_row_for_each():
    rows = re.findall(
        r"^\| \[`(\w+)`\]\(\.\./dags_examples/(\w+)\.py\) \| \S", (ROOT / "docs/examples.md").read_text(), re.MULTILINE
    )
    assert sorted(rows) == [(path.stem, path.stem) for path in FILES]
