"""Files of `pod_task` in the styles that people have: those that are ejected, and those that stay, with the reason."""

from __future__ import annotations

from typing import Final

_HEAD: Final = """from datetime import datetime

from airflow.sdk import DAG
from airflowkit import {names}

{before}
with DAG("{dag_id}", schedule=None, start_date=datetime(2026, 1, 1){more}):
{body}"""
_NAMES: Final = (
    "ClaimVolume",
    "ConfigMapEnvFrom",
    "FieldEnv",
    "Resources",
    "RetryByCause",
    "SecretEnv",
    "SecretEnvFrom",
    "dag_args",
    "default_args",
    "pod_override",
    "pod_task",
    "teams_failure",
)

SETTINGS: Final = """\
[pod]
labels = { team = "data" }
env_vars = { STAGE = "dev" }
"""


def _file(dag_id: str, body: str, before: str = "", more: str = "") -> str:
    """Return a DAG file that imports the names that it uses."""
    names = [
        name
        for name in _NAMES
        if f"{name}(" in before + body + more or f"{name}," in before + body or f"{name}.partial" in body
    ]
    indented = "".join(f"    {line}\n" for line in body.splitlines())
    return _HEAD.format(names=", ".join(names), before=before, dag_id=dag_id, more=more, body=indented)


