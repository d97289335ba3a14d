"""AK408 judges the pod that an operator builds, whatever a class of the repository's own makes of its arguments."""

import pytest

from airflowkit.checks.deployment import check_options
from airflowkit.checks.engine import checked
from airflows import for_this_airflow

OPERATORS = for_this_airflow('''\
"""Operators of the team's own."""
from datetime import timedelta

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG, task
from kubernetes.client import models as k8s

SIZE = k8s.V1ResourceRequirements(requests={"cpu": "1", "memory": "1Gi"}, limits={"memory": "1Gi"})
GOOD = {"container_resources": SIZE, "log_pod_spec_on_failure": False}


@task
def later():
    return []


class Converting(KubernetesPodOperator):
    """Hands on something else than it is given."""

    def __init__(self, *, env_vars=None, cmds=None, tag="1", volumes=(), label="ok", **kwargs):
        super().__init__(
            env_vars={name: str(value) for name, value in (env_vars or {}).items()},
            cmds=cmds.split() if isinstance(cmds, str) else cmds,
            image=f"orders:{tag}",
            labels={"team": label},
            volumes=[k8s.V1Volume(name=it, empty_dir=k8s.V1EmptyDirVolumeSource()) for it in volumes],
            volume_mounts=[k8s.V1VolumeMount(name=it, mount_path=f"/mnt/{it}") for it in volumes],
            **GOOD,
            **kwargs,
        )


class Plain(KubernetesPodOperator):
    """Takes what the pod operator takes, as the operators of cloud providers do."""


class Setting(KubernetesPodOperator):
    """Sets attributes when the pod operator has made its own."""

    def __init__(self, *, variables=None, tag=None, **kwargs):
        super().__init__(**GOOD, **kwargs)
        self.image = f"orders:{tag}"
        self.env_vars.append(k8s.V1EnvVar(name="TAG", value=tag))
        self.labels = {"tag": tag}


class Late(KubernetesPodOperator):
    """Knows its image only when it runs."""

    def __init__(self, *, day=None, **kwargs):
        super().__init__(**GOOD, **kwargs)
        self.day = day

    def execute(self, context):
        self.image = f"orders:{self.day}"
        return super().execute(context)


class Building(KubernetesPodOperator):
    """Changes the pod itself."""

    def __init__(self, *, variable="A", **kwargs):
        super().__init__(**GOOD, **kwargs)
        self.variable = variable

    def build_pod_request_obj(self, context=None, **kwargs):
        pod = super().build_pod_request_obj(context, **kwargs)
        pod.spec.containers[0].image = "orders:1"
        pod.spec.containers[0].env = [k8s.V1EnvVar(name=self.variable, value="x")]
        return pod


with DAG("orders", schedule=None, dagrun_timeout=timedelta(hours=1)):
''')


@pytest.fixture
def found_in(pool, tmp_path):
    """Return what AK408 finds in a DAG with one task."""
    folder = tmp_path / "dags"
    folder.mkdir()

    def judge(task: str) -> list[str]:
        path = folder / "orders.py"
        path.write_text(f"{OPERATORS}    {task}\n")
        report = checked(pool, folder, [path], check_options(folder))
        codes = {finding.code for finding in report.findings}
        assert codes <= {"AK408", "AK402"}, [finding.message for finding in report.findings]
        return [finding.message for finding in report.findings if finding.code == "AK408"]

    return judge


@pytest.mark.parametrize(
    "task",
    [
        'Converting(task_id="a", env_vars={"CLOSE": False, "RATE": 0.5})',
        'Converting(task_id="a", cmds="echo hello world")',
        'Converting(task_id="a", volumes=["data", "cache"])',
        'Converting.partial(task_id="a").expand(env_vars=[{"CLOSE": False}, {"CLOSE": True}])',
        'Converting.partial(task_id="a", cmds="echo hello").expand_kwargs([{"tag": "1"}, {"tag": 2}])',
        'Converting.partial(task_id="a", volumes=["data"]).expand(arguments=later())',
        'Converting.partial(task_id="a").expand(tag=later())',
        'Converting.partial(task_id="a").expand_kwargs(later())',
        'Setting(task_id="a", tag="1.0")',
        'Late(task_id="a", day="{{ ds }}")',
        'Building(task_id="a")',
        'Building.partial(task_id="a").expand(variable=["A", "B"])',
    ],
)
def test_values_that_an_operator_of_the_teams_own_makes_right_are_right(found_in, task):
    assert found_in(task) == []


@pytest.mark.parametrize(
    ("task", "message"),
    [
        ('Converting(task_id="a", label="not valid!")', "labels.team: must be letters, digits"),
        ('Converting(task_id="a", cmds=[5])', "cmds[0]: must be text"),
        ('Setting(task_id="a", tag=5)', "labels.tag: must be text (set by Setting)"),
        ('Setting(task_id="a", tag=5)', "env_vars[0].value: must be text (set by Setting)"),
        ('Late(task_id="a", env_vars={"A": 5})', "env_vars.A: must be text"),
        ('Building(task_id="a", variable="A=B")', "spec.containers[0].env[0].name: "),
        ('Converting.partial(task_id="a").expand(cmds=[["a"], [5]])', "cmds[0]: must be text (map index 1)"),
    ],
)
def test_what_reaches_the_pod_operator_wrong_is_wrong(found_in, task, message):
    assert any(message in found for found in found_in(task)), found_in(task)


def test_the_class_that_set_a_value_is_named_and_the_dag_file_is_not(found_in):
    assert found_in('Converting(task_id="a", label="not valid!")')[0].endswith("(set by Converting)")
    assert "set by" not in found_in('Late(task_id="a", env_vars={"A": 5})')[0]


@pytest.mark.parametrize(
    ("task", "hint"),
    [
        ('Plain(task_id="a", image="orders:1", log_pod_spec_on_failure=False)', "pass container_resources="),
        ('KubernetesPodOperator(task_id="a", image="orders:1", log_pod_spec_on_failure=False)', "pass resources="),
        (
            'Plain(task_id="a", image="r.example.com/a:1", container_resources=SIZE, log_pod_spec_on_failure=False)',
            "pass image_pull_secrets=[V1LocalObjectReference(",
        ),
        (
            'Plain(task_id="a", image="orders:1", container_resources=SIZE, env_vars={"A": "b"})',
            "pass log_pod_spec_on_failure=False",
        ),
    ],
)
def test_a_hint_says_what_the_operator_takes(pool, tmp_path, task, hint):
    path = tmp_path / "dags" / "orders.py"
    path.parent.mkdir()
    path.write_text(f"{OPERATORS}    {task}\n")
    (finding,) = checked(pool, path.parent, [path], check_options(path.parent)).findings
    assert finding.hint.startswith(hint)
