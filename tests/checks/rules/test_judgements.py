"""What a rule's examples do not show: the cases that it distinguishes, and those that it leaves alone."""

import pytest

from airflowkit._airflow import airflow_version
from airflowkit.checks.deployment import check_options
from airflowkit.checks.engine import checked
from airflowkit.checks.rules.repository import _bytes
from airflows import for_this_airflow, in_dag

HEAD = """\
from datetime import datetime, timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.providers.standard.sensors.external_task import ExternalTaskSensor
from airflow.providers.standard.sensors.python import PythonSensor
from airflow.sdk import DAG, TaskGroup
from airflowkit import default_args

with DAG("returns", schedule=None):
    EmptyOperator(task_id="load")

"""


@pytest.mark.parametrize(
    ("defaults", "after", "hints"),
    [
        ('{"retries": 2, "retires": 5}', "", ["did you mean 'retries', which is set, too?"]),
        ('default_args("standard") | {"retires": 5}', "", ["did you mean 'retries', which is set, too?"]),
        ('{"owner": "a", "owners": "b"}', "", []),
        ('{"retires": 5}', 'dag.default_args["retires"]', []),
        ('{"retires": 5}', 'dag.default_args.get("retires")', []),
    ],
)
def test_a_misspelt_default_is_found_beside_the_right_one_and_not_if_the_file_reads_it(
    found_in, defaults, after, hints
):
    text = f'DEFAULTS = {defaults}\nwith DAG("orders", schedule=None, default_args=DEFAULTS) as dag:\n    '
    found = found_in(f'{text}EmptyOperator(task_id="a")\n{after}\n')
    assert [hint for code, _, hint in found if code == "AK214"] == hints


ALWAYS = """\
class Own(PythonSensor):
    def execute(self, context):
        if self.timeout:
            self.defer(trigger=None, method_name="done")
        {otherwise}

"""


@pytest.mark.parametrize(
    ("head", "task", "codes"),
    [
        (
            "from airflow.providers.standard.sensors.date_time import DateTimeSensorAsync\n",
            'DateTimeSensorAsync(task_id="wait", target_time="2026-01-01T00:00:00")',
            [],
        ),
        (ALWAYS.format(otherwise="self.defer(trigger=None)"), 'Own(task_id="wait", python_callable=print)', []),
        (ALWAYS.format(otherwise="pass"), 'Own(task_id="wait", python_callable=print)', ["AK305"]),
    ],
)
def test_a_sensor_that_always_defers_occupies_no_worker(found_in, head, task, codes):
    assert [code for code, *_ in found_in(head + in_dag(task)) if code == "AK305"] == codes


SENSOR = 'PythonSensor.partial(task_id="wait"'


@pytest.mark.parametrize(
    ("task", "codes"),
    [
        (SENSOR + ", python_callable=print).expand(op_args=[[1], [2]])", ["AK305"]),
        (SENSOR + ', python_callable=print, mode="reschedule").expand(op_args=[[1]])', []),
        (SENSOR + ", python_callable=print, timeout=600).expand(op_args=[[1]])", []),
        (SENSOR + ", python_callable=print).expand(timeout=[600, 60])", []),
        (SENSOR + ", python_callable=print, execution_timeout=timedelta(minutes=9)).expand(op_args=[[1]])", []),
        (SENSOR + ').expand_kwargs([{"python_callable": print, "mode": "reschedule"}])', []),
    ],
)
def test_a_mapped_sensor_occupies_a_worker_like_any_other(found_in, task, codes):
    assert [code for code, *_ in found_in(in_dag(task))] == codes


def test_a_sensor_whose_dag_times_out_occupies_no_worker_for_days(found_in):
    sensor = 'PythonSensor(task_id="wait", python_callable=print)'
    assert found_in(in_dag(sensor, dagrun_timeout="timedelta(hours=1)")) == []
    assert [code for code, *_ in found_in(in_dag(sensor, dagrun_timeout="timedelta(hours=2)"))] == ["AK305"]


WAITS = 'ExternalTaskSensor.partial(task_id="wait", mode="reschedule"'


