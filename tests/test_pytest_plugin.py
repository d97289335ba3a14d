"""The pytest plugin as a user runs it, each time in a pytest of its own."""

import re
import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest

from airflowkit._airflow import airflow_version
from airflows import for_this_airflow

pytest_plugins = ["pytester"]
pytestmark = [pytest.mark.slow, pytest.mark.matrix]

GOOD = """\
from airflow.sdk import DAG
from airflow.providers.standard.operators.empty import EmptyOperator

with DAG("{0}", schedule=None):
    EmptyOperator(task_id="load")
"""
BROKEN = "# airflow dag\n\nimport nosuch\n"
OWN = "def test_own(): pass\n"


@pytest.fixture
def repository(pytester, monkeypatch):
    # The entry point would load the plugin a second time where it is installed.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.plugins = ["airflowkit.pytest_plugin"]
    write(pytester.path, "airflowkit.toml", '[check]\nselect = ["AK1", "AK2", "AK603"]\n')
    write(pytester.path, "dags/orders.py", GOOD.format("orders"))
    return pytester


def write(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(for_this_airflow(text))
    return path


def outcomes(result):
    return {name: count for name, count in result.parseoutcomes().items() if name not in ("warning", "warnings")}


def said(result):
    return result.stdout.str() + result.stderr.str()


def test_without_a_test_file_each_rule_on_each_file_is_a_test(repository):
    result = repository.runpytest_subprocess("--airflowkit")
    assert result.ret == 0
    assert list(outcomes(result)) == ["passed"]
    result.stdout.fnmatch_lines([f"airflowkit: {outcomes(result)['passed']} checks, 1 DAG files in */dags"])


@pytest.mark.parametrize(("only", "left"), [("AK101", 1), ("nothing", 0)])
def test_pytest_counts_the_added_tests_whether_they_are_deselected_or_only_collected(repository, only, left):
    result = repository.runpytest_subprocess("--airflowkit", "--co", "-q", "-k", only)
    whole = repository.runpytest_subprocess("--airflowkit", "--co", "-k", only)
    (number,) = re.findall(r"^airflowkit: (\d+) checks", said(whole), re.MULTILINE)
    counted = f"{left}/{number} tests collected" if left else f"no tests collected ({number} deselected)"
    assert counted in said(result)
    assert f"collected {number} items / {int(number) - left} deselected / {left} selected" in said(whole)


def test_a_file_that_cannot_be_imported_is_one_clear_failure_and_checked_no_further(repository):
    write(repository.path, "dags/broken.py", BROKEN)
    result = repository.runpytest_subprocess("--airflowkit", "-rs")
    assert result.ret == 1
    assert outcomes(result)["failed"] == 1
    assert "\ndags/broken.py:3: AK101 ModuleNotFoundError: No module named 'nosuch'" in said(result)
    assert "Traceback" not in said(result)
    assert "not checked: the file cannot be imported" in said(result)
    again = repository.runpytest_subprocess("--airflowkit", "--lf")
    assert outcomes(again)["failed"] == 1
    assert "passed" not in outcomes(again)


def test_a_part_is_chosen_with_k(repository):
    result = repository.runpytest_subprocess("--airflowkit", "-k", "orders and AK101")
    assert outcomes(result)["passed"] == 1


def test_they_run_beside_the_users_own_tests_in_any_import_mode(repository):
    write(repository.path, "tests/test_own.py", OWN)
    result = repository.runpytest_subprocess(
        "--airflowkit", "--import-mode=importlib", "-k", "test_own or AK101", "tests"
    )
    assert outcomes(result)["passed"] == 2


def test_the_marker_leaves_them_out(repository):
    write(repository.path, "test_own.py", OWN)
    assert outcomes(repository.runpytest_subprocess("--airflowkit", "-m", "not airflowkit"))["passed"] == 1


def test_collecting_imports_no_dag(repository):
    write(repository.path, "dags/orders.py", f"raise SystemExit  # airflow dag\n{GOOD.format('orders')}")
    result = repository.runpytest_subprocess("--airflowkit", "--collect-only", "-q")
    assert result.ret == 0
    assert "dags/orders.py::AK101 " in said(result)


def test_xdists_workers_share_one_check_and_junit_knows_each_test(repository):
    pytest.importorskip("xdist")
    imports = repository.path / "imports"
    counting = f"\nwith open({str(imports)!r}, 'a') as file:\n    file.write('x')\n"
    write(repository.path, "dags/orders.py", GOOD.format("orders") + counting)
    write(repository.path, "dags/broken.py", BROKEN)
    write(repository.path, "airflowkit.toml", '[check]\nselect = ["AK10"]\nignore = { AK110 = "it parses twice" }\n')
    result = repository.runpytest_subprocess("--airflowkit", "-p", "xdist.plugin", "-n", "2", "--junitxml=report.xml")
    suite = ET.parse(repository.path / "report.xml").getroot().find("testsuite")
    assert suite.get("failures") == "1", said(result)
    assert int(suite.get("tests")) == sum(outcomes(result).values()) > 10
    names = {case.get("classname") for case in suite.iter("testcase")}
    assert names == {"dags.orders", "dags.broken"}
    assert imports.read_text() == "x"


def test_findings_outside_of_dag_files_are_reported_for_the_folder(repository):
    write(repository.path, "requirements.txt", "airflowkit\n")
    result = repository.runpytest_subprocess("--airflowkit", "-k", "AK603")
    assert "requirements.txt:1: AK603" in said(result)
    assert outcomes(result)["failed"] == 1


def test_a_missing_folder_is_wrong_use_and_no_pass(repository):
    result = repository.runpytest_subprocess("--airflowkit", "--airflowkit-dags", "nowhere")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "nowhere does not exist" in said(result)


def test_wrong_settings_are_wrong_use(repository):
    write(repository.path, "airflowkit.toml", "[check]\nselct = []\n")
    result = repository.runpytest_subprocess("--airflowkit")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "did you mean 'select'" in said(result)
    assert "Traceback" not in said(result)


def test_an_empty_folder_is_no_pass(repository):
    (repository.path / "dags/orders.py").unlink()
    assert repository.runpytest_subprocess("--airflowkit").ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_settings_in_the_ini_file_hold_wherever_pytest_is_called(repository):
    write(repository.path, "dags/broken.py", BROKEN)
    write(repository.path, "pipelines/loads.py", GOOD.format("loads"))
    write(repository.path, "pipelines/test_own.py", OWN)
    ini = write(repository.path, "pytest.ini", "[pytest]\nairflowkit = true\nairflowkit_dags = pipelines\n")
    chosen = ("-k", "test_own or AK101", "-v")
    for folder, arguments in (
        (repository.path, ()),
        (repository.path / "pipelines", ()),
        (repository.path.parent, (repository.path,)),
        (repository.path / "dags", ("-c", ini, repository.path)),
    ):
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(folder)
            result = repository.runpytest_subprocess(*chosen, *arguments)
        assert outcomes(result)["passed"] == 2, f"{folder}: {said(result)}"
        assert "loads.py::AK101" in said(result)


def test_without_settings_the_folder_is_the_repositorys_wherever_pytest_is_called(repository):
    write(repository.path, "pytest.ini", "[pytest]\n")
    write(repository.path, "tests/test_own.py", OWN)
    (repository.path / "airflowkit.toml").unlink()
    for folder, arguments in ((repository.path / "tests", ()), (repository.path.parent, (repository.path,))):
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(folder)
            result = repository.runpytest_subprocess("--airflowkit", "--collect-only", "-q", *arguments)
        assert "dags/orders.py::AK101" in said(result), folder
        assert "test_own" in said(result)


def test_without_the_option_nothing_is_added(repository):
    assert repository.runpytest_subprocess().ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_the_plugin_can_be_left_out(repository, monkeypatch):
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    repository.plugins = []
    write(repository.path, "test_own.py", OWN)
    assert outcomes(repository.runpytest_subprocess("-p", "no:airflowkit"))["passed"] == 1
    result = repository.runpytest_subprocess("-p", "no:airflowkit", "--airflowkit")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "unrecognized arguments: --airflowkit" in said(result)


def test_loading_the_plugin_imports_nothing_heavy():
    statement = "import pytest, sys; before = set(sys.modules); import airflowkit.pytest_plugin; "
    statement += "print(*set(sys.modules) - before)"
    result = subprocess.run([sys.executable, "-c", statement], capture_output=True, text=True, check=True)
    heavy = {"airflow", "kubernetes", "pydantic", "jinja2", "rich", "http", "subprocess", "airflowkit.errors"}
    assert not heavy & set(result.stdout.split())


def test_the_fixtures_serve_users_own_tests(repository):
    write(repository.path, "airflowkit.toml", '[teams]\nconn_id = "house_teams"\n')
    write(
        repository.path,
        "dags/pods.py",
        """\
from airflow.sdk import DAG, task
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator

with DAG("pods", schedule=None, default_args={"namespace": "airflow", "image": "orders:1.4.2"}):

    @task
    def days():
        return [["monday"]]

    KubernetesPodOperator(task_id="load")
    KubernetesPodOperator.partial(task_id="known").expand(arguments=[["a"], ["b"]])
    KubernetesPodOperator.partial(task_id="unknown").expand(arguments=days())
""",
    )
    write(
        repository.path,
        "test_own.py",
        """\
import pytest

def test_dags(dag_bag):
    assert sorted(dag_bag) == ["orders", "pods"]
    assert not dag_bag.import_errors
    with pytest.raises(LookupError, match="no DAG 'pod'; did you mean 'pods'"):
        dag_bag["pod"]

def test_pods(dag_bag, render_pods):
    pods = render_pods(dag_bag["pods"])
    assert pods == render_pods(dag_bag["pods"])
    args = {task: pod["spec"]["containers"][0].get("args") for task, pod in pods.items()}
    assert args == {"load": None, "known[0]": ["a"], "known[1]": ["b"], "unknown": None}
    assert {pod["spec"]["containers"][0]["image"] for pod in pods.values()} == {"orders:1.4.2"}

def test_inboxes(teams_inbox):
    from airflowkit import send_card
    card = {"type": "AdaptiveCard", "version": "1.4", "body": []}
    ops = teams_inbox.of("ops_teams")
    send_card(card)
    send_card(card, conn_id="house_teams")
    send_card(card, conn_id="ops_teams")
    assert teams_inbox.cards == [card, card]
    assert ops.cards == teams_inbox.of("ops_teams").cards == [card]
    assert teams_inbox.of("house_teams") is teams_inbox
""",
    )
    result = repository.runpytest_subprocess("-q")
    assert outcomes(result) == {"passed": 3}, said(result)


def test_a_run_starts_where_airflow_can_run_a_dag_and_says_so_where_it_cannot(repository):
    write(
        repository.path,
        "test_own.py",
        """\
def test_run(run_dag):
    result = run_dag("orders")
    assert result.ok
    assert result.task("load").state == "success"
""",
    )
    result = repository.runpytest_subprocess("-q")
    if airflow_version() >= (3, 0):
        assert outcomes(result) == {"passed": 1}, said(result)
    else:
        assert "LocalRunError: a run needs Airflow 3.1 or newer" in said(result)
