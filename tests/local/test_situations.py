"""What a local run does where there is no cluster, no web page and no scheduler, and where nothing would happen."""

from __future__ import annotations

import json

import pytest

from airflowkit._airflow import airflow_version
from airflowkit.errors import LocalRunError
from airflowkit.local.fake.outcomes import Succeeded
from airflowkit.local.fake.script import Script
from airflowkit.local.process.events import AlertKept, Notice, Output, TaskFailed

pytestmark = [pytest.mark.slow, pytest.mark.needs_airflow(3, 2, "people, deadlines and native rendering of a task")]


@pytest.fixture
def run(run_locally, warm_airflow):
    def run_quickly(dag, **arguments):
        return run_locally(dag, worker=warm_airflow.worker, **arguments)

    return run_quickly


def texts(events, kind):
    return [event.text for event in events if isinstance(event, kind)]


@pytest.mark.parametrize(
    ("dag", "arguments", "words"),
    [
        ("later", {}, r"DAG 'later' starts on 2126-01-01 00:00 UTC, after .*: nothing would run"),
        ("over", {}, r"DAG 'over' ended on 2026-02-01 00:00 UTC, before .*: nothing would run"),
        ("dated", {"logical_date": "2025-12-31"}, "'dated' starts on 2026-01-01 .*, after 2025-12-31 .* --date"),
        ("dated", {"logical_date": "yesterday"}, "'yesterday' is not a valid date"),
        ("dated", {"logical_date": ""}, "'' is not a valid date"),
        ("with_params", {}, r"parameter 'shop' of DAG 'with_params' has no value.*--conf '\{\"shop\": \"…\"\}'"),
        ("with_params", {"conf": {"shop": "a", "limit": 0}}, "parameter 'limit' .* = 0: 0 is less than the minimum"),
        (
            "approved",
            {},
            r"task 'approve' asks 'Release\?', and nobody is here .* --answer approve=Approve \(or Reject",
        ),
        ("approved", {"answers": {"approve": ["Maybe"]}}, "'approve' was answered 'Maybe'; choose one of Approve"),
        ("approved", {"ask": lambda _: [""]}, "'approve' was answered ''; choose one of Approve, Reject"),
        ("mapping.show", {}, "'show' is mapped over the output of 'numbers', which does not run with it"),
        ("unregistered", {}, r"DAG 'unregistered' cannot be serialized: .*plugin.*\(AK218\)"),
    ],
)
def test_what_cannot_run_is_refused_in_one_line(run, dag, arguments, words):
    with pytest.raises(LocalRunError, match=words) as refused:
        run(dag, **arguments)
    assert "\n" not in str(refused.value)


def test_a_task_that_airflow_leaves_out_is_named(run):
    result, events = run("partly")
    assert [task.task_id for task in result.tasks] == ["now"]
    assert any(text.startswith("later is left out: it starts on 2126-01-01") for text in texts(events, Notice))


def test_a_run_that_assets_start_has_their_events_and_no_date(run):
    _, events = run("of_assets")
    assert "events ['s3://a/', 's3://b/'] None asset_triggered False" in texts(events, Output)


@pytest.mark.parametrize(("given", "said"), [("none", "dates None False"), ("2026-05-05", "dates 2026-05-05")])
def test_a_run_has_the_date_that_was_asked_for(run, given, said):
    _, events = run("dated", logical_date=given)
    assert any(text.startswith(said) for text in texts(events, Output))


def test_a_run_of_a_date_comes_after_it_and_not_today(run):
    _, events = run("dated", logical_date="2026-05-05")
    assert any(text.endswith("after 2026-05-05") for text in texts(events, Output))


def test_answers_decide_what_people_would(run):
    result, events = run("asking", answers={"entry": ['{"shop": "s1"}'], "branch": ["right"]})
    assert result.ok
    assert (result.task("left").state, result.task("right").state) == ("skipped", "success")
    assert any("timed: nobody answers, so no is chosen" in text for text in texts(events, Notice))


def test_a_person_is_asked_with_what_there_is_to_choose(run):
    questions = []
    choices = {"entry": ["OK"], "branch": ["left"], "timed": ["yes"]}

    def ask(question):
        questions.append((question.task_id, question.options))
        return choices[question.task_id]

    assert run("asking", ask=ask)[0].task("left").state == "success"
    assert ("branch", ["left", "right"]) in questions
    assert run("approved", answers={"approve": ["Reject"]})[0].task("released").state == "skipped"


def test_a_task_that_names_an_executor_runs(run):
    result, events = run("named_executor")
    assert result.ok
    assert "ran" in texts(events, Output)