@pytest.mark.parametrize(
    ("task", "messages"),
    [
        (WAITS + ', external_dag_id="returns").expand(external_task_id=["load"])', []),
        (
            WAITS + ', external_dag_id="returns").expand(external_task_id=["load", "send"])',
            ["waits for returns.send, which does not exist"],
        ),
        (
            WAITS + ', external_dag_id="returns").expand(external_task_ids=[["load"], ["sent"]])',
            ["waits for returns.sent, which does not exist"],
        ),
        (
            WAITS + ').expand(external_dag_id=["returns", "return", "return"])',
            ["waits for the DAG 'return', which does not exist"],
        ),
        (
            'TriggerDagRunOperator.partial(task_id="start").expand(trigger_dag_id=["returns", "return"])',
            ["triggers the DAG 'return', which does not exist"],
        ),
    ],
)
def test_every_element_of_a_mapped_task_that_names_another_dag_is_looked_up(found_in, task, messages):
    assert [message for _code, message, _hint in found_in(in_dag(task))] == messages


NEVER_MET = "waits for nightly, whose schedule '0 2 * * *' has no run at the dates of '0 3 * * *'"


@pytest.mark.parametrize(
    ("arguments", "messages"),
    [
        ("", [NEVER_MET]),
        (", execution_delta=timedelta(hours=1)", []),
        (", execution_date_fn=print", []),
    ],
)
def test_a_mapped_sensor_waits_for_a_run_that_exists(found_in, arguments, messages):
    other = 'with DAG("nightly", schedule="0 2 * * *", start_date=datetime(2026, 1, 1), catchup=False):\n'
    other += '    EmptyOperator(task_id="load")\n'
    task = f'{WAITS}, external_dag_id="nightly"{arguments}).expand(external_task_id=["load"])'
    own = in_dag(task, schedule="'0 3 * * *'", start_date="datetime(2026, 1, 1)", catchup="False")
    found = [message for code, message, _hint in found_in(other + own) if code != "AK501"]
    assert found == messages


def grouped(defaults: str) -> str:
    return in_dag(f'with TaskGroup("load", default_args={defaults}):\n        EmptyOperator(task_id="orders")')


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (grouped('{"retries": 2}'), []),
        (
            grouped('{"retires": 2}'),
            [("default_args of the task group 'load' has 'retires', which no task accepts", "did you mean 'retries'?")],
        ),
        (
            in_dag('EmptyOperator(task_id="load")', default_args='{"max_active_runs": 1}'),
            [
                (
                    "default_args has 'max_active_runs', which is an argument of the DAG, not of its tasks",
                    "pass max_active_runs= to the DAG",
                )
            ],
        ),
        (in_dag('EmptyOperator(task_id="load")', default_args='{"owner": "a", "owners": "b"}'), []),
        (in_dag('EmptyOperator(task_id="load")', default_args='{"team": "sales"}'), []),
    ],
)
def test_default_args_that_no_task_accepts_are_found_with_a_suggestion(found_in, text, found):
    assert [(message, hint) for _code, message, hint in found_in(text)] == found


def test_a_default_arg_of_nested_groups_is_reported_once(found_in):
    inner = 'with TaskGroup("inner"):\n            EmptyOperator(task_id="orders")'
    text = in_dag(f'with TaskGroup("load", default_args={{"retires": 2}}):\n        {inner}')
    assert [code for code, *_ in found_in(text)] == ["AK214"]


@pytest.mark.parametrize(
    "task",
    [
        'EmptyOperator(task_id="load", start_date=datetime.now())',
        'BashOperator.partial(task_id="load", start_date=datetime.now()).expand(bash_command=["true "])',
    ],
)
def test_a_moving_start_date_of_a_task_is_found(found_in, task):
    assert [code for code, *_ in found_in(in_dag(task))] == ["AK212"]


def test_a_moving_start_date_of_all_tasks_is_reported_once(found_in):
    text = in_dag('EmptyOperator(task_id="load")', default_args='{"start_date": datetime.now()}')
    assert [code for code, *_ in found_in(text)] == ["AK212"]


@pytest.mark.parametrize(
    ("defaults", "codes"),
    [
        ('default_args("standard", owner="sales")', ["AK501"]),
        ('default_args("standard", owner="sales", on_failure_callback=print)', []),
    ],
)
def test_the_recorder_of_the_presets_does_not_count_as_an_alert(found_in, defaults, codes):
    text = in_dag(
        'EmptyOperator(task_id="load")',
        schedule='"@daily"',
        start_date="datetime(2026, 1, 1)",
        catchup="False",
        default_args=defaults,
    )
    assert [code for code, *_ in found_in(text)] == codes


