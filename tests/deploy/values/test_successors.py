import re
import tarfile

import pytest

from airflowkit.deploy.values.airflow_options import FROM_SECRETS, _table, successor
from airflowkit.deploy.values.chart import chart_version, known, types
from airflowkit.deploy.values.conversion import convert
from airflowkit.deploy.values.found import CONVERTERS
from airflowkit.deploy.values.successors import successor_of, successors
from deploy.values.charts import CHART, SCHEMA, needs_helm, needs_schema

ROWS = [*successors("official"), *successors("community")]
IDS = [".".join(row.key) for row in ROWS]


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_each_row_has_a_source_and_leads_to_something_that_is_there(row):
    assert row.source
    assert row.note or row.to or row.by or row.name
    assert not row.by or row.by in CONVERTERS
    assert not row.set or known(tuple(row.set.split("."))) is not None
    if row.kind == "move":
        assert all(known(tuple(target.split("."))) is not None for target in row.to), row.to


def test_the_longest_row_wins():
    assert successor_of(("webserver", "defaultUser", "password"), "official").by == "default_user"
    assert successor_of(("webserver", "replicas"), "official").to == ("apiServer",)
    assert successor_of(("workers", "replicas"), "official").by == "workers"
    assert successor_of(("scheduler", "replicas"), "official") is None


def test_only_keys_of_old_charts_that_todays_does_not_take_are_moved():
    moved = [row for row in successors("official") if row.kind == "move" and row.to != (".".join(row.key),)]
    assert moved
    assert all(len(row.key) > 0 for row in moved)


@needs_schema
def test_the_known_keys_are_those_of_the_charts_schema(tmp_path):
    import json

    schema = json.loads(SCHEMA.read_text())
    for name, node in schema["properties"].items():
        assert known((name,)) is not None
        for child in node.get("properties", {}):
            assert known((name, child)) is not None, (name, child)
    assert types(("dags", "gitSync", "period")) == {"string"}
    assert known(("dags", "gitsync")) is None
    assert chart_version() == "1.22.0"


@needs_helm
def test_each_key_that_the_charts_notes_call_renamed_is_moved_where_they_say():
    with tarfile.open(CHART) as chart:
        notes = chart.extractfile("airflow/templates/NOTES.txt").read().decode()
    renamed = re.findall(r"`([\w.]+)` has been renamed to `([\w.\[\]*]+)`(?:/`([\w.]+)`)?", notes)
    assert len(renamed) > 90
    for old, *new in renamed:
        row = successor_of(tuple(old.split(".")), "official")
        assert row is not None, old
        if row.by == "workers":
            tail = old.split(".")[1:]
            sets = [name for name in ("celery", "kubernetes") if known(("workers", name, *tail)) is not None]
            assert [f"workers.{name}.{'.'.join(tail)}" for name in sets] == [each for each in new if each], old


def test_options_lead_to_todays():
    assert successor("core.logging_level").option == "logging.logging_level"
    assert successor("scheduler.statsd_allow_list").option == "metrics.metrics_allow_list"
    assert successor("core.sql_alchemy_conn").option == "database.sql_alchemy_conn"
    assert successor("core.sql_alchemy_conn_cmd").option == "database.sql_alchemy_conn_cmd"
    assert successor("kubernetes.delete_worker_pods").option == "kubernetes_executor.delete_worker_pods"
    assert successor("core.load_examples").fate == "same"
    assert successor("core.check_slas").fate == "removed"
    assert successor("smtp.smtp_password").fate == "hand"


@pytest.mark.needs_airflow(3, 3, "the list of options that the table was made from")
def test_the_table_of_options_is_what_the_installed_airflow_says():
    from airflow.cli.commands.config_command import CONFIGS_CHANGES
    from airflow.configuration import conf

    there = {
        f"{section}.{name}" for section, each in conf.configuration_description.items() for name in each["options"]
    }
    for change in CONFIGS_CHANGES:
        old = f"{change.config.section}.{change.config.option}"
        if not change.was_removed or old in there or old == "policy.airflow_local_settings":
            continue
        assert successor(old).fate != "same", old
    for group in _table()["removed"]:
        assert not there & set(group["options"])
    for group in _table()["renamed"]:
        assert not there & set(group["options"])


def test_the_secrets_of_options_are_keys_of_the_chart():
    for secret in FROM_SECRETS.values():
        assert known(tuple(secret.set.split("."))) is not None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("airflow.api.auth.backend.basic_auth", "airflow.providers.fab.auth_manager.api.auth.backend.basic_auth"),
        ("airflow.api.auth.backend.deny_all", "airflow.providers.fab.auth_manager.api.auth.backend.session"),
        ("my.own.backend", "my.own.backend"),
    ],
)
def test_the_backends_of_airflow_2_are_named_where_they_are_today(old, new):
    values = convert({"config": {"api": {"auth_backends": old}}}).values
    assert values["config"]["fab"]["auth_backends"] == new
