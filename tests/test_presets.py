"""Presets: what they give, what a repository adds, and that real Airflow takes them."""

import re
from datetime import datetime, timedelta

import pytest

from airflowkit import dag_args, default_args
from airflowkit.errors import PresetNotFound, SettingsError
from airflowkit.presets import BUILT_IN

START = datetime(2026, 1, 1)


@pytest.mark.parametrize("preset", BUILT_IN)
def test_every_task_has_a_time_limit(preset):
    assert default_args(preset)["execution_timeout"] > timedelta(0)


def test_sequential_runs_wait_for_the_run_before():
    values = default_args("sequential")
    assert values["depends_on_past"]
    assert values["wait_for_downstream"]
    assert dag_args("sequential")["max_active_runs"] == 1


def test_backfill_catches_up_with_several_runs_and_bounded_tasks():
    values = dag_args("backfill")
    assert values["catchup"]
    assert values["max_active_runs"] > 1
    assert values["max_active_tasks"] > 0


def test_the_owner_and_the_overrides_win():
    values = default_args("standard", owner="data-eng", retries=7)
    assert (values["owner"], values["retries"]) == ("data-eng", 7)
    assert dag_args("standard", max_active_runs=9)["max_active_runs"] == 9


def test_an_unknown_preset_names_the_nearest():
    with pytest.raises(PresetNotFound, match="did you mean 'standard'"):
        default_args("standrd")


@pytest.mark.parametrize("make", [default_args, dag_args])
@pytest.mark.parametrize("name", [None, 1, [], {}, b"standard", {"standard"}])
def test_what_is_not_text_is_no_preset(make, name):
    with pytest.raises(PresetNotFound, match=re.escape(f"no preset {name!r}; there are ")):
        make(name)


@pytest.fixture
def in_repository(tmp_path, monkeypatch):
    def _write(text):
        path = tmp_path / "airflowkit.toml"
        path.write_text(text)
        monkeypatch.setenv("AIRFLOWKIT_CONFIG", str(path))

    return _write


def test_a_repository_changes_a_preset(in_repository):
    in_repository("[presets.standard]\nretries = 4\nretry_delay = 'PT90S'\ncatchup = true\n")
    values = default_args("standard")
    assert (values["retries"], values["retry_delay"]) == (4, timedelta(seconds=90))
    assert dag_args("standard")["catchup"]


def test_a_repository_adds_a_preset(in_repository):
    in_repository("[presets.nightly]\nretries = 1\n")
    assert default_args("nightly")["retries"] == 1
    assert default_args("nightly")["execution_timeout"] == default_args("standard")["execution_timeout"]


@pytest.mark.parametrize(("key", "meant"), [("retires", "retries"), ("excution_timeout", "execution_timeout")])
def test_a_misspelt_override_is_refused_because_airflow_would_drop_it(in_repository, key, meant):
    with pytest.raises(TypeError, match=f"'{key}', which no operator accepts; did you mean '{meant}'"):
        default_args("standard", **{key: 5})
    in_repository(f"[presets.standard]\n{key} = 5\n")
    with pytest.raises(SettingsError, match=f"presets.standard.{key} is not known.*'{meant}'"):
        default_args("standard")


def test_keywords_of_operators_are_taken_however_near_to_others():
    given = {"max_retry_delay": timedelta(hours=1), "retry_exponential_backoff": True, "owner_email": "a@example.com"}
    assert given.items() <= default_args("standard", **given).items()


def test_a_wrong_duration_says_how_to_write_one(in_repository):
    in_repository("[presets.standard]\nretry_delay = 'soon'\n")
    with pytest.raises(SettingsError, match=r"presets.standard.retry_delay = 'soon' is not a valid duration.*PT5M"):
        default_args("standard")


@pytest.mark.parametrize("preset", BUILT_IN)
def test_airflow_takes_a_preset_and_serializes_it_to_the_same_bytes(preset):
    import json

    from airflow.providers.common.compat.sdk import DAG
    from airflow.providers.standard.operators.empty import EmptyOperator

    from airflowkit._airflow import serialized

    def build():
        with DAG("d", schedule=None, start_date=START, default_args=default_args(preset), **dag_args(preset)) as dag:
            EmptyOperator(task_id="t")
        return json.dumps(serialized(dag), sort_keys=True, default=str)

    assert build() == build()