_EJECTED: Final = {
    "by_stars": (
        'pod_task("a", **COMMON)\npod_task("b", **{**COMMON, "image": "b:1"})',
        'COMMON = {"image": "a:1", "resources": "small", "env_vars": {"A": 1}, "security": "restricted"}',
    ),
    "by_dict": (
        'pod_task("a", **COMMON)',
        'COMMON = dict(image="a:1", volumes=[ClaimVolume("/d", claim="c")], resources=Resources(cpu="1"))',
    ),
    "shared": (
        ('pod_task("a", image="a:1", volumes=[DATA], secrets=PASSWORDS)\n'
        'pod_task("b", image="a:1", volumes=[*MORE, ClaimVolume("/e", claim="e")], '
        'secrets=PASSWORDS + [SecretEnv("low", secret="s", key="x")])'),
        ('DATA = ClaimVolume("/data", claim="c")\nMORE = [ClaimVolume("/more", claim="m")]\n'
        'PASSWORDS = [SecretEnv("PW", secret="s", key="k"), SecretEnvFrom(secret="all")]'),
    ),
    "defaults": (
        'pod_task("a", image="a:1")\npod_task("b", image="a:1", labels={"own": "b"})',
        "",
        (', default_args=default_args("standard", volumes=[ClaimVolume("/c", claim="d")], labels={"x": "y"}), '
        '**dag_args("standard")'),
    ),
    "override": (
        (
            'from airflow.providers.standard.operators.empty import EmptyOperator\n'
            'EmptyOperator(task_id="a", executor_config=pod_override(resources=SMALL, image_pull_secrets=["regcred"],\n'
            '    secrets=[SecretEnv("PW", secret="s", key="k")], volumes=(ClaimVolume("/d", claim="c"),),\n'
            '    env_vars={"A": 1}, labels={"team": "data"}, priority_class_name="high", security="restricted"))\n'
            'EmptyOperator(task_id="b", executor_config=pod_override(resources="small"))\n'
            'pod_task("c", image="a:1", resources=SMALL)'
        ),
        'SMALL = Resources(cpu="100m", memory="1Gi")',
    ),
    "override_of_models": (
        (
            'from airflow.providers.standard.operators.empty import EmptyOperator\n'
            'EmptyOperator(task_id="a", executor_config=pod_override(**HEAVY, tolerations=TOLERATIONS,\n'
            '    volumes=[k8s.V1Volume(name="x", empty_dir=k8s.V1EmptyDirVolumeSource())],\n'
            '    volume_mounts=[k8s.V1VolumeMount(name="x", mount_path="/x")]))\n'
            'pod_task("b", image="a:1")'
        ),
        (
            'from kubernetes.client import models as k8s\n'
            'TOLERATIONS = [k8s.V1Toleration(key="batch", operator="Exists")]\n'
            'HEAVY = {"resources": "large", "secrets": [SecretEnv("PW", secret="s", key="k")]}'
        ),
    ),
    "policy": (
        ('pod_task("a", image="a:1", retries=2, retry_policy=POLICY)\n'
        'pod_task("b", image="a:1", retries=2, **{"retry_policy": POLICY})'),
        "POLICY = RetryByCause()",
    ),
    "dictionaries": (
        ('pod_task("a", image="a:1", ports=[{"containerPort": 80}], affinity={"nodeAffinity": {}}, '
        'tolerations=[{"key": "a", "operator": "Exists"}], env_from=[{"secretRef": {"name": "x"}}], '
        'volumes=({"name": "x", "emptyDir": {}},), volume_mounts=[{"name": "x", "mount_path": "/x"}])'),
    ),
    "other_client": (
        ('pod_task("a", image="a:1", volumes=[k8s.V1Volume(name="x", empty_dir=k8s.V1EmptyDirVolumeSource()), '
        'ClaimVolume("/y", claim="z")], volume_mounts=[k8s.V1VolumeMount(name="x", mount_path="/x")])'),
        "import kubernetes.client as k8s",
    ),
    "either_import": (
        'pod_task("a", image="a:1")',
        """\
try:
    from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
except ImportError:
    from airflow.providers.cncf.kubernetes.operators.kubernetes_pod import KubernetesPodOperator

if TYPE := False:
    KubernetesPodOperator(task_id="b", image="b:1")
""",
    ),
    "condition": (
        'pod_task("a", image="a:1", resources="large" if PROD else Resources(cpu="1"))',
        'import os\nPROD = os.environ.get("STAGE") == "prod"',
    ),
    "nested": (
        "for name, more in JOBS.items():\n    pod_task(name, **more)",
        'JOBS = {"a": {"image": "a:1", "resources": "small"}, "b": {"image": "b:1", "resources": Resources(cpu="1")}}',
    ),
    "annotated": ('pod_task("a", image="a:1", resources=size("1Gi"))', """\
from dataclasses import dataclass

@dataclass
class Job:
    size: Resources | None = None

def size(memory: str) -> Resources:
    return Resources(memory=memory)
"""),
    "rows": (
        'pod_task.partial("a", image="a:1").expand_kwargs([{"resources": "small"}, {"resources": "large"}])',
    ),
    "one_line": ('a = pod_task("a", image="a:1"); b = pod_task("b", image="a:1")\na >> b',),
    "factory": ('make("a", "x")\nmake("b", "y")', """\
def make(name, table):
    return pod_task(f"load_{name}", image=f"repo/{table}:1", labels={"table": table},
                    secrets=[SecretEnv(f"{name.upper()}_PW", secret=f"{name}-db", key="pw")],
                    volumes=[ClaimVolume(f"/{name}", claim=f"c-{name}")])
"""),
    "method": ('Jobs().make("a")', """\
class Jobs:
    secrets = [SecretEnvFrom(secret="s")]
    def make(self, name):
        more = [ConfigMapEnvFrom(config_map="m", prefix="P_")]
        return pod_task(name, image="a:1", secrets=self.secrets, env_from=more)
"""),
    "alerts": (
        'pod_task("a", image="a:1")',
        'ALERT = teams_failure(mentions="a@example.com", title="{{ dag.dag_id }} broke")',
        ', on_failure_callback=[ALERT, print], default_args={"on_retry_callback": teams_failure(budget=5)}',
    ),
}  # fmt: skip
_STAYS: Final = {
    "override_of_the_run": (
        (
            (
                'from airflow.providers.standard.operators.empty import EmptyOperator\n'
                'for size in ("1Gi", "2Gi"):\n'
                "    EmptyOperator(task_id=size, executor_config=pod_override(resources=Resources(memory=size)))"
            ),
        ),
        "line 10: nothing tells which pod this pod_override is: write its values out there",
    ),
    "override_with_comments": (
        (
            (
                'from airflow.providers.standard.operators.empty import EmptyOperator\n'
                'EmptyOperator(task_id="a", executor_config=pod_override(\n    # much\n    resources="large"\n))'
            ),
        ),
        "line 9: the comments in this pod_override would be lost: write them above",
    ),
    "resources_with_comments": (
        ('pod_task("a", image="a:1", resources=Resources(\n    cpu="1",  # one\n))',),
        "line 8: the comments in these Resources would be lost: write them above",
    ),
    "default_of_a_dataclass": (
        (
            'pod_task("a", image="a:1", resources=Job().size)',
            'from dataclasses import dataclass\n@dataclass\nclass Job:\n    size: Resources = Resources(cpu="1")',
        ),
        "the file could not be imported afterwards: ValueError: mutable default",
    ),
    "size_of_a_loop": (
        ('for name, size in (("a", "small"), ("b", "large")):\n    pod_task(name, image="a:1", resources=size)',),
        "line 9: only the run of the file knows these resources: write them out there",
    ),
    "defaults_of_the_environment": (
        ('pod_task("a", image="a:1")', "import os", ', default_args=dict(labels=dict(e=os.environ.get("E", "dev")))'),
        "metadata.labels.team of a would change",
    ),
    "defaults_set_later": (
        (
            'pod_task("a", image="a:1", labels={"own": "x"})',
            'import os\nARGS = {"owner": "x"}\nARGS["labels"] = {"e": os.environ.get("E", "dev")}',
            ", default_args=ARGS",
        ),
        "metadata.labels",
    ),
    "security_of_the_environment": (
        ('pod_task("a", image="a:1", security=LEVEL)', 'import os\nLEVEL = os.environ.get("LEVEL", "restricted")'),
        "spec.containers.base.securityContext",
    ),
    "partial": (
        ('job("a")\njob("b")', 'from functools import partial\njob = partial(pod_task, image="a:1")'),
        "line 7: pod_task is a value there, and nothing tells what calls it",
    ),
    "used_otherwise": (
        ('pod_task("a", image="a:1", volumes=[DATA], cmds=[DATA.mount_path])', 'DATA = ClaimVolume("/d", claim="c")'),
        "line 6: nothing tells which pod gets this ClaimVolume",
    ),
    "from_a_module": (
        ('pod_task("a", image="a:1", volumes=[DATA])', "from common import DATA"),
        "pod of a would change",
    ),
    "by_a_function": (
        ('pod_task("a", image="a:1")', 'import importlib\nak = importlib.import_module("airflowkit")'),
        "it would still import airflowkit",
    ),
    "recovery": (
        ('pod_task("a", image="a:1")', "import airflowkit", ", on_success_callback=airflowkit.teams_recovery()"),
        "it uses teams_recovery, for which eject has nothing plain",
    ),
}  # fmt: skip

EJECTED: Final = {name: _file(name, *parts) for name, parts in _EJECTED.items()} | {
    "commented": """\
from datetime import datetime

from airflow.sdk import DAG
from airflowkit import (  # ours
    pod_task,  # the task
    # and this one
    SecretEnv,
)

# before
with DAG("commented", schedule=None, start_date=datetime(2026, 1, 1)):
    pod_task(
        # the opening
        "a",  # the id
        image="a:1",
        # the password
        secrets=[SecretEnv("A", secret="b", key="c")],  # of the db
    )  # end
# after""",
    "needs_another": _file("needs_another", 'pod_task("a", image=IMAGE)', "from common import IMAGE"),
}
STAYS: Final = {name: (_file(name, *parts), why) for name, (parts, why) in _STAYS.items()} | {
    "star": (
        _file("star", 'pod_task("a", image="a:1")').replace("import pod_task", "import *"),
        "it imports * from airflowkit, and nothing tells which names are from there: import them by name",
    ),
}
COMMON: Final = """\
from airflowkit import ClaimVolume
DATA = ClaimVolume("/d", claim="c")
IMAGE = "a:1"
"""
