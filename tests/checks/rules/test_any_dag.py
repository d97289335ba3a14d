"""No rule raises, whatever a DAG file hands to Airflow: values of any type, and keys that are no text."""

from __future__ import annotations

import inspect
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.common.compat.sdk import DAG, BaseOperator
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.python import BranchPythonOperator, PythonOperator
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.providers.standard.sensors.external_task import ExternalTaskSensor
from airflow.providers.standard.sensors.python import PythonSensor
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from kubernetes.client import models as k8s

from airflowkit.checks.conclusion import report_on
from airflowkit.checks.model.facts import FileFacts
from airflowkit.checks.model.rule import DagSubject, Scope, TaskSubject
from airflowkit.checks.rules import RULES
from airflowkit.checks.workers.evidence import evidence_of
from airflowkit.checks.workers.judging import _facts
from airflowkit.setting_sections import Check

OF_DAGS = [rule for rule in RULES if rule.scope is Scope.DAG]
OF_TASKS = [rule for rule in RULES if rule.scope is Scope.TASK]
PATH = "/orders/dags/orders.py"


class NoTruth:
    """As a data frame: it is neither true nor false, and does not say whether it is equal to another."""

    def __bool__(self) -> bool:
        raise ValueError("ambiguous")

    def __eq__(self, other: object) -> bool:
        raise ValueError("ambiguous")

    __hash__ = object.__hash__


SIMPLE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-3, 3),
    st.floats(),
    st.text(max_size=8),
    st.binary(max_size=4),
    st.sampled_from(
        [
            "{{ ds }}",
            "{{ x | nothing }}",
            "{{ ti.xcom_pull(5) }}",
            "{{ ti.xcom_pull(task_ids=['a', 5]) }}",
            "{% if %}",
            "{{ 1" + "0" * 5000 + " }}",
            "a.sh",
            "@daily",
            "registry.example.com/a:b:c",
            "keep_pod",
            "1Gi",
        ]
    ),
    st.sampled_from([datetime(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC), timedelta(hours=2), timedelta(-1)]),
    st.sampled_from([print, len, int, Exception("x"), object(), NoTruth(), ..., k8s.V1Pod, 2j]),
    st.sampled_from(
        [
            k8s.V1EnvVar(name="A", value=5),
            k8s.V1EnvVar(name=5),
            k8s.V1ResourceRequirements(limits={"memory": 5, 6: "x"}, requests=[1]),
            k8s.V1Volume(name=5),
            k8s.V1Pod(spec=k8s.V1PodSpec(containers=[k8s.V1Container(name=5)])),
            k8s.V1Toleration(key=5),
            k8s.V1SecurityContext(run_as_user="x"),
        ]
    ),
)
KEYS = st.one_of(
    st.text(max_size=5),
    st.integers(-3, 9),
    st.none(),
    st.booleans(),
    st.binary(max_size=2),
    st.tuples(st.integers()),
    st.sampled_from(
        ["retires", "owner", "pod_override", "limits", "requests", "name", "value", "start_date", "DB_PASSWORD"]
    ),
)
ANYTHING = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=2).map(tuple),
        st.dictionaries(KEYS, inner, max_size=3),
        st.sets(KEYS, max_size=3),
    ),
    max_leaves=5,
)


def parameters(cls: Any) -> list[str]:
    """Return every keyword of a class and its bases."""
    inits = [vars(base)["__init__"] for base in cls.__mro__ if "__init__" in vars(base)]
    names = {
        it.name: None
        for init in inits
        for it in inspect.signature(init).parameters.values()
        if it.kind is it.KEYWORD_ONLY
    }
    return sorted(set(names) - {"dag", "task_id", "task_group"})


DAG_ARGUMENTS = sorted(set(inspect.signature(DAG).parameters) - {"dag_id", "task_group"})
OPERATORS: list[tuple[type[BaseOperator], dict[str, Any]]] = [
    (KubernetesPodOperator, {"image": "busybox:1"}),
    (BashOperator, {"bash_command": "true"}),
    (PythonOperator, {"python_callable": print}),
    (BranchPythonOperator, {"python_callable": print}),
    (PythonSensor, {"python_callable": print}),
    (ExternalTaskSensor, {"external_dag_id": "other"}),
    (TriggerDagRunOperator, {"trigger_dag_id": "other"}),
]
TASKS = st.sampled_from(OPERATORS).flatmap(
    lambda kind: st.tuples(
        st.just(kind),
        st.dictionaries(st.sampled_from(parameters(kind[0])), ANYTHING, max_size=4),
        st.dictionaries(st.sampled_from(parameters(kind[0])), st.lists(ANYTHING, min_size=1, max_size=2), max_size=2),
    )
)
OPTIONS = Check(
    tags=["a"],
    require_docs=True,
    dag_id_pattern="[a-z]+",
    task_id_pattern="[a-z]+",
    group_id_pattern="[a-z]+",
    max_active_runs=1,
    owners=["us"],
    min_retries=1,
    max_retries=2,
    pools=["ours"],
    cpu_budget="1",
    memory_budget="1Gi",
    require_dependencies=True,
    max_upstream_tasks=1,
    executor="KubernetesExecutor",
    required_dag_args=["doc_md", "dagrun_timeout"],
    required_task_args=["execution_timeout", "owner"],
)


def accepted(make: Any, arguments: dict[str, Any]) -> dict[str, Any]:
    """Return those of some arguments that Airflow accepts, each alone."""
    taken = {}
    for name, value in arguments.items():
        try:
            make(**{name: value})
        except Exception:  # noqa: BLE001  that is Airflow's answer
            continue
        taken[name] = value
    return taken


