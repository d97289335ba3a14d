"""An Airflow that stays between runs."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from airflowkit.errors import LocalRunError
from airflowkit.local.fake.outcomes import Failed
from airflowkit.local.fake.script import Script
from airflowkit.local.run import run_dag
from airflowkit.local.worker.airflow_home import environment
from airflowkit.local.worker.warm import WarmAirflow, can_stay_warm

REHEARSE = """
import sys, threading
from airflowkit.local.worker.forkserver import rehearse
kept = rehearse()
from airflow import settings

print("THREADS", threading.active_count(), "CONNECTIONS", settings.engine.pool.status())
assert "rehearsal" not in " ".join(sys.path)
sys.stdout.flush()
os._exit(0)
"""
DAG = """
import sys
from airflow.sdk import DAG, task

with DAG("fresh", schedule=None):

    @task
    def look():
        from airflowkit.local.fake.clock import Clock
        from airflow.providers.cncf.kubernetes.utils import pod_manager
        import time

        assert not [path for path in sys.path if "rehearsal" in path]
        assert pod_manager.time is time

    look()
"""

PLUGIN = """
from airflow.plugins_manager import AirflowPlugin

VALUE = {value}

class Ours(AirflowPlugin):
    name = "ours"
"""
PLUGGED = """
from airflow.sdk import DAG, task

with DAG("plugged", schedule=None):

    @task
    def look():
        import ours

        print("sees", ours.VALUE)

    look()
"""


@pytest.mark.slow
def test_no_thread_outlives_the_rehearsal(tmp_path):
    environ = environment(tmp_path / "airflow", tmp_path / "kubeconfig.json", tmp_path / "dags", verbose=False)
    done = subprocess.run(
        [sys.executable, "-c", REHEARSE], env=environ, capture_output=True, text=True, check=False, timeout=200
    )
    assert "THREADS 1 " in done.stdout, done.stdout + done.stderr
    assert "Current Checked out connections: 0" in done.stdout or "NullPool" in done.stdout


@pytest.mark.slow
def test_later_runs_are_quick_and_find_nothing_of_the_rehearsal(repository):
    (repository / "dags" / "fresh.py").write_text(DAG)
    seconds = []
    with WarmAirflow() as airflow:
        for _ in range(4):
            began = time.monotonic()
            script = Script(Failed(3), {})
            result = run_dag("outcomes.failing", dags_folder=repository / "dags", script=script, worker=airflow.worker)
            seconds.append(time.monotonic() - began)
            assert result.task("failing").reason == "exit code 3, and it wrote no log"
        assert run_dag("fresh", dags_folder=repository / "dags", worker=airflow.worker).ok
    assert min(seconds[1:]) < seconds[0] / 3  # on an idle machine half a second, after six


def test_an_airflow_that_does_not_start_says_why(repository, monkeypatch):
    monkeypatch.setenv("AIRFLOW__LOGGING__LOGGING_CONFIG_CLASS", "nosuch.LOGGING")
    with WarmAirflow() as airflow, pytest.raises(LocalRunError, match=r"Airflow did not start: .*nosuch"):
        run_dag("outcomes", dags_folder=repository / "dags", script=Script(Failed(3), {}), worker=airflow.worker)


def test_it_can_be_switched_off(monkeypatch):
    assert can_stay_warm()
    monkeypatch.setenv("AIRFLOWKIT_WARM", "0")
    assert not can_stay_warm()
    monkeypatch.delenv("AIRFLOWKIT_WARM")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert not can_stay_warm()


@pytest.mark.slow
def test_a_plugin_that_changes_is_seen_by_the_next_run(tmp_path):
    (tmp_path / "airflowkit.toml").touch()
    for name in ("dags", "plugins"):
        (tmp_path / name).mkdir()
    (tmp_path / "plugins" / "ours.py").write_text(PLUGIN.format(value=1))
    (tmp_path / "dags" / "plugged.py").write_text(PLUGGED)

    def seen(airflow):
        events = []
        run_dag("plugged", dags_folder=tmp_path / "dags", worker=airflow.worker, on_event=events.append)
        return [event.text for event in events if "sees" in getattr(event, "text", "")]

    with WarmAirflow() as airflow:
        assert "sees 1" in " ".join(seen(airflow))
        (tmp_path / "plugins" / "ours.py").write_text(PLUGIN.format(value=2))
        assert "sees 2" in " ".join(seen(airflow))
