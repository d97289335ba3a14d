"""A pull that names no task is recognized in templates and in functions, and one that names one is not."""

import pytest

from airflowkit.checks.model.xcom_pulls import pulls_from_any_task


def of_any(ti):
    return ti.xcom_pull(key="rows")


def of_none(ti):
    return ti.xcom_pull(task_ids=None, key="rows")


def of_one(ti):
    return ti.xcom_pull("load", key="rows"), ti.xcom_pull(task_ids=["load"])


def handed_on(ti, **more):
    return ti.xcom_pull(**more)


@pytest.mark.parametrize(
    "text",
    [
        "{{ ti.xcom_pull(key='rows') }}",
        "{{ ti.xcom_pull() }}",
        "{{ ti.xcom_pull(None, key='rows') }} {{ ti.xcom_pull(key='rows', task_ids=none) }}",
        "{% if task_instance.xcom_pull(key=params['a (b)'], default=f(1)) %}x{% endif %}",
        "{{ ti.xcom_pull('load') }} {{ ti.xcom_pull(key=\n'rows') }}",
    ],
)
def test_a_template_that_names_no_task_is_recognized(text):
    assert pulls_from_any_task(["x", text], None)


@pytest.mark.parametrize(
    "text", ["{{ ti.xcom_pull('load') }}", "{{ ti.xcom_pull(task_ids=x, key=')') }}", "xcom_pull(", ""]
)
def test_a_template_that_names_one_is_not(text):
    assert not pulls_from_any_task([text], None)


def test_functions_are_read_too():
    assert pulls_from_any_task([], of_any)
    assert pulls_from_any_task([], of_none)
    assert pulls_from_any_task([], lambda ti: ti.xcom_pull(key="rows"))
    assert not pulls_from_any_task([], of_one)
    assert not pulls_from_any_task([], handed_on)
    assert not pulls_from_any_task([], print)
