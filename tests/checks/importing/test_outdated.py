"""A file that uses what Airflow no longer has: one check names the successors, and shows what else the file has."""

import pytest

from airflowkit.checks.engine import checked
from airflowkit.settings import load_settings

pytestmark = pytest.mark.needs_airflow(3, 1, "Airflow 2 still has these names and arguments")
SECRET = "from airflow.providers.cncf.kubernetes.secret import Secret"


@pytest.fixture
def report(pool, tmp_path):
    def checked_files(**files):
        for name, text in files.items():
            (tmp_path / f"{name}.py").write_text(f'"""An airflow DAG."""\n{text}')
        paths = [tmp_path / f"{name}.py" for name in files if name != "helper"]
        return checked(pool, tmp_path, paths, load_settings(tmp_path).check)

    return checked_files


def shown(report, code="AK101"):
    return [(finding.line, finding.message, finding.hint) for finding in report.findings if finding.code == code]


def test_every_moved_name_and_argument_of_a_file_is_named_at_once(report):
    found = report(
        dag="from airflow.kubernetes.secret import Secret\n"
        "from airflow.operators.bash_operator import BashOperator\n"
        "from airflow.sdk import DAG\n"
        "from airflow.utils.dates import days_ago\n"
        'with DAG("orders", schedule_interval=None, start_date=days_ago(1), default_view="graph"):\n'
        '    BashOperator(task_id="load", bash_command="{{ ds }", provide_context=True)\n'
    )
    hints = [(line, hint) for line, _message, hint in shown(found)]
    assert hints == [
        (2, SECRET),
        (3, "from airflow.providers.standard.operators.bash import BashOperator"),
        (5, "write a fixed date, such as datetime(2026, 1, 1)"),
        (6, "delete it"),
        (6, "write schedule="),
        (7, "delete it"),
    ]
    assert [line for line, _message, _hint in shown(found, "AK310")] == [7]


def test_what_fails_besides_is_shown_too(report):
    found = report(dag="from airflow.kubernetes.secret import Secret\nimport nosuch\n")
    assert shown(found) == [
        (2, "imports airflow.kubernetes.secret.Secret, which was moved in Airflow 3.0", SECRET),
        (3, "ModuleNotFoundError: No module named 'nosuch'", shown(found)[1][2]),
    ]


@pytest.mark.parametrize("use", ["SubDagOperator + 1", "list(SubDagOperator)", "SubDagOperator['a']"])
def test_a_removed_name_in_a_use_that_nothing_can_stand_in_for_is_not_blamed_on_the_file(report, use):
    found = report(dag=f"from airflow.operators.subdag import SubDagOperator\n{use}\n")
    (_removed, rest) = shown(found)
    assert rest == (
        3,
        "what follows cannot be checked: it depends on what Airflow no longer has",
        "correct the lines named before, and check again",
    )


@pytest.mark.parametrize("use", ["isinstance('x', SubDagOperator)", "class A(SubDagOperator): ...", "SubDagOperator.a"])
def test_a_removed_class_may_be_a_base_or_the_type_of_something(report, use):
    found = report(dag=f"from airflow.operators.subdag import SubDagOperator\n{use}\nimport nosuch\n")
    assert [line for line, _message, _hint in shown(found)] == [2, 4]


def test_a_successor_of_a_missing_provider_names_the_distribution(report):
    (found,) = shown(report(dag="from airflow.operators.docker_operator import DockerOperator\n"))
    assert found[2] == (
        "from airflow.providers.docker.operators.docker import DockerOperator, "
        "and add apache-airflow-providers-docker to requirements.txt"
    )


def test_a_module_that_a_provider_never_had_is_no_missing_package(report):
    (found,) = shown(report(dag="import airflow.providers.cncf.kubernetes.operators.nosuch\n"))
    assert found[2].startswith("the installed apache-airflow-providers-cncf-kubernetes has no such module")


def test_a_missing_provider_is_a_missing_package(report):
    (found,) = shown(report(dag="from airflow.providers.docker.operators.docker import DockerOperator\n"))
    assert found[2] == "add apache-airflow-providers-docker to requirements.txt, and rebuild the image"


@pytest.mark.parametrize("line", ["from {} import JiraOperator", "import {}", "import os, {} as jira"])
def test_a_missing_provider_of_a_family_is_named_by_the_line_that_imports_it(report, line):
    (found,) = shown(report(dag=line.format("airflow.providers.atlassian.jira.operators.jira")))
    assert found[2] == "add apache-airflow-providers-atlassian-jira to requirements.txt, and rebuild the image"


def test_one_missing_module_in_many_files_is_one_finding(report):
    files = {f"dag_{number}": "import nosuch\n" for number in range(5)}
    (found,) = shown(report(**files))
    assert found[2].endswith("(4 other files too)")


def test_one_broken_helper_is_one_finding_and_each_file_of_its_own_is_another(report):
    helper = "from airflow.utils.dates import days_ago\n"
    files = {f"dag_{number}": "import helper_of_outdated\n" for number in range(3)}
    report(helper_of_outdated=helper)
    found = shown(report(**files, own=helper))
    assert len(found) == 2
    assert "helper_of_outdated.py:2" in found[0][1]


