"""`memory_after_oom` when the DAG is parsed: what is refused, whose steps hold, and what stays as it was."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from airflowkit import Resources, default_args, pod_override, pod_task
from airflowkit._airflow import serialized
from airflowkit.errors import PodSpecError, SettingsError
from airflowkit.pods.expansion import elements, of_element
from airflowkit.pods.explain import explain_pod
from airflowkit.settings import forget_settings

STEPS = ["4Gi", "8Gi"]
LADDER = Resources(cpu="1", memory="2Gi", memory_after_oom=STEPS)


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """Write an airflowkit.toml that holds for the test."""

    def write(text):
        file = tmp_path / "airflowkit.toml"
        file.write_text(text)
        monkeypatch.setenv("AIRFLOWKIT_CONFIG", str(file))
        forget_settings()

    yield write
    forget_settings()


def in_dag(build, **keywords):
    from airflow.providers.common.compat.sdk import DAG

    with DAG("orders", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC), **keywords):
        return build()


def make(*, defaults=None, **keywords):
    call = {"image": "orders:1", "namespace": "n", **keywords}
    return in_dag(lambda: pod_task("load", **call), default_args=defaults or {})


def mapped(*, defaults=None, expand=None, **keywords):
    call = {"image": "orders:1", "namespace": "n", **keywords}
    over = expand or {"cmds": [["a"], ["b"]]}
    task = in_dag(lambda: pod_task.partial("load", **call).expand(**over), default_args=defaults or {})
    return [of_element(task, element) for element in elements(task)]


def steps_of(task):
    return list(task.memory_steps.usable) if task.memory_steps else None


@pytest.mark.parametrize(
    ("steps", "field", "says"),
    [
        (["a lot"], "[0]", "is not an amount of memory"),
        ([4], "[0]", "is not an amount of memory"),
        ([None], "[0]", "is not an amount of memory"),
        (["{{ params.memory }}"], "[0]", "is not an amount of memory"),
        (["4Gi", "8GB"], "[1]", "is not an amount of memory"),
        (["-4Gi"], "[0]", "must not be negative"),
        (["4096m"], "[0]", "is a fraction of a byte"),
        (["4"], "[0]", "did you mean '4Mi'"),
        (["4000m"], "[0]", "did you mean '4000Mi'"),
        (["+1500k"], "[0]", "is not more than"),
        (["2Gi"], "[0]", "is not more than the 2Gi that the first try has"),
        (["1Gi"], "[0]", "is not more than the 2Gi that the first try has"),
        (["4Gi", "4096Mi"], "[1]", "is not more than the 4Gi before it"),
        (["8Gi", "4Gi"], "[1]", "is not more than the 8Gi before it"),
        ("4Gi", "", "is not a list"),
        ({"4Gi": 1}, "", "is not a list"),
    ],
)
def test_steps_that_are_no_ascending_amounts_are_refused(steps, field, says):
    with pytest.raises(PodSpecError) as caught:
        make(resources=Resources(memory="2Gi", memory_after_oom=steps))
    problem = next(each for each in caught.value.problems if each.field == f"resources.memory_after_oom{field}")
    assert says in str(problem)


def test_an_amount_that_is_suggested_is_one():
    with pytest.raises(PodSpecError) as caught:
        make(resources=Resources(cpu="1e3", memory="1e3"))
    assert [(problem.reason, problem.hint) for problem in caught.value.problems] == [
        ("is more processors than a node has", ""),  # neither '1e3m' nor '1e3Mi' is an amount
        ("is less than a process needs to start", ""),
    ]


def test_the_first_step_is_above_the_limit_and_not_only_above_the_request():
    with pytest.raises(PodSpecError, match="the 6Gi that the first try has"):
        make(resources=Resources(memory="2Gi", memory_limit="6Gi", memory_after_oom=STEPS))


def test_without_memory_there_is_nothing_to_step_up_from():
    with pytest.raises(PodSpecError, match="has no memory to start from"):
        make(resources=Resources(cpu="1", memory_after_oom=STEPS))


def test_a_memory_that_only_the_run_knows_is_no_reason_to_refuse():
    assert steps_of(make(resources=Resources(memory="{{ params.memory }}", memory_after_oom=STEPS))) == STEPS


def test_an_override_cannot_have_steps():
    with pytest.raises(PodSpecError, match="an override cannot raise the memory of a try"):
        pod_override(resources=LADDER)


@pytest.mark.parametrize(
    ("keywords", "expected"),
    [
        ({}, STEPS),
        ({"resources": Resources(cpu="2")}, STEPS),
        ({"resources": Resources(memory="1Gi")}, None),
        ({"resources": Resources(memory_limit="3Gi")}, None),
        ({"resources": None}, None),
        ({"resources": "small"}, None),
        ({"container_resources": {"limits": {"memory": "1Gi"}}}, None),
        ({"container_resources": {"requests": {"cpu": "1"}}}, STEPS),
        ({"memory_after_oom": None}, None),
        ({"resources": Resources(memory="4Gi", memory_after_oom=["16Gi"])}, ["16Gi"]),
    ],
)
def test_steps_of_the_settings_go_with_the_memory_of_the_settings(settings, keywords, expected):
    settings('[pod]\nresources = "big"\n[resources.big]\nmemory = "2Gi"\nmemory_after_oom = ["4Gi", "8Gi"]\n')
    assert steps_of(make(**keywords)) == expected
    assert [steps_of(task) for task in mapped(**keywords)] == [expected, expected]


@pytest.mark.parametrize(
    ("keywords", "expected"),
    [
        ({}, STEPS),
        ({"resources": Resources(cpu="2", memory="1Gi")}, None),
        ({"resources": Resources(memory="2Gi", memory_after_oom=["3Gi"])}, ["3Gi"]),
        ({"resources": Resources(memory="1Gi", memory_after_oom=STEPS)}, STEPS),
    ],
)
def test_steps_of_default_args_go_with_the_memory_of_default_args(keywords, expected):
    defaults = default_args("manual", owner="data", resources=LADDER)
    assert steps_of(make(defaults=defaults, **keywords)) == expected
    assert [steps_of(task) for task in mapped(defaults=defaults, **keywords)] == [expected, expected]


def test_any_other_operator_takes_default_args_with_steps():
    from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
    from airflow.providers.standard.operators.empty import EmptyOperator

    defaults = default_args("manual", owner="data", resources=LADDER)

    def build():
        return EmptyOperator(task_id="empty"), KubernetesPodOperator(task_id="plain", image="a:1", namespace="n")

    _, plain = in_dag(build, default_args=defaults)
    assert plain.container_resources.limits == {"memory": "2Gi"}


def test_elements_may_have_steps_of_their_own_only_as_whole_elements():
    with pytest.raises(PodSpecError, match=r"expand\(\) takes no memory_after_oom"):
        mapped(expand={"resources": [LADDER, "small"]})


def test_no_step_is_beyond_the_limit_of_the_house(settings):
    settings('[retry]\nmax_memory = "4096Mi"\n')
    assert steps_of(make(resources=LADDER)) == ["4Gi"]
    settings('[retry]\nmax_memory = "3Gi"\n')
    assert make(resources=LADDER).memory_steps.usable == ()


@pytest.mark.parametrize("limit", ['"a lot"', '"-1Gi"', "4", '"4 Gi"'])
def test_a_limit_that_is_no_amount_is_refused(settings, limit):
    settings(f"[retry]\nmax_memory = {limit}\n")
    with pytest.raises(SettingsError, match=r"retry\.max_memory"):
        make()


def test_explain_names_the_steps_and_where_they_are_written(settings, tmp_path):
    (tmp_path / "dag.py").touch()
    settings('[pod]\nresources = "big"\n\n[resources.big]\nmemory = "2Gi"\nmemory_after_oom = ["4Gi", "8Gi"]\n')
    (row,) = (row for row in explain_pod(make(), tmp_path / "dag.py") if row.field == "memory_after_oom")
    assert (row.value, row.layer, row.place) == ("['4Gi', '8Gi']", "airflowkit.toml [pod]", "airflowkit.toml:2")


def test_a_dag_without_steps_is_serialized_without_a_word_of_them():
    defaults = default_args("manual", owner="data", resources=Resources(memory="2Gi"))
    assert "memory_after_oom" not in json.dumps(serialized(make(defaults=defaults, resources="small").dag))


def test_a_dag_with_steps_is_serialized_to_the_same_text_each_time():
    defaults = default_args("manual", owner="data", resources=LADDER)
    found = [json.dumps(serialized(make(defaults=defaults, resources=LADDER).dag)) for _ in range(2)]
    assert found[0] == found[1]
    assert " at 0x" not in found[0]