def test_a_pool_that_the_deployment_needs_is_named(run, repository):
    result, events = run("pooled")
    assert result.ok
    (note,) = [text for text in texts(events, Notice) if "pool" in text]
    assert note.startswith("where a pool does not exist, its tasks never start: 'warehouse' (first)")


def test_a_pool_that_the_deployment_does_not_have_refuses_the_run(run, repository):
    settings = repository / "airflowkit.toml"
    before = settings.read_text()
    settings.write_text('[check]\npools = ["warehouses"]\n')
    try:
        with pytest.raises(LocalRunError, match=r"task 'first' never starts: its pool 'warehouse' .*'warehouses'"):
            run("pooled")
        settings.write_text('[check]\npools = ["warehouse"]\n')
        assert not [text for text in texts(run("pooled")[1], Notice) if "pool" in text]
    finally:
        settings.write_text(before)


def test_a_mapped_task_alone_runs_where_its_elements_are_known(run):
    assert run("mapping.known")[0].ok


def test_a_missed_deadline_calls_what_it_should(run):
    result, events = run("late")
    assert result.ok
    assert any("has passed: airflowkit.alerts" in text for text in texts(events, Notice))
    (kept,) = [event for event in events if isinstance(event, AlertKept)]
    assert kept.conn_id == "late_ones"
    assert "the orders are late" in json.dumps(kept.card)


def test_what_only_a_deployment_does_is_told(run):
    _, events = run("slow")
    said = texts(events, Notice)
    assert "pod overrides are not used here: sleep" in said
    assert any("beyond dagrun_timeout (0:00:01) the scheduler fails it" in text for text in said)


def test_a_deadline_that_one_run_cannot_have_is_told(run):
    result, events = run("not_watched", logical_date="none")
    assert result.ok
    assert [text.partition(": ")[2] for text in texts(events, Notice) if text.startswith("a deadline")] == [
        "it needs the average of 3 runs, and here there is one",
        "the run has no logical date",
    ]


def test_what_needs_more_than_pods_fails_and_says_so(run):
    result, events = run("of_a_job")
    assert result.task("job").state == "failed"
    assert texts(events, TaskFailed) == [
        "job: AirflowFailException: KubernetesJobOperator needs a Kubernetes cluster: a local run has pods only"
    ]


def test_a_failure_is_told_with_its_task_and_its_own_lines(run, repository):
    _, events = run("failures")
    failed = {event.task_id: event for event in events if isinstance(event, TaskFailed)}
    line = next(
        number
        for number, text in enumerate((repository / "dags" / "situations.py").read_text().splitlines(), 1)
        if "no good" in text
    )
    assert failed["code"].reason == "ValueError: no good"
    assert failed["code"].lines[0] == f'  File "{repository}/dags/situations.py", line {line}, in code'
    assert len(failed["code"].lines) <= 3
    assert failed["command"].lines == []
    assert {"command | to stdout", "command | to stderr"} <= set(texts(events, Output))
    assert "cannot unmarshal number into Go struct field EnvVar.spec.containers.env.value" in failed["number"].reason
    assert not any("Traceback" in text for text in texts(events, Output))


def test_the_fake_cluster_has_the_same_dates(run):
    _, events = run("dated", logical_date="none", script=Script(Succeeded(), {}))
    assert any(text.startswith("dates None False") for text in texts(events, Output))


def test_a_run_that_aliases_and_references_start_has_their_events(run):
    result, events = run("of_aliases")
    assert result.ok
    said = texts(events, Output)
    assert "alias ['loads'] loads" in said
    assert "events ['loads', 'loads', 'named', 'plain', 's3://b/c']" in said
    assert "refs 1 1" in said


@pytest.mark.parametrize(
    ("dag", "arguments", "said", "source"),
    [
        ("daily_partitions", {"logical_date": "2026-05-05T13:00"}, "2026-05-05 scheduled", ""),
        ("daily_partitions", {"partition_key": "2026-01-31"}, "2026-01-31 scheduled", ""),
        (
            "partition_of_assets",
            {"logical_date": "2026-05-05T13:00"},
            "2026-05-05 asset_triggered",
            " 2026-05-05T13:00:00",
        ),
        ("partition_of_regions", {}, "eu asset_triggered", " eu"),
        ("partition_of_regions", {"partition_key": "us"}, "us asset_triggered", " us"),
    ],
)
def test_a_run_is_for_a_partition_as_the_schedule_says(run, dag, arguments, said, source):
    result, events = run(dag, **arguments)
    assert result.ok
    assert f"key {said} None False" in texts(events, Output)
    assert airflow_version() < (3, 3) or f"source{source}" in texts(events, Output)


def test_a_partition_is_refused_where_there_are_none(run):
    with pytest.raises(LocalRunError, match="DAG 'dated' has no partitions"):
        run("dated", partition_key="2026-01-31")
