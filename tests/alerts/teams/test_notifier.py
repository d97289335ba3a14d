"""The callbacks: what they send, what they never do, and every way in which Airflow calls them."""

from __future__ import annotations

import asyncio
import json
import logging
import time

import pytest

from airflowkit import TeamsNotifier, teams_failure, teams_recovery
from airflowkit.errors import SettingsError
from alerts import contexts
from alerts.official import complaints, fact, texts
from alerts.receiver import Reply, drip, hang


def first_line(card):
    return texts(card)[0]


def test_a_failed_task_is_reported(teams):
    teams_failure()(contexts.in_worker())
    (card,) = teams.cards
    assert first_line(card) == "🔴 Task failed: load_orders"
    assert complaints(card) == []


def test_the_failure_callback_serves_retries_too(teams):
    teams_failure()(contexts.in_worker("up_for_retry"))
    assert "will be retried" in texts(teams.cards[0])[1]
    assert teams.cards[0]["body"][0]["style"] == "warning"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: contexts.in_worker("success"), "Task succeeded"),
        (lambda: contexts.of_dag(success=True, reason="success"), "Run succeeded"),
        (contexts.of_dag, "Run failed"),
        (contexts.of_deadline, "Run missed its deadline"),
    ],
)
def test_a_plain_notifier_reports_what_the_context_says(airflow_db, teams, make, words):
    TeamsNotifier()(make())
    assert words in first_line(teams.cards[0])


def test_one_instance_renders_each_run_anew(teams):
    notifier = TeamsNotifier(title="{{ dag.dag_id }} of {{ run_id }}", message="{{ exception }} {{ no.such.thing }}")
    for run_id in ("first", "second"):
        notifier({**contexts.in_worker(), "run_id": run_id})
    assert [first_line(card) for card in teams.cards] == ["🔴 orders_daily of first", "🔴 orders_daily of second"]
    assert (notifier.title, notifier.message) == (
        "{{ dag.dag_id }} of {{ run_id }}",
        "{{ exception }} {{ no.such.thing }}",
    )


def test_a_template_that_cannot_be_rendered_is_sent_as_it_is(teams, caplog):
    TeamsNotifier(message="{{ 1 / 0 }} {% broken")(contexts.in_worker())
    assert "{{ 1 / 0 }} {% broken" in texts(teams.cards[0])
    assert "is not rendered" in caplog.text


def test_the_settings_say_what_the_call_does_not(tmp_path, monkeypatch, receivers):
    receiver = receivers()
    (tmp_path / "airflowkit.toml").write_text(
        '[teams]\nconn_id = "alerts"\nenvironment = "PROD"\nbudget = 3\nrunbook = "https://wiki.example/{dag_id}"\n'
        'owners = { data-eng = "data@example.com" }\n'
    )
    monkeypatch.setenv("AIRFLOWKIT_CONFIG", str(tmp_path / "airflowkit.toml"))
    monkeypatch.setenv("AIRFLOW_CONN_ALERTS", json.dumps({"conn_type": "http", "password": receiver.url}))
    notifier = teams_failure()
    notifier(contexts.in_worker())
    (card,) = receiver.cards
    assert first_line(card).endswith("[PROD] Task failed: load_orders")
    assert card["msteams"]["entities"][0]["mentioned"] == {"id": "data@example.com", "name": "data-eng"}
    assert "https://wiki.example/orders_daily" in [action["url"] for action in card["actions"] if "url" in action]
    assert (notifier.conn_id, notifier.budget) == ("alerts", 3)
    assert teams_failure(environment="", runbook="", conn_id="other", budget=5).settings.environment == ""


def test_wrong_settings_are_an_error_at_parse_but_not_in_an_incident(tmp_path, monkeypatch, teams, caplog):
    (tmp_path / "airflowkit.toml").write_text("[teams]\nenviroment = 'PROD'\n")
    monkeypatch.setenv("AIRFLOWKIT_CONFIG", str(tmp_path / "airflowkit.toml"))
    with pytest.raises(SettingsError, match="did you mean 'environment'"):
        teams_failure()
    TeamsNotifier(context=contexts.of_deadline())()
    assert len(teams.requests) == 1
    assert "did you mean 'environment'" in caplog.text


