"""Retries that no policy needs, policies that no retry follows, and steps of memory that no try reaches."""

import pytest

from airflowkit._airflow import has_retry_policies

HEAD = """\
from datetime import timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG
from airflowkit import Resources, RetryByCause, pod_task
from airflowkit.causes import CauseCode

LADDER = Resources(cpu="1", memory="2Gi", memory_after_oom=["4Gi", "8Gi"])
POD = {"image": "orders:1.4.2", "resources": "small", "execution_timeout": timedelta(hours=1)}
BY_CAUSE = {"retry_policy": RetryByCause()}

"""
POLICIES = pytest.mark.skipif(not has_retry_policies(), reason="before 3.3 there are no retry policies")


def in_dag(task, defaults="{}"):
    return f'with DAG("orders", schedule=None, default_args={defaults}):\n    {task}\n'


def codes(found):
    return [code for code, *_ in found]


@pytest.mark.parametrize(
    ("task", "defaults", "expected"),
    [
        ('pod_task("load", **POD, **BY_CAUSE)', "{}", ["AK340"]),
        ('pod_task("load", **POD, **BY_CAUSE, retries=0)', "{}", ["AK340"]),
        ('pod_task("load", **POD, **BY_CAUSE, retries=1)', "{}", []),
        ('pod_task("load", **POD)', "BY_CAUSE", ["AK340"]),
        ('pod_task("load", **POD)', '{**BY_CAUSE, "retries": 2}', []),
        ('pod_task("load", **POD, retries=0)', '{**BY_CAUSE, "retries": 2}', []),
        ('pod_task("load", **POD, **BY_CAUSE)', '{"retries": 2}', []),
        ('pod_task.partial("load", **POD, **BY_CAUSE).expand(cmds=[["a"], ["b"]])', "{}", ["AK340"]),
        ('pod_task.partial("load", **POD, **BY_CAUSE).expand_kwargs([{"cmds": ["a"]}])', "{}", ["AK340"]),
        ('pod_task.partial("load", **POD).expand(cmds=[["a"]])', '{**BY_CAUSE, "retries": 2}', []),
        pytest.param('BashOperator(task_id="load", bash_command="a", **BY_CAUSE)', "{}", ["AK340"], marks=POLICIES),
        ('BashOperator(task_id="load", bash_command="a")', "{}", []),
    ],
)
def test_a_policy_without_retries_decides_nothing(found_in, task, defaults, expected):
    assert codes(found_in(in_dag(task, defaults))) == expected


@POLICIES
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ('"by-cause"', ("has retry_policy = 'by-cause', which is not a policy", "write RetryByCause()")),
        (
            "RetryByCause",
            ("has retry_policy = RetryByCause, which is not a policy", "write RetryByCause()"),
        ),
        ('{"never": []}', ("has retry_policy = {'never': []}, which is not a policy", "write RetryByCause()")),
    ],
)
def test_what_airflow_takes_for_a_policy_and_cannot_ask_is_found(found_in, given, expected):
    ((code, *said),) = found_in(
        in_dag('BashOperator(task_id="load", bash_command="a")', f'{{"retry_policy": {given}}}')
    )
    assert (code, *said) == ("AK342", *expected)


def test_a_policy_of_the_settings_is_named_with_its_place(found_in, tmp_path):
    (tmp_path / "airflowkit.toml").write_text('[pod]\nretry_policy = "by-cause"\n')
    ((code, message, hint),) = found_in(in_dag('pod_task("load", **POD)'))
    assert (code, message) == ("AK340", "has a retry policy, RetryByCause, and no retries: it decides nothing")
    assert hint == "set retries, or retry_policy=None: airflowkit.toml [pod] has it"
    assert found_in(in_dag('pod_task("load", **POD, retry_policy=None)')) == []
    assert found_in(in_dag('pod_task.partial("load", **POD, retries=1).expand(cmds=[["a"]])')) == []
    assert codes(found_in(in_dag('pod_task.partial("load", **POD).expand(cmds=[["a"]])'))) == ["AK340"]


