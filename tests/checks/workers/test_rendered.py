"""What a task's templates give in a run: what only its dates decide, and nothing that anything else decides."""

from datetime import datetime

import pytest

from airflowkit.checks.model.rule import TaskSubject
from airflowkit.checks.workers.rendered import rendered
from airflowkit.setting_sections import Check

RUN = {
    "run_after": "2026-12-02T00:00:00+00:00",
    "logical_date": "2026-12-01T01:30:00+01:00",
    "data_interval_start": "2026-12-01T00:00:00+00:00",
    "data_interval_end": "2026-12-02T00:00:00+00:00",
}


def given(value, dates=RUN):
    """Return what is rendered of an operator's `op_kwargs`."""
    from airflow import DAG
    from airflow.providers.standard.operators.python import PythonOperator

    with DAG("a", schedule=None, start_date=datetime(2026, 1, 1), user_defined_filters={"own": str}) as dag:  # noqa: AIR311
        task = PythonOperator(task_id="task", python_callable=print, op_kwargs=value)
    found = rendered(TaskSubject(task, 1, dag, Check()), dates)
    return {field.removeprefix("op_kwargs."): text for field, _template, text in found}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ ds }}", "2026-12-01"),
        ("{{ts}} {{ ts_nodash }}", "2026-12-01T00:30:00+00:00 20261201T003000"),
        ("{{ ds_nodash }}{{ ts_nodash_with_tz }}", "2026120120261201T003000+0000"),
        ("{{ data_interval_end | ds }}", "2026-12-02"),
        ("{{ logical_date.subtract(days=1).strftime('%d') }}", "30"),
        ("{{ macros.ds_add(ds, 7) }}", "2026-12-08"),
        ("{{ ds }} {{ var.value.bucket }} {{ params.x }}", "2026-12-01 {{ var.value.bucket }} {{ params.x }}"),
        ("{% if ds > '2026' %}new{% endif %}", "new"),
        (["--day", "{{ ds }}", "--fast"], "--day 2026-12-01 --fast"),
        ("{{ ds }}\n", "2026-12-01\n"),
    ],
)
def test_what_the_dates_of_a_run_decide_is_filled_in(template, text):
    assert given({"x": template}) == {"x": text}


@pytest.mark.parametrize(
    "template",
    [
        "plain",
        "{{ params.x }}",
        "{{ macros.random() }} {{ ds and macros.uuid.uuid4() }}",
        "{{ ds | own }}",
        "{% if params.x %}{{ ds }}{% endif %}",
        "{{ ds",
        "{{ ds.__class__.__mro__ }}",
        "{{ ds / 0 }}",
        "{% raw %}{{ ds }}{% endraw %}",
        7,
    ],
)
def test_what_anything_else_decides_is_no_value_of_the_run(template):
    assert given({"x": template}) == {}


def test_a_run_without_dates_fills_in_nothing():
    assert given({"x": "{{ ds }}"}, {"run_after": RUN["run_after"]}) == {}


def test_entries_of_a_field_have_their_keys():
    assert given({"a": {"b": "{{ ds }}"}, "c": "{{ ds }}"}) == {"a.b": "2026-12-01", "c": "2026-12-01"}