def test_a_misspelt_keyword_is_an_error_at_parse_but_costs_no_deadline_its_card(teams, caplog):
    with pytest.raises(TypeError, match="no keyword 'mention'; did you mean 'mentions'"):
        teams_failure(mention="oncall@example.com")
    TeamsNotifier(mention="oncall@example.com", context=contexts.of_deadline())()
    assert len(teams.requests) == 1
    assert "did you mean 'mentions'" in caplog.text


@pytest.mark.parametrize(
    ("mentions", "entities"),
    [
        ("oncall@example.com", [("oncall", "oncall@example.com")]),
        (["a@example.com", "b@example.com"], [("a", "a@example.com"), ("b", "b@example.com")]),
        ({"Data on-call": "oncall@example.com"}, [("Data on-call", "oncall@example.com")]),
    ],
)
def test_mentions_may_be_given_in_three_ways(teams, mentions, entities):
    teams_failure(mentions=mentions)(contexts.in_worker())
    found = [entity["mentioned"] for entity in teams.cards[0]["msteams"]["entities"]]
    assert [(user["name"], user["id"]) for user in found] == entities


@pytest.mark.parametrize("broken", [None, {}, 42, "nonsense", {"ti": object()}, {"dag": 1, "reason": object()}])
def test_no_context_makes_it_raise_or_lose_the_card(teams, broken):
    teams_failure()(broken)
    assert complaints(teams.cards[0]) == []


def test_a_bug_of_ours_costs_the_details_not_the_card(teams, monkeypatch, caplog):
    def fault(*_, **__):
        raise KeyError("a secret may be here")

    monkeypatch.setattr("airflowkit.alerts.teams.alert.gather", fault)
    teams_failure()(contexts.in_worker())
    assert first_line(teams.cards[0]) == "🔴 Run failed: orders_daily"
    assert contexts.RUN_ID in texts(teams.cards[0])
    assert "says less than it could (KeyError at fault:" in caplog.text
    assert "secret may" not in caplog.text


def test_a_missing_connection_is_one_line_that_says_what_to_do(airflow_db, monkeypatch, caplog):
    monkeypatch.delenv("AIRFLOW_CONN_MSTEAMS_WEBHOOK_URL", raising=False)
    caplog.set_level(logging.WARNING)
    teams_failure()(contexts.in_worker())
    (line,) = [record.message for record in caplog.records if record.name == "airflowkit.alerts"]
    assert "'msteams_webhook_url'" in line
    assert "create a workflow in Teams" in line


@pytest.mark.parametrize("act", [hang, drip])
def test_a_callback_ends_within_its_budget_and_says_that_the_alert_is_lost(receivers, connect, caplog, act):
    connect(receivers(Reply(act=act)).url)
    started = time.monotonic()
    teams_failure(budget=2)(contexts.in_worker())
    assert time.monotonic() - started < 2.5
    assert "Teams alert LOST" in caplog.text


def test_a_secrets_backend_that_hangs_costs_the_budget_and_no_more(monkeypatch, caplog):
    from airflow.sdk.execution_time import supervisor

    class Hanging:
        def get_connection(self, conn_id):
            time.sleep(5)

    monkeypatch.delenv("AIRFLOW_CONN_MSTEAMS_WEBHOOK_URL", raising=False)
    monkeypatch.setattr(supervisor, "ensure_secrets_backend_loaded", lambda: [Hanging()])
    started = time.monotonic()
    teams_failure(budget=1)(contexts.in_worker())
    assert time.monotonic() - started < 1.5
    assert "after 1 s it was still reading the connection 'msteams_webhook_url'" in caplog.text


def test_a_localhost_base_url_is_warned_of_once(teams, caplog):
    from airflowkit.alerts.facts import links

    links._base_url.cache_clear()
    for _ in range(3):
        teams_failure()(contexts.in_worker())
    assert caplog.text.count("set [api] base_url") == 1
    assert teams.cards[0]["actions"][0]["url"].startswith("http://localhost:8080/dags/orders_daily/")