def test_an_operator_that_renders_its_templates_itself_may_use_other_names(found_in):
    own = """\
class Report(BashOperator):
    def render_template_fields(self, context, jinja_env=None):
        super().render_template_fields({**context, "rows": 3}, jinja_env)

"""
    assert found_in(own + in_dag('Report(task_id="load", bash_command="echo {{ rows }}")')) == []
    assert [code for code, *_ in found_in(in_dag('BashOperator(task_id="a", bash_command="{{ rows }}")'))] == ["AK311"]


LATE = """\
from airflow.sdk import DeadlineAlert, DeadlineReference, SyncCallback

late = DeadlineAlert(DeadlineReference.DAGRUN_QUEUED_AT, timedelta(hours=1), SyncCallback(print))
"""


@pytest.mark.needs_airflow(3, 2, "airflow.sdk names SyncCallback")
@pytest.mark.parametrize(
    ("files", "codes"),
    [
        ({"deploy/values.yaml": "images: {}\nexecutor: KubernetesExecutor\n"}, ["AK502"]),
        ({"helm/values-prod.yml": 'airflow:\n  executor: "CeleryExecutor,KubernetesExecutor"\n'}, ["AK502"]),
        ({"deploy/values.yaml": "executor: LocalExecutor  # not KubernetesExecutor\n"}, []),
        ({"deploy/values.yaml": "executor: KubernetesExecutor\n", "airflowkit.toml": "LocalExecutor"}, []),
        ({"deploy/values.yaml": "{{ executor }}: \n# executor: KubernetesExecutor\n"}, []),
        ({}, []),
    ],
)
def test_the_executor_is_read_from_the_helm_values_if_the_settings_name_none(
    found_in, tmp_path, monkeypatch, files, codes
):
    monkeypatch.delenv("AIRFLOW__CORE__EXECUTOR", raising=False)
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f'[check]\nexecutor = "{text}"\n' if name.endswith(".toml") else text)
    text = LATE + in_dag('EmptyOperator(task_id="load")', deadline="late")
    assert [code for code, *_ in found_in(text)] == codes


@pytest.mark.parametrize(
    ("files", "named", "codes"),
    [
        ({"deploy/values.yaml": "executor: 'CeleryExecutor, KubernetesExecutor'\n"}, "KubernetesExecutor", []),
        ({"deploy/values.yaml": "executor: CeleryExecutor,KubernetesExecutor\n"}, "LocalExecutor", ["AK610"]),
        ({"airflowkit.toml": 'executor = "Big:team.executors.Big,team=LocalExecutor"'}, "Big", []),
        ({"airflowkit.toml": 'executor = "Big:team.executors.Big"'}, "team.executors.Big", []),
        ({"airflowkit.toml": 'executor = "LocalExecutor"'}, "airflow.executors.local_executor.LocalExecutor", []),
        ({"airflowkit.toml": 'executors = ["Small"]\nexecutor = "LocalExecutor"'}, "LocalExecutor", ["AK610"]),
        ({}, "Anything", []),
    ],
)
def test_a_task_names_an_executor_that_the_deployment_has(found_in, tmp_path, monkeypatch, files, named, codes):
    monkeypatch.delenv("AIRFLOW__CORE__EXECUTOR", raising=False)
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"[check]\n{text}\n" if name.endswith(".toml") else text)
    mapped = f'BashOperator.partial(task_id="b", executor="{named}").expand(bash_command=["ls"])'
    text = in_dag(f'EmptyOperator(task_id="a", executor="{named}"); {mapped}')
    assert [code for code, *_ in found_in(text)] == 2 * codes


def test_an_operator_with_a_pods_arguments_but_no_pod_is_not_checked(found_in):
    spark = "from airflow.providers.cncf.kubernetes.operators.spark_kubernetes import SparkKubernetesOperator\n\n"
    assert found_in(spark + in_dag('SparkKubernetesOperator(task_id="load", template_spec={})')) == []


