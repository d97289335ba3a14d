import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from airflowkit.checks.model.run_dates import dates_needed
from airflowkit.pods.schema.jinja import parse_template
from airflowkit.scaffold.answers.dag import DagAnswers
from airflowkit.scaffold.dag_templates.catalogue import BUILT_IN, built_in
from airflowkit.scaffold.dag_templates.rendering import PUBLIC_IMAGE, render_dag
from airflowkit.scaffold.new_dag import NewDag
from scaffold.combinations import pairwise

RUFF = str(Path(sys.executable).with_name("ruff"))
TEMPLATES = built_in()
NAMES = tuple(TEMPLATES.folders)
OPTIONS = {
    "schedule": ["", "@daily", "*/15 8-18 * * mon-fri", "@once", "@continuous"],
    "owner": ["data-eng", "Daten + Co", "ä" * 120, "データ" * 8],
    "image": ["", "registry.example.com:5000/" + "team/" * 20 + "orders:1.4.2"],
    "tags": [(), ("a",), tuple(f"tag-{number}" for number in range(30))],
    "teams": [True, False],
}
PAIRS = [dict(options) for options in pairwise(OPTIONS)]
LONGEST = {"cross-dag": 250 - len("_parent"), "script": 200}
"""The longest name of a DAG whose other files are named after it."""


def texts_of(template, answers, **options):
    return render_dag(TEMPLATES.template(template), answers, options)


def dag_text(template, **answers):
    return texts_of(template, DagAnswers(name="x", **answers))["dags/x.py"]


def variants(template):
    """Yield answers in which every two options meet, and the longest name."""
    name = template.replace("-", "_")
    for number, options in enumerate(PAIRS):
        if options["schedule"] not in TEMPLATES.template(template).refused_schedules:
            yield DagAnswers(name=f"{name}_{number}", **options)
    yield DagAnswers(name=f"{name:x<{LONGEST.get(template, 250)}}")


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """Every template with every option: the DAGs, and beside them the other files."""
    root = tmp_path_factory.mktemp("repository")
    for template in NAMES:
        for answers in variants(template):
            complete = NewDag(TEMPLATES.template(template), answers, {}, root / "dags").complete
            for path, text in texts_of(template, complete).items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text)
    return root


@pytest.fixture(scope="module")
def bag(rendered):
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(rendered / "dags", safe_mode=True)