@pytest.mark.needs_airflow(3, 2, "older ones still take datasets=")
def test_old_arguments_of_mapped_tasks_and_timetables_are_named_as_those_of_calls_are(report):
    found = report(
        dag="from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator\n"
        "from airflow.providers.standard.operators.bash import BashOperator\n"
        "from airflow.sdk import DAG, Asset, task\n"
        "from airflow.timetables.datasets import DatasetOrTimeSchedule\n"
        "from airflow.timetables.trigger import CronTriggerTimetable\n"
        'daily = CronTriggerTimetable("@daily", timezone="UTC")\n'
        'with DAG("orders", schedule=DatasetOrTimeSchedule(timetable=daily, datasets=[Asset("a")])):\n'
        '    BashOperator.partial(task_id="a", task_concurrency=2, provide_context=True).expand(bash_command=["x"])\n'
        '    KubernetesPodOperator.partial(task_id="b", image="a:1").expand(node_selectors=[{"a": "b"}])\n'
        "    @task(provide_context=True)\n"
        "    def c(**context): ...\n"
        "    c()\n"
    )
    assert [(line, hint) for line, _message, hint in shown(found) if line > 5] == [
        (8, "write assets="),
        (9, "delete it"),
        (9, "write max_active_tis_per_dag="),
        (10, "write node_selector="),
        (13, "delete it"),
    ]
    assert found.dags == 1


HINTS = {
    "from airflow.providers.standard.operators.shell import BashOperator": (
        "from airflow.providers.standard.operators.bash import BashOperator"
    ),
    "from airflow.providers.standard.operators.bash import PythonOperator": (
        "from airflow.providers.standard.operators.python import PythonOperator"
    ),
    "from airflow.models.nosuch import Variable": "from airflow.sdk import Variable",
    "from airflow.sdk import NoSuchThing": "has no NoSuchThing: look for the name in its reference",
    "from json import NoSuchThing": "check which version of json production has: this one has no NoSuchThing",
    'raise RuntimeError("install the provider: pip install apache-airflow-providers-apache-beam")': (
        "add apache-airflow-providers-apache-beam to requirements.txt, and rebuild the image"
    ),
    "from airflow.sdk import task\n@task.warehouse_sql\ndef load(): ...": (
        "add the package that provides @task.warehouse_sql to requirements.txt, and rebuild the image"
    ),
    "import urllib.request\nurllib.request.urlopen('http://nowhere.invalid/')": (
        "fetch the data inside a task: without the network, or with that host down, the DAGs disappear"
    ),
    'raise ValueError("could not find dbt_project.yml at /nowhere/warehouse/dbt_project.yml")': (
        "add the file to the repository; if the deployment makes it, make it before the check, too"
    ),
    'open("orders.json")': "add the file to the repository; if the deployment makes it, make it before the check, too",
}


@pytest.mark.parametrize("line", HINTS)
def test_what_to_do_about_an_import_follows_from_its_exception(report, line):
    (found,) = shown(report(dag=line + "\n"))
    assert found[2].endswith(HINTS[line])


def test_one_missing_decorator_in_many_files_is_one_finding(report):
    files = {f"dag_{number}": "from airflow.sdk import task\n@task.nosuch\ndef f(): ...\n" for number in range(3)}
    (found,) = shown(report(**files))
    assert found[2].endswith("(2 other files too)")


def test_a_removed_operator_is_shown_with_its_renamed_connection(report):
    found = report(
        dag="from airflow.providers.postgres.operators.postgres import PostgresOperator\n"
        'PostgresOperator(task_id="load", sql="SELECT 1", postgres_conn_id="orders")\n'
    )
    assert [hint.partition(",")[0] for _line, _message, hint in shown(found)] == [
        "from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator",
        "write conn_id=",
    ]


@pytest.mark.parametrize("given", ["default_var=1", '"x", deserialise_json=True', '1, False, "team"'])
def test_a_look_up_takes_the_arguments_that_it_takes_in_production(report, given):
    found = report(
        dag=f'from airflow.sdk import DAG, Variable\nx = Variable.get("x", {given})\nDAG("a", schedule=None)\n'
    )
    assert [line for line, _message, _hint in shown(found)] == [3]


def test_the_default_of_a_variable_has_its_new_name_in_the_hint(report):
    found = report(
        dag="from airflow.sdk import DAG, Variable\n"
        'x = Variable.get("x", default_var=1)\n'
        'with DAG("a", schedule_interval=None): pass\n'
        "from airflow.models import Variable as Old\n"
        'y = Old.get("y", default_var=2)\n'
    )
    hints = [(line, hint) for line, _message, hint in shown(found)]
    assert hints == [(3, "write default="), (4, "write schedule=")]


def test_a_connection_has_what_it_has_in_production(report):
    text = 'from airflow.sdk import DAG, BaseHook\nx = BaseHook.get_connection("x")\n'
    found = report(
        good=text + "print(x.host, x.port, x.extra_dejson, x.get_uri(), x.conn_type)\n",
        typo=text + "x.pasword\n",
        old=text + "x.get_password()\n",
    )
    messages = [message for _line, message, _hint in shown(found)]
    assert messages == [
        "AttributeError: 'Connection' object has no attribute 'get_password'",
        "AttributeError: 'Connection' object has no attribute 'pasword'",
    ]
