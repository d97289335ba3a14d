"""Templates are read with the filters and extensions that Airflow and the DAG give them."""

import pytest

from airflowkit.checks.deployment import check_options
from airflowkit.checks.engine import checked
from airflows import for_this_airflow

HEAD = """\
from datetime import datetime, timedelta

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG
from airflowkit import pod_task
from kubernetes.client import models as k8s


def shout(text):
    return text.upper()


GOOD = {"log_pod_spec_on_failure": False, "image": "orders:1", "execution_timeout": timedelta(hours=1)}
"""


@pytest.fixture
def found_in(pool, tmp_path):
    """Return what the rules find in a DAG with one task."""
    folder = tmp_path / "dags"
    folder.mkdir()

    def judge(task: str, **arguments: str) -> list[tuple[str, str, str]]:
        path = folder / "orders.py"
        given = "".join(f", {name}={value}" for name, value in ({"schedule": "None"} | arguments).items())
        path.write_text(for_this_airflow(f'{HEAD}\nwith DAG("orders"{given}):\n    {task}\n'))
        report = checked(pool, folder, [path], check_options(folder))
        # Anybody may start a DAG without a schedule, with or without a date: AK311 says so, and is not asked here.
        return [
            (it.code, it.message, it.hint)
            for it in report.findings
            if it.code not in ({"AK401"} if "schedule" in arguments else {"AK401", "AK311"})
        ]

    return judge


def bash(text: str) -> str:
    return f'BashOperator(task_id="load", bash_command={text!r})'


@pytest.mark.parametrize("name", ["ds", "ds_nodash", "ts", "ts_nodash", "ts_nodash_with_tz", "upper", "tojson"])
def test_airflows_and_jinjas_filters_are_known(found_in, name):
    assert found_in(bash(f"load {{{{ data_interval_end | {name} }}}}")) == []


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("{{ ds | shout }}", {"user_defined_filters": '{"shout": shout}'}),
        ("{{ shout(ds) }}", {"user_defined_macros": '{"shout": shout}'}),
        ("{% do [] %}", {}),
        (
            "{% for x in [1] %}{% break %}{% endfor %}",
            {"jinja_environment_kwargs": '{"extensions": ["jinja2.ext.loopcontrols"]}'},
        ),
    ],
)
def test_what_a_dag_adds_to_its_templates_is_known(found_in, text, arguments):
    assert found_in(bash(text), **arguments) == []
    assert found_in(f'pod_task("load", arguments=[{text!r}], resources="small", **GOOD)', **arguments) == []


@pytest.mark.parametrize(
    ("text", "reason", "hint"),
    [
        ("{{ ds | uper }}", "there is no filter 'uper'", "did you mean 'upper'?"),
        ("{{ ds | qqqqq }}", "there is no filter 'qqqqq'", "define it in the DAG's user_defined_filters"),
        ("{{ ds is evn }}", "there is no test 'evn'", "did you mean 'even'?"),
        ("{% block a %}{% endblock %}{% block a %}{% endblock %}", "block 'a' defined twice", "correct the template"),
        ("{{ " + "(" * 2000 + ")" * 2000 + " }}", "RecursionError", "correct the template"),
    ],
)
def test_what_jinja_refuses_when_the_task_runs_is_found(found_in, text, reason, hint):
    ((code, message, advice),) = found_in(bash(text))
    assert code == "AK310"
    assert reason in message
    assert advice.startswith(hint)


@pytest.mark.needs_airflow(3, 1, "Airflow 2 still has these names")
@pytest.mark.parametrize(
    ("text", "name", "successor"),
    [
        ("{{ execution_date }}", "execution_date", "logical_date"),
        ("{{ tomorrow_ds_nodash }}", "tomorrow_ds_nodash", "macros.ds_add(ds, 1) | replace('-', '')"),
        ("{{ triggering_dataset_events }}", "triggering_dataset_events", "triggering_asset_events"),
        ("{{ dag_run.execution_date }}", "dag_run.execution_date", "dag_run.logical_date"),
        ("{{ ti.execution_date | ds }}", "ti.execution_date", "dag_run.logical_date"),
    ],
)
def test_what_airflow_3_removed_has_its_successor(found_in, text, name, successor):
    found = found_in(bash(text), schedule='"@daily"', start_date="datetime(2026, 1, 1)", catchup="False")
    assert [it[1:] for it in found if it[0] == "AK311"] == [
        (
            f"bash_command uses {{{{ {name} }}}}, which Airflow does not provide",
            f"removed in Airflow 3; use {successor}",
        )
    ]


