"""AK315 judges what Airflow hands to Python functions, by the runs that the DAG has."""

import pytest

from airflowkit.checks.deployment import check_options
from airflowkit.checks.engine import checked

pytestmark = pytest.mark.needs_airflow(3, 1, "in Airflow 2 each run has each name")
DAG_FILE = """\
from datetime import datetime
from functools import partial

from airflow.providers.standard.operators.python import PythonOperator
from airflow.providers.standard.sensors.python import PythonSensor
from airflow.sdk import DAG, Asset, get_current_context, task

{function}

with DAG("orders", schedule={schedule}, start_date=datetime(2026, 1, 1), catchup=False):
    {task}
"""
ASSET, NEVER, DAILY = 'Asset("s3://lake/orders")', "None", '"@daily"'
BY_ASSET = "which a run that an asset starts does not have"
OPERATOR = 'PythonOperator(task_id="load", python_callable=load)'


@pytest.fixture
def found_in(pool, tmp_path):
    """Return the severity, message and hint of each finding."""
    path = tmp_path / "orders.py"

    def judge(function: str, task: str = OPERATOR, schedule: str = ASSET) -> list[tuple[str, str, str]]:
        path.write_text(DAG_FILE.format(function=function, task=task, schedule=schedule))
        options = check_options(path).model_copy(update={"select": ["AK315"]})
        found = checked(pool, path.parent, [path], options).findings
        assert {it.code for it in found} <= {"AK315"}, found
        return [(str(it.severity), it.message, it.hint) for it in found]

    return judge


CERTAIN = {
    "parameter": ("def load(ds): ...", OPERATOR, "takes 'ds'"),
    "keyword": ("def load(*, logical_date): ...", OPERATOR, "takes 'logical_date'"),
    "decorated": ("@task\ndef load(data_interval_start): ...", "load()", "takes 'data_interval_start'"),
    "mapped": ("@task\ndef load(name, ts): ...", 'load.expand(name=["a"])', "takes 'ts'"),
    "sensor": ("def load(ds): ...", 'PythonSensor(task_id="load", python_callable=load)', "takes 'ds'"),
    "key": ('def load(**context):\n    print(context["ds"])', OPERATOR, "reads context['ds']"),
    "current": (
        "def load():\n    now = get_current_context()\n    return f\"{now['ts']}\"",
        OPERATOR,
        "reads now['ts']",
    ),
}


@pytest.mark.parametrize("name", CERTAIN)
def test_what_no_run_of_the_schedule_has_is_an_error(found_in, name):
    function, task, how = CERTAIN[name]
    ((severity, message, hint),) = found_in(function, task)
    assert (severity, message) == ("error", f"{how}, {BY_ASSET}")
    assert hint == "take dag_run, and use dag_run.run_after"


@pytest.mark.parametrize("name", CERTAIN)
def test_what_a_run_by_hand_may_lack_is_a_warning_that_says_which(found_in, name):
    function, task, _how = CERTAIN[name]
    ((severity, message, hint),) = found_in(function, task, NEVER)
    assert severity == "warning"
    assert "a run started by `airflow dags trigger`" in message
    assert hint == "take dag_run, and use dag_run.logical_date or dag_run.run_after"


@pytest.mark.parametrize("name", CERTAIN)
def test_a_schedule_with_dates_provides_everything(found_in, name):
    function, task, _how = CERTAIN[name]
    assert found_in(function, task, DAILY) == []


@pytest.mark.parametrize(
    ("function", "task"),
    [
        ("def load(ds=None): ...", OPERATOR),
        ("def load(ds, **context): ...", 'PythonOperator(task_id="a", python_callable=load, op_kwargs={"ds": "x"})'),
        ("def load(ds): ...", 'PythonOperator(task_id="a", python_callable=load, op_args=["x"])'),
        ("def load(ds): ...", 'PythonOperator(task_id="a", python_callable=partial(load, ds="x"))'),
        ("def load(dag_run, ti, params): ...", OPERATOR),
        ('def load(**context):\n    return context.get("ds")', OPERATOR),
        ('def load(**context):\n    if "ds" in context:\n        return context["ds"]', OPERATOR),
        ('def load(**context):\n    try:\n        return context["ds"]\n    except KeyError: ...', OPERATOR),
        ('def load(**context):\n    return context["ds"] if context["dag_run"].logical_date else ""', OPERATOR),
        ('def load(**context):\n    def later(): return context["ds"]', OPERATOR),
        ('def load(rows):\n    return rows["ds"]', 'PythonOperator(task_id="a", python_callable=load, op_args=[{}])'),
        ("@task\ndef load(name): ...", 'load.expand_kwargs([{"name": "a"}])'),
    ],
)
def test_who_asks_or_is_given_the_value_wants_nothing(found_in, function, task):
    assert found_in(function, task) == []


@pytest.mark.parametrize(
    "body",
    [
        'if weekday():\n        return context["ds"]',
        'for name in names():\n        print(context["ds"])',
        'if done():\n        return\n    print(context["ds"])',
    ],
)
def test_a_line_that_it_may_not_get_to_is_a_warning(found_in, body):
    ((severity, message, _hint),) = found_in(f"def load(**context):\n    {body}")
    assert (severity, message) == ("warning", f"reads context['ds'], {BY_ASSET}")


@pytest.mark.parametrize("schedule", [ASSET, NEVER, DAILY])
@pytest.mark.parametrize(
    ("function", "how"),
    [
        ("def load(execution_date): ...", "takes 'execution_date'"),
        ('def load(**kwargs):\n    return kwargs["execution_date"]', "reads kwargs['execution_date']"),
    ],
)
def test_what_airflow_3_removed_is_in_no_run(found_in, function, how, schedule):
    assert found_in(function, schedule=schedule) == [
        ("error", f"{how}, which Airflow does not provide", "removed in Airflow 3; use logical_date")
    ]
