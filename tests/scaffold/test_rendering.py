import ast
import re
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflowkit.checks.model.run_dates import dates_needed
from airflowkit.pods.schema.jinja import parse_template
from airflowkit.scaffold.answers.dag import DAG_TEMPLATES, DagAnswers
from airflowkit.scaffold.rendering import _TEMPLATES, _layout, render_dag

RUFF = str(Path(sys.executable).with_name("ruff"))
OPTIONS = {
    "schedule": ["", "@daily", "*/15 8-18 * * mon-fri"],
    "owner": ["data-eng", "Daten + Co", "ä" * 120, "データ" * 8],
    "image": ["busybox:1.37", "registry.example.com:5000/" + "team/" * 20 + "orders:1.4.2"],
    "tags": [(), ("a",), tuple(f"tag-{number}" for number in range(30))],
}
ALL_OPTIONS = [dict(zip(OPTIONS, values, strict=True)) for values in product(*OPTIONS.values())]


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """Every template with every option."""
    folder = tmp_path_factory.mktemp("dags")
    for template in DAG_TEMPLATES:
        for number, options in enumerate(ALL_OPTIONS):
            answers = DagAnswers(name=f"{template}_{number}", template=template, **options)
            (folder / f"{answers.name}.py").write_text(render_dag(answers))
        longest = DagAnswers(name=f"{template:x<250}", template=template)
        (folder / f"{longest.name}.py").write_text(render_dag(longest))
        silent = DagAnswers(name=f"{template}_silent", template=template, teams=False)
        (folder / f"{silent.name}.py").write_text(render_dag(silent))
    return folder


@pytest.mark.parametrize("line_length", [88, 120])
def test_ruff_would_format_nothing_anew(rendered, line_length):
    command = [RUFF, "format", "--isolated", "--diff", f"--line-length={line_length}", str(rendered)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_ruff_finds_no_fault_with_its_default_import_and_airflow_rules(rendered):
    command = [RUFF, "check", "--isolated", "--preview", "--extend-select=I,AIR,B,UP,SIM,ANN,DOC", "--ignore=DOC201"]
    result = subprocess.run([*command, "."], cwd=rendered, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_every_dag_loads_in_airflow_without_an_import_error(rendered):
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(rendered)
    assert bag.import_errors == {}
    assert set(bag.dags) == {path.stem for path in rendered.glob("*.py")}
    for dag in bag.dags.values():
        dag.timetable.validate()


def test_the_options_are_in_the_dag(rendered):
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(rendered, safe_mode=True)
    for template, (number, options) in product(DAG_TEMPLATES, enumerate(ALL_OPTIONS)):
        dag = bag.dags[f"{template}_{number}"]
        images = {getattr(task, "image", None) or task.partial_kwargs.get("image") for task in pods(dag)}
        assert {task.owner for task in dag.tasks} == {options["owner"]}
        assert images <= {options["image"]}
        assert set(options["tags"]) == dag.tags
        assert (dag.schedule or "") == options["schedule"]


@pytest.mark.parametrize("template", DAG_TEMPLATES)
def test_a_dag_without_teams_does_not_name_it(template):
    assert "teams" not in render_dag(DagAnswers(name="x", template=template, teams=False))
    assert "on_failure_callback=teams_failure()" in render_dag(DagAnswers(name="x", template=template))


@pytest.mark.parametrize("template", DAG_TEMPLATES)
def test_a_new_dag_needs_no_date_that_some_runs_do_not_have(template):
    """The API starts a run without one, and every try of its tasks would fail."""
    texts = re.findall(r"\{\{.*?\}\}", render_dag(DagAnswers(name="x", template=template)))
    assert [text for text in texts if dates_needed(parse_template(text))] == []


def pods(dag):
    return [task for task in dag.tasks if "Pod" in task.task_type]


def test_templates_use_the_public_interface_only():
    import airflowkit

    for template in DAG_TEMPLATES:
        for node in ast.walk(ast.parse(render_dag(DagAnswers(name="x", template=template)))):
            if isinstance(node, ast.ImportFrom) and node.module.startswith("airflowkit"):
                assert node.module == "airflowkit"
                assert {alias.name for alias in node.names} <= set(airflowkit.__all__)


def test_every_template_file_is_offered():
    assert {path.name.removesuffix(".py.j2") for path in (_TEMPLATES / "dag").glob("*.py.j2")} == set(DAG_TEMPLATES)


def test_the_same_answers_give_the_same_bytes():
    program = """
from airflowkit.scaffold.answers.dag import DagAnswers
from airflowkit.scaffold.rendering import render_dag
print(render_dag(DagAnswers(name="x", template="etl", tags=("b", "a"))))
"""
    first, second = (
        subprocess.check_output([sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}) for seed in "12"
    )
    assert first == second


@given(st.lists(st.text("ab- 日", max_size=40)))
def test_a_list_is_the_same_list_however_it_is_layout(texts):
    lines = _layout(map(repr, texts), "    [", "],")
    assert ast.literal_eval(lines.strip().removesuffix(",")) == texts
    assert all(len(line) <= 88 for line in lines.splitlines())