def test_a_search_path_that_only_the_deployment_has_leaves_template_files_to_it(found_in):
    task = 'BashOperator(task_id="load", bash_command="load.sh")'
    assert [it[0] for it in found_in(task)] == ["AK313"]
    assert found_in(task, template_searchpath='"/nowhere/of/the/image"') == []


def test_a_filter_of_another_dag_is_not_known(found_in):
    found = found_in(bash("{{ ds | shout }}"), user_defined_filters='{"whisper": shout}')
    assert [code for code, *_ in found] == ["AK310"]


def test_pod_task_refuses_a_filter_that_does_not_exist(found_in):
    ((code, message, _hint),) = found_in('pod_task("load", arguments=["{{ ds | uper }}"], **GOOD)')
    assert code == "AK101"
    assert "is not a valid Jinja template: there is no filter 'uper'; did you mean 'upper'?" in message


RAW = 'KubernetesPodOperator(task_id="load", **GOOD, {})'
NATIVE = {"render_template_as_native_obj": "True"}


@pytest.mark.parametrize(
    ("pod", "arguments"),
    [
        ('arguments="{{ params.tables }}"', {"params": '{"tables": ["a"]}'}),
        ('container_resources="{{ params.sizes | shout }}"', {"user_defined_filters": '{"shout": shout}'}),
        ('env_vars="{{ params.variables }}"', {"params": '{"variables": {"A": "b"}}'}),
        ('env_vars={"DAY": "{{ ds }}", "FILE": "a/{{ ds_nodash }}", "X": "{{ var.value.x }}"}', {}),
        ("""env_vars={"DAY": "'{{ ds_nodash }}'"}""", {}),
        ('arguments=["{{ ti.xcom_pull(task_ids=[]) | shout }}", "007"]', {"user_defined_filters": '{"shout": shout}'}),
        ('arguments=["{{ params.needed }}"]', {"params": '{"needed": None}'}),
    ],
)
def test_a_template_may_become_an_object_where_the_dag_renders_natively(found_in, pod, arguments):
    if "needed" in pod:
        arguments = {"params": '{"needed": "text"}'}
    assert found_in(RAW.format(pod), **NATIVE, **arguments) == []


@pytest.mark.parametrize("pod", ['arguments="{{ params.tables }}"', 'container_resources="{{ params.sizes }}"'])
def test_a_template_becomes_text_anywhere_else(found_in, pod):
    assert [code for code, *_ in found_in(RAW.format(pod))] == ["AK408"]


@pytest.mark.parametrize(
    ("pod", "place", "made"),
    [
        ('env_vars={"DAY": "{{ ds_nodash }}"}', "env_vars.DAY", "20260102 (int)"),
        ('env_vars={"PORT": "8080"}', "env_vars.PORT", "8080 (int)"),
        ('env_vars=[k8s.V1EnvVar(name="ON", value="True")]', "env_vars[0].value", "True (bool)"),
        ('env_vars={"N": "{{ params.n }}"}', "env_vars.N", "5 (int)"),
        ('arguments=["--version", "1.10"]', "arguments[1]", "1.1 (float)"),
        ('cmds=["{{ data_interval_end | ds_nodash }}"]', "cmds[0]", "20260102 (int)"),
        ('labels={"day": "{{ ds_nodash }}"}', "labels.day", "20260102 (int)"),
        ('annotations={"day": "{{ logical_date.day }}"}', "annotations.day", "2 (int)"),
    ],
)
def test_native_rendering_makes_numbers_where_only_text_is_valid(found_in, pod, place, made):
    ((code, message, hint),) = found_in(RAW.format(pod), **NATIVE, params='{"n": 5}')
    assert code == "AK408"
    assert message == f"{place}: becomes {made} by native rendering; only text is valid here"
    assert hint.startswith("use pod_task")


@pytest.mark.needs_airflow(3, 2, "tasks have a render_template_as_native_obj of their own")
def test_a_tasks_own_setting_replaces_the_dags(found_in):
    pod = RAW.format('env_vars={"PORT": "8080"}, render_template_as_native_obj=False')
    assert found_in(pod, **NATIVE) == []


def test_pod_task_needs_no_quotes(found_in):
    pod = 'pod_task("load", env_vars={"DAY": "{{ ds_nodash }}", "PORT": "8080"}, resources="small", **GOOD)'
    assert found_in(pod, **NATIVE) == []