def new_dag(dag_id: str, **arguments: Any) -> Any:
    return DAG(dag_id, **({"schedule": None} | arguments))  # noqa: AIR002  it has one


def dag_of(arguments: dict[str, Any]) -> Any:
    return new_dag("orders", **accepted(partial(new_dag, "probe"), arguments))


def add_task(dag: Any, number: int, task: Any) -> None:
    """Add a task, mapped or not, with those of its arguments that Airflow accepts."""
    (cls, needed), arguments, mapped = task
    single = {"task_id": f"task_{number}", "dag": dag}
    probe = DAG("probe", schedule=None)
    taken = accepted(lambda **one: cls(**(needed | {"task_id": "probe", "dag": probe} | one)), arguments)
    if number % 2 and mapped:
        common = {name: value for name, value in (needed | taken).items() if name not in mapped}
        cls.partial(**single, **common).expand(**mapped)
    else:
        cls(**(needed | taken | single))


@pytest.mark.filterwarnings("ignore")  # a mapped task that is refused was never mapped
@settings(max_examples=80, suppress_health_check=list(HealthCheck))
@given(
    arguments=st.dictionaries(st.sampled_from(DAG_ARGUMENTS), ANYTHING, max_size=4),
    defaults=st.dictionaries(KEYS, ANYTHING, max_size=3),
    tasks=st.lists(TASKS, max_size=3),
)
def test_no_rule_raises_on_any_dag(arguments, defaults, tasks):
    try:
        dag = dag_of({"default_args": defaults} | arguments)
        for number, task in enumerate(tasks):
            add_task(dag, number, task)
        if len(tasks) > 1:
            first, second, *_ = dag.tasks
            first >> second
    except Exception:  # noqa: BLE001  the file could not be imported
        assume(False)
    judge(dag)


def judge(dag: Any) -> None:
    """Hand a DAG to every rule."""
    tasks = tuple(TaskSubject(task, 1, dag, OPTIONS) for task in dag.tasks)
    subject = DagSubject(dag, 1, tasks, OPTIONS)
    for rule in OF_DAGS:
        list(rule.judge(subject))
    for rule in OF_TASKS:
        for task in tasks:
            list(rule.judge(task))
    failures: list[Any] = []
    facts = FileFacts(PATH, dags=(_facts(subject, PATH, failures),), evidence=tuple(map(evidence_of, tasks)))
    assert not failures
    report = report_on([facts], Path(PATH).parent, OPTIONS)
    assert not [finding for finding in report.findings if finding.failed]


@pytest.mark.parametrize(
    "arguments",
    [
        {"default_args": {5: 6}},
        {"template_searchpath": 5},
        {"template_searchpath": [5]},
        {"user_defined_macros": 1.5},
        {"user_defined_macros": {3: 4}},
        {"user_defined_filters": [1]},
        {"user_defined_filters": {5: print}},
        {"jinja_environment_kwargs": {"extensions": [5]}},
        {"render_template_as_native_obj": NoTruth()},
        {"tags": [5]},
        {"catchup": NoTruth()},
        {"default_args": {"owner": {1}}},
        {"max_active_runs": None},
        {"max_active_tasks": None},
        {
            "max_active_runs": None,
            "catchup": True,
            "start_date": datetime(2020, 1, 1, tzinfo=UTC),
            "schedule": "@daily",
        },
    ],
)
def test_no_rule_raises_on_such_an_argument_of_a_dag(arguments):
    try:
        dag = new_dag("orders", **arguments)
        BashOperator(task_id="load", bash_command="{{ ds | shout }} {{ nothing }}", dag=dag)
        KubernetesPodOperator(task_id="pod", image="busybox", env_vars={"A": "{{ ds_nodash }}"}, dag=dag)
    except Exception as refused:  # noqa: BLE001
        pytest.skip(f"this Airflow refuses it: {refused!r:.60}")
    judge(dag)


@pytest.mark.parametrize(
    "arguments",
    [
        {"env_vars": {1: "x"}},
        {"env_vars": {None: None}},
        {"env_vars": NoTruth()},
        {"labels": {1: 2}},
        {"arguments": NoTruth()},
        {"on_finish_action": NoTruth()},
        {"trigger_rule": "all_done"},
        {"container_resources": {"requests": {"cpu": object()}, 5: 6}},
        {"container_resources": k8s.V1ResourceRequirements(requests={"memory": "lots"})},
        {"execution_timeout": timedelta(-1)},
        {"active_deadline_seconds": NoTruth()},
        {"deferrable": NoTruth()},
        {"executor_config": {5: 6}},
        {"executor_config": {"pod_override": 5}},
        {"full_pod_spec": k8s.V1Pod(spec=k8s.V1PodSpec(containers=[k8s.V1Container(name=5)]))},
    ],
)
def test_no_rule_raises_on_such_an_argument_of_a_pod(arguments):
    dag = new_dag("orders")
    try:
        KubernetesPodOperator(**({"task_id": "load", "image": "busybox", "dag": dag} | arguments))
    except Exception as refused:  # noqa: BLE001
        pytest.skip(f"the provider refuses it: {refused!r:.60}")
    judge(dag)


def test_no_rule_raises_on_the_id_of_another_dag_that_is_no_text():
    dag = new_dag("orders")
    TriggerDagRunOperator(task_id="start", trigger_dag_id={5: []}, dag=dag)
    ExternalTaskSensor(task_id="wait", external_dag_id=[5], external_task_id=5, dag=dag)
    judge(dag)
