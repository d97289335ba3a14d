"""Every example ends in a local run as its words say, with the Secrets of the file beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from airflowkit.local.fake.outcomes import Failed, SecretNotFound
from airflowkit.local.fake_cluster import FakeCluster
from airflowkit.local.process.events import LogLine, Output
from airflows import copied
from azurite import azurite
from examples.says import SAYS

EXAMPLES = Path(__file__).parents[2] / "dags_examples"
MARKS = {
    **dict.fromkeys(("orders_etl", "own_image", "secrets_in_pods", "shared_volume"), pytest.mark.namespaces),
    "azure_blob": (pytest.mark.azurite, pytest.mark.namespaces),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = copied(EXAMPLES, tmp_path_factory.mktemp("examples") / "dags")
    (folder / "airflowkit.local.toml.example").rename(folder / "airflowkit.local.toml")
    return folder


@pytest.fixture(scope="module")
def worker():
    from airflowkit.local.worker.warm import WarmAirflow

    with WarmAirflow() as airflow:
        yield airflow.worker


@pytest.fixture(scope="module")
def run(folder, worker):
    from airflowkit.local.run import run_dag

    def ended(dag_id):
        events = []
        result = run_dag(dag_id, dags_folder=folder, runtime="process", worker=worker, on_event=events.append)
        return result, [event.text for event in events if isinstance(event, (LogLine, Output))]

    return ended


@pytest.fixture
def storage(request, folder, tmp_path):
    """Azurite in place of the one that the settings name, if the example needs it."""
    if request.node.callspec.params["dag_id"] != "azure_blob":
        yield
        return
    with azurite(tmp_path) as port:
        for file in (folder / "airflowkit.toml", folder / "airflowkit.local.toml"):
            file.write_text(file.read_text().replace("127.0.0.1:10000", f"127.0.0.1:{port}"))
        yield


@pytest.mark.slow
@pytest.mark.usefixtures("storage")
@pytest.mark.parametrize("dag_id", [pytest.param(it, marks=MARKS.get(it, ())) for it in SAYS])
def test_the_run_of_an_example_ends_as_its_words_say(run, dag_id):
    result, texts = run(dag_id)
    assert result.ok is (dag_id != "failing_with_alert"), texts
    assert len(result.alerts) == (not result.ok)
    assert SAYS[dag_id] is None or any(SAYS[dag_id] in text for text in texts), texts
    assert max(task.tries for task in result.tasks) == (2 if dag_id == "retry_by_cause" else 1)
    assert [other.dag_id for other in result.others] == (["cross_dag_parent"] if dag_id == "cross_dag_child" else [])


@pytest.mark.slow
def test_a_late_run_is_reported_and_goes_on(run, folder):
    file = folder / "deadline_alert.py"
    source = file.read_text()
    late = source.replace("hours=2", "seconds=0").replace('cmds=["echo"]', 'cmds=["sh", "-c", "sleep 2; echo $0"]')
    file.write_text(late)
    result, _ = run("deadline_alert")
    file.write_text(source)
    assert result.ok
    (card,) = result.alerts
    assert "The finance report waits for it." in str(card)


@pytest.mark.slow
@pytest.mark.parametrize("outcome", [Failed(exit_code=2), SecretNotFound("orders-db")], ids=["named", "by category"])
def test_what_no_try_makes_right_is_tried_once(folder, worker, outcome):
    cluster = FakeCluster(folder, worker, lambda _: None)
    cluster.outcomes["retry_by_cause.ask"] = outcome
    ask = cluster.run("retry_by_cause").task("ask")
    assert (ask.state, ask.tries, ask.tries_saved) == ("failed", 1, 3)