@pytest.mark.parametrize(
    ("theirs", "ours", "hint"),
    [
        ("0 2 * * *", "0 3 * * *", "pass execution_delta=timedelta(minutes=60)"),
        ("30 23 * * *", "0 1 * * *", "pass execution_delta=timedelta(minutes=90)"),
        ("0 2 1 * *", "0 3 15 * *", "pass execution_delta=timedelta(minutes=20220)"),
        ("0 2 1 * *", "0 3 * * 1", "compute the other run's date in execution_date_fn, or schedule on assets instead"),
    ],
)
def test_the_hint_names_the_difference_between_two_schedules(found_in, theirs, ours, hint):
    day = "start_date=datetime(2026, 1, 1), catchup=False, on_failure_callback=print"
    other = f'with DAG("nightly", schedule="{theirs}", {day}):\n    EmptyOperator(task_id="load")\n'
    wait = 'ExternalTaskSensor(task_id="wait", external_dag_id="nightly", mode="reschedule")'
    own = f'with DAG("orders", schedule="{ours}", {day}):\n    {wait}\n'
    assert [(code, found) for code, _message, found in found_in(other + own)] == [("AK322", hint)]


def test_a_schedule_that_airflow_2_looks_up_in_its_database_needs_no_database(found_in):
    arguments = {"schedule": '[AssetAlias("orders")]', "start_date": "datetime(2026, 1, 1)"}
    text = in_dag('EmptyOperator(task_id="load")', **arguments, on_failure_callback="print")
    assert found_in(f"from airflow.sdk import AssetAlias\n\n{text}") == []


def test_a_module_of_another_airflow_is_not_called_a_missing_requirement(found_in):
    ((code, _message, hint),) = found_in("import airflow.no_more\n")
    assert code == "AK101"
    assert hint.endswith("has no such module: look for the name in its reference")


def test_ids_may_be_members_of_an_enumeration_in_the_file(found_in):
    ids = 'from enum import Enum\n\n\nclass Ids(str, Enum):\n    DAG = "orders"\n    TASK = "load"\n\n\n'
    assert found_in(ids + "with DAG(Ids.DAG, schedule=None):\n    EmptyOperator(task_id=Ids.TASK)\n") == []


def test_a_file_that_disappears_has_no_size(tmp_path):
    assert _bytes(tmp_path / "gone") == 0


REFERS = (
    'ExternalTaskSensor(task_id="wait", external_dag_id="sales_daily", mode="reschedule", execution_date_fn=print)\n'
    '    TriggerDagRunOperator(task_id="start", trigger_dag_id="sales_load")'
)


@pytest.mark.parametrize(
    ("patterns", "codes"), [(["sales_*"], []), (["sales_load"], ["AK320"]), (["ale*"], ["AK320", "AK323"])]
)
def test_dags_of_other_repositories_are_named_by_patterns(pool, tmp_path, patterns, codes):
    path = tmp_path / "orders.py"
    path.write_text(for_this_airflow(HEAD + in_dag(REFERS)))
    options = check_options(tmp_path).model_copy(update={"external_dags": patterns, "select": ["AK32"]})
    assert [it.code for it in checked(pool, tmp_path, [path], options).findings] == codes


@pytest.mark.parametrize(("broken", "codes"), [("", ["AK320", "AK323"]), ("import nosuch_module\n", ["AK101"])])
def test_no_dag_is_missing_while_a_file_cannot_be_imported(pool, tmp_path, broken, codes):
    for name, text in (("orders.py", HEAD + in_dag(REFERS)), ("sales.py", f"# airflow dag\n{broken}")):
        (tmp_path / name).write_text(for_this_airflow(text))
    options = check_options(tmp_path).model_copy(update={"select": ["AK32"]})
    found = checked(pool, tmp_path, sorted(tmp_path.glob("*.py")), options).findings
    assert [it.code for it in found] == codes


@pytest.mark.skipif(airflow_version() >= (3, 0), reason="Airflow 3 has no sub-DAGs")
def test_a_sub_dag_is_seen_through_the_dag_around_it(found_in):
    found = found_in(
        "from airflow.operators.subdag import SubDagOperator\n"
        "def inner():\n"
        '    with DAG("orders.load", schedule=None, start_date=datetime(2026, 1, 1)) as dag:\n'
        '        EmptyOperator(task_id="a")\n'
        "    return dag\n" + in_dag('SubDagOperator(task_id="load", subdag=inner())', start_date="datetime(2026, 1, 1)")
    )
    assert "AK204" not in {code for code, _message, _hint in found}
