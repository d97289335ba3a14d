"""What a retry policy by cause decides, and what is refused when the DAG is parsed."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflowkit import RetryByCause, default_args, pod_task
from airflowkit._airflow import has_retry_policies, serialized
from airflowkit.alerts.facts.recorder import diagnosis_of
from airflowkit.causes import Category, Cause, CauseCode
from airflowkit.errors import PodFailed, PodSpecError, SettingsError
from airflowkit.local.worker.failure import reason_and_lines
from airflowkit.pods.diagnostics.containers import CONTAINER_ENDED, exit_code_cause
from airflowkit.pods.diagnostics.diagnosis import Diagnosis
from airflowkit.pods.diagnostics.errors import error_cause
from airflowkit.pods.operator.outcome import FinalPodFailed
from airflowkit.pods.retry import cause_of

POLICIES = pytest.mark.skipif(not has_retry_policies(), reason="before 3.3 there are no retry policies")
MINUTES = timedelta(minutes=5)


def died(code, exit_code=None):
    return Cause(CauseCode(code), "why", exit_code=exit_code)


@pytest.mark.parametrize("code", CauseCode)
def test_without_arguments_the_category_decides(code):
    expected = {Category.INFRASTRUCTURE: "retry", Category.CONFIGURATION: "fail"}.get(code.category, "default")
    assert RetryByCause().decide(died(code)).action == expected


@pytest.mark.parametrize(
    ("cause", "action", "delay"),
    [
        (died("exit-code", 2), "fail", None),
        (died("exit-code", 1), "default", None),
        (died("exit-code", 75), "retry", None),
        (died("signal", 137), "fail", None),
        (died("signal", 143), "retry", MINUTES),  # its exit code is narrower than its code
        (died("registry-unreachable"), "retry", MINUTES),
        (died("evicted"), "retry", timedelta(seconds=30)),
        (died("secret-missing"), "retry", None),  # something creates it late
        (died("config-map-missing"), "fail", None),
        (died("out-of-memory", 137), "retry", timedelta(0)),
    ],
)
def test_what_is_named_decides_and_the_narrower_name_first(cause, action, delay):
    policy = RetryByCause(
        never=["exit-code:2", "signal"],
        always=["exit-code:75", "signal:143", "secret-missing"],
        delay={"registry-unreachable": MINUTES, "signal:143": MINUTES, "out-of-memory": timedelta(0)},
    )
    decision = policy.decide(cause)
    assert (decision.action, decision.delay) == (action, delay)


@pytest.mark.parametrize(
    ("keywords", "field", "says"),
    [
        ({"never": ["exitcode:2"]}, "never", "exit-code"),
        ({"never": ["exit-code:two"]}, "never", "is not a cause"),
        ({"never": ["exit-code:02"]}, "never", "a number from 1 to 255"),
        ({"never": ["exit-code:\u0662"]}, "never", "a number from 1 to 255"),
        ({"never": ["exit-code:0"]}, "never", "a number from 1 to 255"),
        ({"never": ["init-failed:999"]}, "never", "a number from 1 to 255"),
        ({"never": ["exit-code:" + "9" * 5_000]}, "never", "a number from 1 to 255"),
        ({"always": ["exit-code:137"]}, "always", "write signal:137"),
        ({"always": ["signal:9"]}, "always", "write the exit code: signal:137"),
        ({"never": ["evicted:1"]}, "never", "it has no exit code: write evicted"),
        ({"always": ["secret-missing:137"]}, "always", "it has no exit code: write secret-missing"),
        ({"delay": {"template:1": MINUTES}}, "delay", "it has no exit code: write template"),
        ({"delay": {"secret-missing": MINUTES}}, "delay['secret-missing']", "add it to always"),
        ({"never": ["signal"], "delay": {"signal:137": MINUTES}}, "delay['signal:137']", "take it out of never"),
        ({"never": "exit-code"}, "never", "is not a list"),
        ({"always": [75]}, "always", "is not a cause"),
        ({"never": ["signal"], "always": ["signal"]}, "always", "is in never, too"),
        ({"delay": {"evicted": 30}}, "delay['evicted']", "is not a timedelta"),
        ({"delay": {"evicted": timedelta(-1)}}, "delay['evicted']", "is not a timedelta"),
        ({"delay": {"evicted": timedelta.max}}, "delay['evicted']", "is not a timedelta"),
        ({"delay": ["evicted"]}, "delay", "is not a dictionary"),
    ],
)
def test_what_is_not_a_cause_is_refused(keywords, field, says):
    with pytest.raises(PodSpecError) as caught:
        RetryByCause(**keywords)
    (problem,) = caught.value.problems
    assert problem.field == field
    assert says in str(problem)


@pytest.mark.parametrize("number", range(1, 256))
def test_an_exit_code_that_is_taken_is_one_that_a_pod_may_die_of(number):
    for code in ("exit-code", "signal"):
        with suppress(PodSpecError):
            RetryByCause([f"{code}:{number}"])
            assert number > 128 or exit_code_cause(number) == code
    RetryByCause([f"{exit_code_cause(number)}:{number}"])


@given(st.sampled_from(CauseCode), st.none() | st.integers(1, 127), st.data())
def test_never_is_never_tried_again_and_no_delay_is_negative(code, exit_code, data):
    narrow = [f"{code}:{exit_code}"] if exit_code and code in CONTAINER_ENDED - {CauseCode.SIGNAL} else []
    names = st.lists(st.sampled_from([str(code), *narrow, "evicted", "unknown"]), unique=True)
    never = data.draw(names)
    always = [name for name in data.draw(names) if name not in never]
    decision = RetryByCause(never, always).decide(died(code, exit_code))
    if code in never and f"{code}:{exit_code}" not in always:
        assert decision.action == "fail"
    assert decision.delay is None or decision.delay >= timedelta(0)
    assert decision.action in {"fail", "retry", "default"}


@POLICIES
def test_it_is_a_retry_policy_of_airflow():
    from airflow.sdk import RetryPolicy
    from airflow.sdk.definitions.retry_policy import RetryAction

    failure = PodFailed("secret 'a' not found")
    failure.diagnosis = Diagnosis("secret 'a' not found", code=CauseCode.SECRET_MISSING)
    wrapped = RuntimeError("wrapped")
    wrapped.__cause__ = failure
    policy = RetryByCause(delay={"exception": MINUTES})
    assert isinstance(policy, RetryPolicy)
    assert policy.evaluate(failure, 1, 3).action is RetryAction.FAIL
    assert policy.evaluate(wrapped, 1, 3).action is RetryAction.FAIL
    assert policy.evaluate(failure, 1, 3).reason == "secret-missing: every try would end the same way"
    other = policy.evaluate(ValueError("of a task without a pod"), 1, 3)
    assert (other.action, other.retry_delay) == (RetryAction.RETRY, MINUTES)
    assert policy.evaluate(RuntimeError(), 1, 3).retry_delay == MINUTES
    assert RetryByCause().evaluate(ValueError(), 1, 3).action is RetryAction.DEFAULT


def test_it_is_serialized_and_shown_without_addresses():
    policy = RetryByCause(["exit-code:2"], ["signal"], {"evicted": MINUTES})
    assert RetryByCause.deserialize(json.loads(json.dumps(policy.serialize()))) == policy
    assert " at 0x" not in repr(policy)


def test_a_circle_of_exceptions_has_an_end():
    error = ValueError("broken")
    error.__cause__ = error
    assert cause_of(error) == "exception"
    assert reason_and_lines(error) == ("ValueError: broken", [])


class Silent(Exception):  # noqa: N818  of a user
    def __str__(self):
        raise RuntimeError("no words")


class Wordless(Exception):  # noqa: N818
    def __str__(self):
        return None  # noqa: PLE0307


@pytest.mark.parametrize("error", [Silent(), Wordless()])
def test_an_exception_that_cannot_be_written_has_a_cause_all_the_same(error):
    assert cause_of(error) == error_cause(error)
    assert cause_of(error) == "exception"
    assert diagnosis_of(error).code == "exception"
    assert type(error).__name__ in error_cause(error).reason
    assert type(error).__name__ in reason_and_lines(error)[0]


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """Write an airflowkit.toml that holds for the test."""
    from airflowkit.settings import forget_settings

    def write(text):
        file = tmp_path / "airflowkit.toml"
        file.write_text(text)
        monkeypatch.setenv("AIRFLOWKIT_CONFIG", str(file))
        forget_settings()

    yield write
    forget_settings()


def make(*, mapped=False, default_args=None, **keywords):
    from airflow.providers.common.compat.sdk import DAG

    start = datetime(2026, 1, 1, tzinfo=UTC)
    with DAG("orders", schedule=None, start_date=start, default_args=default_args or {}):
        common = {"image": "orders:1", "namespace": "n", **keywords}
        return pod_task.partial("load", **common).expand(cmds=[["a"], ["b"]]) if mapped else pod_task("load", **common)


def test_a_pod_task_takes_it_on_every_airflow():
    policy = RetryByCause(never=["signal"])
    assert make(retry_policy=policy).retry_policy == policy
    assert make(default_args={"retry_policy": policy}).retry_policy == policy
    assert make().retry_policy is None


def test_mapped_tasks_take_it():
    policy = RetryByCause(never=["signal"])
    assert make(mapped=True, retry_policy=policy).partial_kwargs["retry_policy"] == policy


@pytest.mark.parametrize("mapped", [False, True])
def test_a_dag_with_it_is_serialized_to_the_same_text_each_time(mapped):
    found = [json.dumps(serialized(make(mapped=mapped, retry_policy=RetryByCause()).dag)) for _ in range(2)]
    assert found[0] == found[1]
    assert " at 0x" not in found[0]


def test_a_preset_may_have_it(settings):
    settings('[presets.careful]\nretry_policy = "by-cause"\n[retry]\nnever = ["signal"]\n')
    assert default_args("careful", owner="data")["retry_policy"] == RetryByCause(["signal"])
    given = default_args("standard", owner="data", retry_policy=RetryByCause())
    assert make(default_args=given).retry_policy == RetryByCause()
    with pytest.raises(PodSpecError, match="is not a retry policy"):
        default_args("standard", owner="data", retry_policy="sometimes")


def test_the_settings_say_it_once(settings):
    settings(
        '[pod]\nretry_policy = "by-cause"\n'
        '[retry]\nnever = ["exit-code:2"]\nalways = ["exit-code:75"]\ndelay = {evicted = 60}\n'
    )
    expected = RetryByCause(["exit-code:2"], ["exit-code:75"], {"evicted": timedelta(minutes=1)})
    assert make().retry_policy == expected
    assert make(retry_policy=RetryByCause()).retry_policy == RetryByCause()
    assert make(retry_policy=None).retry_policy is None


def test_settings_that_name_no_cause_are_refused(settings):
    settings('[pod]\nretry_policy = "by-cause"\n[retry]\nnever = ["exit code"]\n')
    with pytest.raises(PodSpecError, match=r"^\[retry\] of airflowkit.toml: 1 problem\n.*is not a cause"):
        make()


@pytest.mark.parametrize("delay", ["inf", "1e300", "nan", "-1", "31536001", '"5m"'])
def test_a_delay_that_is_none_is_refused_with_its_setting(settings, delay):
    settings(f'[pod]\nretry_policy = "by-cause"\n[retry]\ndelay = {{ evicted = {delay} }}\n')
    with pytest.raises(SettingsError, match=r"retry\.delay\.evicted"):
        make()


def test_a_policy_without_parentheses_is_refused():
    with pytest.raises(PodSpecError, match=r"write RetryByCause\(\), with parentheses"):
        make(retry_policy=RetryByCause)


def test_what_is_not_a_policy_is_refused():
    with pytest.raises(PodSpecError, match=r"(?s)DAG 'orders', task 'load'.*is not a retry policy"):
        make(retry_policy="sometimes")
    with pytest.raises(PodSpecError, match=r"(?s)^default_args: .*is not a retry policy"):
        default_args("standard", owner="data", retry_policy="sometimes")


def test_a_policy_that_is_refused_is_named_with_its_place(settings):
    settings("[pod]\nretry_policy = false\n")
    with pytest.raises(PodSpecError, match=r"DAG 'orders', task 'load'.*\n.*\(set by airflowkit.toml \[pod\]\)"):
        make()


def test_a_delay_is_for_an_exit_code_that_is_tried_again_although_its_code_is_not():
    policy = RetryByCause(never=["exit-code"], always=["exit-code:75"], delay={"exit-code": MINUTES})
    assert policy.decide(died("exit-code", 75)).delay == MINUTES


class Instance:
    def __init__(self, try_number, max_tries):
        self.try_number, self.max_tries = try_number, max_tries
        self.pushed = {}

    def xcom_push(self, key, value):
        self.pushed[key] = value


def fails(try_number, policy):
    instance = Instance(try_number, 3)
    task = make(retry_policy=policy, retries=3, arguments=["{{ nothing.at.all }}"])
    with pytest.raises(PodFailed) as caught:
        task.render_template_fields({"ti": instance})
    return caught.value, instance.pushed["airflowkit_diagnosis"]


def test_a_task_that_is_ended_early_says_so_and_how_many_tries_were_saved():
    failure, pushed = fails(2, RetryByCause())
    said = "not tried again, every try would end the same way (2 tries saved); "
    assert failure.hint.startswith(said)
    assert pushed["hint"].startswith(said)
    assert failure.cause == "template"
    assert isinstance(failure, FinalPodFailed) is not has_retry_policies()  # newer ones ask the policy themselves


@pytest.mark.parametrize(
    ("try_number", "policy"), [(4, RetryByCause()), (2, None), (2, RetryByCause(always=["template"]))]
)
def test_a_task_that_is_not_ended_early_says_nothing_of_it(try_number, policy):
    failure, pushed = fails(try_number, policy)
    assert "tried again" not in failure.hint + pushed["hint"]
    assert not isinstance(failure, FinalPodFailed)
