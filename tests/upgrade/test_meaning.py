"""What only one version of Airflow writes otherwise is no difference; what means something else is one."""

import pytest

from airflowkit.compare.changes import changes
from airflowkit.compare.fields import SCHEDULE, Dag, Field, Kind
from airflowkit.compare.state import State
from airflowkit.upgrade.meaning import in_same_words


def state(*, task: str = "", dag: str = "", schedule: str = "none", runs: dict | None = None) -> State:
    """Return a state with one DAG, whose task and itself have a field each, written `name=text`."""
    fields = {Field(Kind.DAG, name): text for name, _, text in [dag.partition("=")] if name}
    its = {Field(Kind.TASK, name): text for name, _, text in [task.partition("=")] if name}
    found = Dag("dags/a.py", fields | {SCHEDULE: schedule}, {"load": its}, runs=runs or {})
    return State(dags={"a": found}, seconds={"dags/a.py": 0.0})


def told(older: State, newer: State) -> list[tuple[str, str | None, str | None]]:
    found = changes(in_same_words(older), in_same_words(newer))
    return [(change.field, change.before, change.after) for change in found]


@pytest.mark.parametrize(
    "field",
    [
        "weight_rule='downstream'",
        "retry_delay='0:05:00'",
        "retry_exponential_backoff=False",
        "is_teardown=False",
        "log_config_logger_name='airflow.task.operators'",
        "params.x.__class='airflow.models.param.Param'",
        "params[a.b].source='dag'",
        "labels.airflow_version='2.11.2'",
        "task_concurrency=1",
    ],
)
def test_what_one_version_writes_and_means_nothing_else_is_no_difference(field):
    assert told(state(task=field), state()) == []


@pytest.mark.parametrize("field", ["weight_rule='upstream'", "retries=3", "email_on_failure=False", "params.x.value=1"])
def test_what_is_not_the_default_is_a_difference(field):
    name, _, text = field.partition("=")
    assert told(state(task=field), state()) == [(name, text, None)]


@pytest.mark.parametrize(
    ("older", "interval", "newer"),
    [
        ("'0 5 * * *' UTC, with data intervals", "", "'0 5 * * *' UTC"),
        ("none", "schedule_interval='@daily'", "'0 0 * * *' UTC"),
        ("none", "schedule_interval='1:00:00'", "DeltaTrigger(delta=3600.0)"),
        ("DeltaDataInterval(delta=86400.0)", "", "DeltaTrigger(delta=86400.0)"),
        ("'@weekly' Europe/Berlin", "", "'0 0 * * 0' Europe/Berlin"),
        ("DatasetTriggered: s3://x", "", "AssetTriggered: s3://x"),
    ],
)
def test_a_schedule_in_the_words_of_both_versions_is_the_same(older, interval, newer):
    assert told(state(schedule=older, dag=interval), state(schedule=newer)) == []


def test_another_cron_expression_is_a_difference():
    older, newer = state(schedule="'0 5 * * *' UTC, with data intervals"), state(schedule="'0 6 * * *' UTC")
    assert told(older, newer) == [("schedule", "'0 5 * * *' UTC", "'0 6 * * *' UTC")]


def test_limits_are_compared_as_they_are_in_effect_whether_they_are_written_or_not():
    written = state(dag="max_active_runs=16", runs={"limits": {"max_active_runs": 16}})
    assert told(state(runs={"limits": {"max_active_runs": 16}}), written) == []
    fewer = state(runs={"limits": {"max_active_runs": 1}})
    assert told(fewer, written) == [("max_active_runs", "1", "16")]


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("[{'extra': None, 'uri': 's3://x'}]", "[{'extra': {}, 'group': 'asset', 'name': 's3://x', 'uri': 's3://x'}]"),
        (
            "[Dataset(uri='s3://x', extra={'a': 1})]",
            "[Asset(name='s3://x', uri='s3://x', group='asset', extra={'a': 1}, watchers=[], access_control=Any())]",
        ),
        ("[{'name': 'x'}]", "[{'group': 'asset', 'name': 'x'}]"),
        ("[<object>]", "[<object>]"),
    ],
)
def test_an_asset_in_the_words_of_both_versions_is_the_same(older, newer):
    assert told(state(task=f"outlets={older}"), state(task=f"outlets={newer}")) == []


@pytest.mark.parametrize(
    "newer",
    [
        "[{'extra': {'a': 1}, 'uri': 's3://x'}]",
        "[{'name': 'orders', 'uri': 's3://x'}]",
        "[{'group': 'model', 'uri': 's3://x'}]",
        "[{'name': 's3://x'}]",
        "[{'uri': 's3://x'}, {'uri': 's3://y'}]",
        "[XComArg(a)]",
        "[*a]",
    ],
)
def test_another_asset_is_a_difference(newer):
    assert [field for field, *_ in told(state(task="outlets=[{'uri': 's3://x'}]"), state(task=f"outlets={newer}"))] == [
        "outlets"
    ]
