"""Templates in runs without a logical date."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from airflowkit.checks.deployment import check_options
from airflowkit.checks.engine import checked
from airflowkit.checks.model.run_dates import DATES, dates_needed
from airflowkit.pods.schema.jinja import parse_template

pytestmark = pytest.mark.needs_airflow(3, 1, "before, each run has a logical date")
HEAD = """\
from datetime import datetime

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, Asset
from airflow.timetables.assets import AssetOrTimeSchedule
from airflow.timetables.trigger import CronTriggerTimetable

ORDERS = Asset("s3://lake/orders")
START = datetime(2026, 1, 1)
"""
TEXT = """
with DAG({id!r}, schedule={schedule}, start_date=START, catchup=False{more}):
    BashOperator(task_id="load", bash_command={command!r})
"""
EITHER = 'AssetOrTimeSchedule(timetable=CronTriggerTimetable("0 3 * * *", timezone="UTC"), assets=[ORDERS])'
ASKED_FOR = ("{{ ds if ds is defined else 'all' }}", "{{ ds | default('all') }}", "{{ dag_run.run_after | ds }}")


@pytest.fixture
def found(pool, tmp_path):
    """Return each finding's severity, message and hint, by the DAG."""
    folder = tmp_path / "dags"
    folder.mkdir()

    def judge(*dags: dict[str, str], head: str = HEAD) -> dict[str, list[tuple[str, str, str]]]:
        path = folder / "orders.py"
        defaults = {"command": "load {{ ds }}", "more": ""}
        path.write_text(head + "".join(TEXT.format(**defaults | dag) for dag in dags))
        options = check_options(folder).model_copy(update={"select": ["AK311"]})
        findings = checked(pool, folder, [path], options).findings
        assert {it.code for it in findings} <= {"AK311"}, findings
        by_dag = {dag["id"]: [] for dag in dags}
        for it in findings:
            by_dag[it.dag_id].append((str(it.severity), it.message, it.hint))
        return by_dag

    return judge


def test_what_the_schedule_itself_starts_without_a_date_is_an_error(found):
    judged = found(
        {"id": "asset", "schedule": "[ORDERS]"},
        {"id": "expression", "schedule": 'ORDERS | Asset("s3://lake/returns")'},
        {"id": "either", "schedule": EITHER},
        {"id": "name", "schedule": "[ORDERS]", "command": "load {{ data_interval_start | ds }}"},
    )
    message = "bash_command uses {{ ds }}, which a run that an asset starts does not have"
    certain = [("error", message, "each run has {{ dag_run.run_after | ds }}")]
    assert judged["asset"] == judged["expression"] == certain
    assert judged["either"] == [
        ("error", message, "each run has {{ (dag_run.logical_date or dag_run.run_after) | ds }}")
    ]
    assert [hint for _, _, hint in judged["name"]] == ["each run has {{ dag_run.run_after }}"]


def test_what_somebody_may_start_without_a_date_is_a_warning_only_if_nothing_else_starts_the_dag(found):
    judged = found(
        {"id": "none", "schedule": "None"},
        *({"id": name, "schedule": repr(f"@{name}")} for name in ("daily", "once")),
    )
    ((severity, message, _),) = judged.pop("none")
    assert severity == "warning"
    assert "`airflow dags trigger`" in message
    assert judged == {"daily": [], "once": []}


def test_a_template_that_asks_and_a_name_of_the_dags_own_are_left_alone(found):
    judged = found(
        *({"id": f"asked_{n}", "schedule": "[ORDERS]", "command": text} for n, text in enumerate(ASKED_FOR)),
        {"id": "own", "schedule": "[ORDERS]", "more": ', user_defined_macros={"ds": "2026-01-01"}'},
    )
    assert not any(judged.values())


@pytest.mark.needs_airflow(3, 2, "there are no partitions")
def test_a_run_of_a_partition_has_no_date(found):
    head = HEAD + "from airflow.sdk import CronPartitionTimetable\n"
    schedule = 'CronPartitionTimetable("0 3 * * *", timezone="UTC")'
    ((severity, message, _),) = found({"id": "part", "schedule": schedule}, head=head)["part"]
    assert severity == "error"
    assert "a run of a partition does not have" in message


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        ("{{ ds }} {{ run_id }}", {"ds"}),
        ("{{ logical_date.strftime('%Y') }}", {"logical_date"}),
        ("{{ macros.ds_add(ds, 1) }}", {"ds"}),
        ("{% if params.full %}{{ ts }}{% endif %}", {"ts"}),
        ("{{ ds | default(ts) | upper }}", set()),
        ("{{ (ds | replace('-', '')) | default('x') }}", {"ds"}),
        ("{% if ds is defined %}{{ ds }} {{ ts }}{% else %}all{% endif %}", set()),
        ("{% if ds is defined %}{{ ds }}{% endif %} {{ ts }}", {"ts"}),
        ("{% if dag_run.logical_date %}{{ ds }}{% endif %}", set()),
        ("{{ (dag_run.logical_date or dag_run.run_after) | ds }}", set()),
        ("{{ ds is defined and ds }}", set()),
    ],
)
def test_a_date_is_needed_where_the_template_has_not_asked_for_it(text, needed):
    assert dates_needed(parse_template(text)) == needed


def test_the_dates_are_the_names_that_airflow_leaves_out():
    """Against Airflow's own code, so that the next version's names are noticed."""
    dated, undated = (set(template_context(date)) for date in (datetime(2026, 1, 1, tzinfo=UTC), None))
    assert dated - undated == DATES
    assert undated <= dated


def template_context(date):
    """Return the context that Airflow makes of what its API server says."""
    from airflow.sdk import DAG, BaseOperator
    from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance

    with DAG("orders", schedule=None):
        task = BaseOperator(task_id="load")
    run = SimpleNamespace(
        run_id="run",
        conf={},
        logical_date=date,
        data_interval_start=date,
        data_interval_end=date,
        consumed_asset_events=[],
        partition_key=None,
        partition_date=None,
        team_name=None,
    )
    server = SimpleNamespace(
        dag_run=run, task_reschedule_count=0, upstream_map_indexes=None, multi_team=False, loop=None
    )
    instance = RuntimeTaskInstance.model_construct(
        id="1", task_id="load", dag_id="orders", run_id="run", map_index=-1, task=task
    )
    object.__setattr__(instance, "_ti_context_from_server", server)
    return instance.get_template_context()