@pytest.mark.parametrize("line_length", [88, 120])
def test_ruff_would_format_nothing_anew(rendered, line_length):
    command = [RUFF, "format", "--isolated", "--diff", f"--line-length={line_length}", str(rendered)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_ruff_finds_no_fault_with_its_default_import_and_airflow_rules(rendered):
    command = [RUFF, "check", "--isolated", "--preview", "--extend-select=I,AIR,B,UP,SIM,ANN,DOC", "--ignore=DOC201"]
    for folder in ("dags", "scripts"):
        result = subprocess.run([*command, folder], cwd=rendered, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stdout
    command[4] = "--extend-select=I,AIR,B,UP,SIM"
    assert subprocess.run([*command, "tests"], cwd=rendered, capture_output=True, check=False).returncode == 0


def test_every_dag_loads_in_airflow_without_an_import_error(rendered, bag):
    assert bag.import_errors == {}
    assert set(bag.dags) == {path.stem for path in (rendered / "dags").glob("*.py")}
    for dag in bag.dags.values():
        dag.timetable.validate()


@pytest.mark.slow
def test_check_finds_nothing(rendered):
    from airflowkit.checks.deployment import check_options
    from airflowkit.checks.engine import check

    (rendered / "airflowkit.toml").write_text('[check.ignore]\nAK501 = "some are without Teams"\n')
    report = check([rendered / "dags"], options=check_options(rendered), use_cache=False)
    assert [f"{it.code} {it.path} {it.message}" for it in report.findings] == []


@pytest.mark.parametrize("template", NAMES)
def test_the_options_are_in_the_dag(bag, template):
    for answers in list(variants(template))[:-1]:
        dag = bag.dags[answers.name]
        images = {getattr(task, "image", None) or task.partial_kwargs.get("image") for task in pods(dag)}
        assert {task.owner for task in dag.tasks} == {answers.owner}
        assert images <= {answers.image or PUBLIC_IMAGE, f"registry.example.com/{answers.name.replace('_', '-')}:0.1.0"}
        assert set(answers.tags) == dag.tags
        assert (dag.schedule or "") == answers.schedule
        assert dag.has_on_failure_callback == answers.teams


@pytest.mark.parametrize("template", [name for name in NAMES if name not in {"alert-watchdog", "teams-alert"}])
def test_a_dag_without_teams_does_not_name_it(template):
    for text in texts_of(template, DagAnswers(name="x", teams=False)).values():
        assert "teams" not in text.lower()
    assert "on_failure_callback=teams_failure()" in dag_text(template)


@pytest.mark.parametrize("template", NAMES)
def test_a_new_dag_needs_no_date_that_some_runs_do_not_have(template):
    """The API starts a run without one, and every try of its tasks would fail."""
    for text in texts_of(template, DagAnswers(name="x")).values():
        found = re.findall(r"\{\{.*?\}\}", text)
        assert [each for each in found if dates_needed(parse_template(each))] == []


def pods(dag):
    return [task for task in dag.tasks if "Pod" in task.task_type]


@pytest.mark.parametrize("template", NAMES)
def test_templates_use_the_public_interface_only(template):
    import airflowkit

    for node in ast.walk(ast.parse(dag_text(template))):
        if isinstance(node, ast.ImportFrom) and node.module.startswith("airflowkit"):
            assert node.module == "airflowkit"
            assert {alias.name for alias in node.names} <= set(airflowkit.__all__)


@pytest.mark.parametrize("template", NAMES)
def test_airflow_takes_no_other_file_of_a_template_for_a_dag(template):
    """With the root as DAG folder, its safe mode looks for both words in every Python file."""
    for path, text in texts_of(template, DagAnswers(name="x")).items():
        if path.endswith(".py") and not path.startswith("dags/"):
            assert not ("airflow" in text.lower() and "dag" in text.lower()), path


def test_each_folder_is_a_template_with_a_page_that_says_how_its_run_ends():
    assert {path.name for path in BUILT_IN.iterdir() if path.is_dir()} == set(NAMES)
    for name in NAMES:
        page = TEMPLATES.template(name).page
        assert page.endswith("."), name
        assert re.search(r"\brun\b", page), name


def test_each_file_of_a_template_is_rendered():
    for folder in BUILT_IN.iterdir():
        if folder.is_dir():
            files = {path.name for path in folder.iterdir()}
            described = tomllib.loads((folder / "template.toml").read_text()).get("files", {})
            assert files == {"template.toml", "dag.py.j2", *described}


def test_the_image_of_a_script_is_that_of_its_dockerfile():
    texts = texts_of("script", DagAnswers(name="Orders_Ä", image="registry.example.com:5000/orders:2"))
    assert 'image.ref.name="registry.example.com:5000/orders"' in texts["scripts/Orders_Ä/Dockerfile"]
    assert "USER 10001" in texts["scripts/Orders_Ä/Dockerfile"]


def test_options_of_a_template_are_in_its_dag():
    assert 'claim="big.data"' in texts_of("file-to-volume", DagAnswers(name="x"), claim="big.data")["dags/x.py"]
    found = texts_of("blob-sensor", DagAnswers(name="x"), container="raw", conn_id="wasb_raw")["dags/x.py"]
    assert 'container_name="raw"' in found
    assert 'wasb_conn_id="wasb_raw"' in found
    assert set(texts_of("cross-dag", DagAnswers(name="x"), parent="other.dag")) == {"dags/x.py"}


def test_the_same_answers_give_the_same_bytes():
    program = """
from airflowkit.scaffold.answers.dag import DagAnswers
from airflowkit.scaffold.dag_templates.catalogue import built_in
from airflowkit.scaffold.dag_templates.rendering import render_dag
print(render_dag(built_in().template("etl"), DagAnswers(name="x", tags=("b", "a"))))
"""
    first, second = (
        subprocess.check_output([sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}) for seed in "12"
    )
    assert first == second
