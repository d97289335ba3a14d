"""Names that Airflow 3 removed from templates: rewritten where another one gives the same, and nowhere else."""

from datetime import datetime, timedelta

import pytest
from jinja2 import Environment

from airflowkit.checks.fixes.templates import respelled, todays_name
from airflowkit.checks.model.findings import Finding, Severity
from airflowkit.checks.moves.context import EQUAL


def fixed(name: str, text: str) -> str | None:
    message = f"command uses {{{{ {name} }}}}, which Airflow does not provide"
    return todays_name(Finding("AK311", Severity.ERROR, message, "dags/orders.py", line=1), text)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{{ execution_date }}", "{{ logical_date }}"),
        ("{{execution_date.year}}", "{{logical_date.year}}"),
        ("{% if execution_date %}x{% endif %}", "{% if logical_date %}x{% endif %}"),
        ("{{ f(execution_date=execution_date) }}", None),
        ("{{ dag_run.execution_date | ds }}", "{{ dag_run.logical_date | ds }}"),
        ("{{ task_instance.execution_date }}\n", "{{ dag_run.logical_date }}\n"),
        ("{{ params.execution_date }}", None),
        ("{{ params.dag_run.execution_date }}", None),
        ("{{ ds | execution_date }}", None),
        ("{% set execution_date = 1 %}{{ execution_date }}", None),
        ("{% for yesterday_ds in days %}{{ yesterday_ds }}{% endfor %}", None),
        ("{% raw %}{{ execution_date }}{% endraw %}", None),
        ("{# execution_date #}execution_date", None),
        ("{{ 'execution_date' }}", None),
        ("{{ execution_date }", None),
        ("{{ execution_date is defined }}", "{{ logical_date is defined }}"),
        ("{{ yesterday_ds is defined }}", None),
        ("{{ yesterday_ds.replace('-', '/') }}", "{{ macros.ds_add(ds, -1).replace('-', '/') }}"),
        ("{{ next_ds }} {{ prev_ds }}", None),
    ],
)
def test_a_name_is_rewritten_where_jinja_reads_it_as_the_contexts(before, after):
    assert respelled(before) == (before if after is None else after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("f('{{ execution_date }}')", "f('{{ logical_date }}')"),
        ('f("""\n{{ execution_date }}\n""")', 'f("""\n{{ logical_date }}\n""")'),
        ("f(r'\\d {{ execution_date }}')", "f(r'\\d {{ logical_date }}')"),
        ("f('{{ execution_date }}\\n\\'')", "f('{{ logical_date }}\\n\\'')"),
        ("f(f'{{{{ execution_date }}}} {x!r:>{n}} {{}}')", "f(f'{{{{ logical_date }}}} {x!r:>{n}} {{}}')"),
        ("f(f'{{{{ g(execution_date, {n}) }}}}')", "f(f'{{{{ g(logical_date, {n}) }}}}')"),
        ("f(execution_date, b'{{ execution_date }}')", None),
        ("A = '{{ execution_date }}'\nf(A)", "A = '{{ logical_date }}'\nf(A)"),
        ("f('{{ execution_' 'date }}')", None),
        ("f(f'{execution_date}')", None),
    ],
)
def test_only_texts_of_python_are_rewritten_and_stay_as_they_are_written(before, after):
    assert fixed("execution_date", before) == after


def test_a_name_whose_successor_means_another_day_in_some_runs_is_left_to_the_user():
    assert fixed("next_ds", "f('{{ next_ds }}')") is None


@pytest.mark.needs_airflow(3, 1, "what Airflow 2 gave is written down here")
@pytest.mark.parametrize(
    ("name", "was"),
    [
        ("yesterday_ds", "2026-02-28"),
        ("yesterday_ds_nodash", "20260228"),
        ("tomorrow_ds", "2026-03-02"),
        ("tomorrow_ds_nodash", "20260302"),
        ("execution_date", "2026-03-01 04:05:00"),
    ],
)
def test_the_successor_gives_what_airflow_2_gave(name, was):
    from airflow.sdk.execution_time import macros

    date = datetime(2026, 3, 1, 4, 5)
    environment = Environment()
    environment.filters["ds_nodash"] = lambda value: value.strftime("%Y%m%d")
    context = {"macros": macros, "logical_date": date, "ds": "2026-03-01"}
    assert environment.from_string(f"{{{{ {EQUAL[name]} }}}}").render(context) == was
    assert timedelta(days=1) == macros.timedelta(days=1)