class TestRecovery:
    """`teams_recovery()` on a DAG's success callback."""

    def test_a_run_that_was_cleared_and_succeeds_is_reported(self, teams):
        context = contexts.of_dag(success=True, reason="success")
        context["dag_run"].clear_number = 1
        teams_recovery()(context)
        assert len(teams.cards) == 1

    def test_where_airflow_does_not_say_how_the_run_before_ended_it_is_silent(self, teams, caplog):
        context = contexts.of_dag(success=True, reason="success")
        context["dag_run"].logical_date = None
        teams_recovery()(context)
        assert teams.requests == []


class TestDeadline:
    """As Airflow's own code calls a deadline's callback."""

    def test_airflow_takes_the_class_with_keywords_and_stores_a_path_that_never_changes(self):
        """Airflow stores it for every deadline to come: under another one, an upgrade would lose their cards."""
        from airflow.sdk.definitions import deadline

        for callback in filter(None, (deadline.AsyncCallback, getattr(deadline, "SyncCallback", None))):
            made = callback(TeamsNotifier, {"conn_id": "x", "mentions": ["a@example.com"]})
            assert made.path == "airflowkit.alerts.teams.notifier.TeamsNotifier"

    def test_the_triggerer_awaits_it(self, teams):
        try:
            from airflow.triggers.callback import CallbackTrigger
        except ImportError:  # before 3.2
            from airflow.triggers.deadline import DeadlineCallbackTrigger as CallbackTrigger

        path = f"{TeamsNotifier.__module__}.{TeamsNotifier.__qualname__}"
        trigger = CallbackTrigger(path, {"environment": "PROD", "context": contexts.of_deadline()})

        async def states():
            return [str(next(iter(event.payload.values()))) async for event in trigger.run()]

        assert asyncio.run(states())[-1].lower().endswith("success")
        assert first_line(teams.cards[0]) == "⏰ [PROD] Run missed its deadline: orders_daily"
        assert fact(teams.cards[0], "Deadline") == "2026-11-20 06:00 UTC"

    def test_the_executor_calls_it(self, teams):
        import structlog

        supervisor = pytest.importorskip("airflow.sdk.execution_time.callback_supervisor", reason="since Airflow 3.2")

        path = f"{TeamsNotifier.__module__}.{TeamsNotifier.__qualname__}"
        kwargs = {"message": "late", "context": contexts.of_deadline()}
        assert supervisor.execute_callback(path, kwargs, "dag.py", None, structlog.get_logger()) == (True, None)
        assert "late" in texts(teams.cards[0])

    def test_the_event_loop_goes_on_meanwhile(self, receivers, connect):
        connect(receivers(Reply(act=hang)).url)

        async def both():
            ticks = 0
            waiting = asyncio.ensure_future(_awaited(TeamsNotifier(budget=1, context=contexts.of_deadline())))
            while not waiting.done():
                await asyncio.sleep(0.05)
                ticks += 1
            return ticks

        assert asyncio.run(both()) > 10


async def _awaited(notifier):
    await notifier


def test_a_notifier_in_default_args_serializes_to_the_same_bytes_in_every_process():
    import subprocess
    import sys

    program = (
        "import json, datetime\n"
        "from airflow.sdk import DAG, BaseOperator\n"
        "from airflow.serialization import serialized_objects as objects\n"
        "from airflowkit import default_args, teams_failure\n"
        "args = default_args('standard', on_failure_callback=teams_failure(), on_retry_callback=[teams_failure()])\n"
        "with DAG('d', schedule=None, start_date=datetime.datetime(2026, 1, 1), default_args=args,\n"
        "         on_failure_callback=teams_failure()) as dag:\n"
        "    BaseOperator(task_id='t')\n"
        "serialization = getattr(objects, 'DagSerialization', objects.SerializedDAG)\n"
        "print(json.dumps(serialization.to_dict(dag), sort_keys=True, default=str))\n"
    )
    runs = [subprocess.run([sys.executable, "-c", program], capture_output=True, check=True) for _ in range(2)]
    assert runs[0].stdout == runs[1].stdout
    assert b" at 0x" not in runs[0].stdout


def test_default_args_add_an_author_s_callback_to_the_recorder():
    from airflowkit import default_args, record_failure

    mine = teams_failure()
    assert default_args("standard")["on_failure_callback"] == [record_failure]
    assert default_args("standard", on_failure_callback=mine)["on_failure_callback"] == [record_failure, mine]
    assert default_args("standard", on_failure_callback=[mine])["on_failure_callback"] == [record_failure, mine]