ALL = "never=[code for code in CauseCode if code not in ({})]"


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("never=list(CauseCode)", ["AK341"]),
        (ALL.format("'deadline', 'xcom-invalid', 'trigger-failed', 'init-failed', 'killed', 'deleted'"), ["AK341"]),
        (ALL.format("'node-lost',"), []),
        (ALL.format("'exit-code',"), []),
        ("never=[code for code in CauseCode if code != 'exit-code'], always=['exit-code:75']", []),
        ("never=list(CauseCode), always=['exit-code:75']", []),
        ("never=['exit-code', 'signal', 'out-of-memory']", []),
        ("", []),
    ],
)
def test_retries_help_a_pod_that_can_die_of_what_its_policy_tries_again(found_in, policy, expected):
    found = found_in(in_dag(f'pod_task("load", **POD, retries=3, retry_policy=RetryByCause({policy}))'))
    assert codes(found) == expected


@POLICIES
@pytest.mark.parametrize(
    ("more", "never", "expected"),
    [
        ("", ["exception", "unknown"], ["AK341"]),
        (", execution_timeout=timedelta(hours=1)", ["exception", "unknown"], []),
        (", execution_timeout=timedelta(hours=1)", ["exception", "unknown", "execution-timeout"], ["AK341"]),
        ("", ["exception"], []),
    ],
)
def test_retries_help_a_task_without_a_pod_as_far_as_its_exceptions_are_tried_again(found_in, more, never, expected):
    policy = f"retries=3, retry_policy=RetryByCause(never={never})"
    found = found_in(in_dag(f'BashOperator(task_id="load", bash_command="a", {policy}{more})'))
    assert codes(found) == expected


STEPPED = 'pod_task("load", **{{**POD, "resources": LADDER}}, {})'


@POLICIES
@pytest.mark.parametrize(
    ("keywords", "limit", "message"),
    [
        ("retries=2", "", None),
        ("retries=2", "8Gi", None),
        ("retries=1", "", "memory_after_oom has 2 steps, and retries=1 leads to fewer"),
        ("", "", "memory_after_oom has 2 steps, and retries=0 leads to fewer"),
        ("retries=2", "6Gi", "memory_after_oom has 8Gi, beyond [retry] max_memory, 6Gi"),
        ("retries=2", "3Gi", "memory_after_oom has 4Gi, 8Gi, beyond [retry] max_memory, 3Gi"),
        (
            'retries=2, retry_policy=RetryByCause(never=["out-of-memory"])',
            "",
            "memory_after_oom is never used: its retry policy ends the task when it runs out of memory",
        ),
        (
            'retries=2, retry_policy=RetryByCause(never=["out-of-memory:137"])',
            "",
            "memory_after_oom is never used: its retry policy ends the task when it runs out of memory",
        ),
        ("retries=2, retry_policy=RetryByCause()", "", None),
    ],
)
def test_each_step_of_memory_can_be_reached(found_in, tmp_path, keywords, limit, message):
    if limit:
        (tmp_path / "airflowkit.toml").write_text(f'[retry]\nmax_memory = "{limit}"\n')
    found = found_in(in_dag(STEPPED.format(keywords)))
    assert [(code, said) for code, said, _ in found] == ([("AK418", message)] if message else [])


@POLICIES
def test_steps_of_mapped_tasks_are_judged_element_by_element(found_in):
    elements = '[{"resources": LADDER}, {"resources": "small"}]'
    task = f'pod_task.partial("load", image="a:1", retries=1).expand_kwargs({elements})'
    found = found_in(in_dag(task, '{"execution_timeout": timedelta(hours=1)}'))
    message = "memory_after_oom has 2 steps, and retries=1 leads to fewer (map index 0)"
    assert [(code, said) for code, said, _ in found] == [("AK418", message)]


@pytest.mark.skipif(has_retry_policies(), reason="from 3.3 on steps are used")
def test_before_airflow_3_3_no_step_is_ever_used(found_in):
    ((code, message, _),) = found_in(in_dag(STEPPED.format("retries=2")))
    assert code == "AK418"
    assert message.startswith("memory_after_oom does nothing on Airflow ")
