"""Small changes of DAG files, each with what must be said about it; nothing else may be said."""

from __future__ import annotations

from typing import Final, NamedTuple

HEAD: Final = """
from datetime import datetime, timedelta
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG, task
from airflowkit import ClaimVolume, Resources, SecretEnv, SecretEnvFrom, pod_task, teams_failure
from kubernetes.client import models as k8s

dag = DAG("{name}", start_date=datetime(2026, 1, 1), {dag})
with dag:
"""
POD: Final = 'pod_task("load", image="busybox:1.37", {})'
BASH: Final = 'BashOperator(task_id="{}", bash_command="echo {}", {})'


class Case(NamedTuple):
    """A change of one file.

    Attributes:
        name: The name of the file and of its DAG.
        before: The older content; None if there is none.
        after: The newer content.
        said: What is said: kind, what, task, field, before and after.
        helpers: Other files: their older and newer contents by name.
    """

    name: str
    before: str | None
    after: str | None
    said: tuple[tuple[str, ...], ...] = ()
    helpers: dict[str, tuple[str | None, str | None]] = {}  # noqa: RUF012  a named tuple's default


def of(name: str, *body: str, dag: str = "schedule=None", top: str = "") -> str:
    """Return a DAG file."""
    lines = "\n".join(f"    {line}" for part in body for line in part.splitlines())
    return f"{top}{HEAD.format(name=name, dag=dag)}{lines}\n"


def _of_dags(name: str, before: str, after: str, *said: tuple[str, ...]) -> Case:
    """Return a change of a DAG's own arguments."""
    task = BASH.format("a", "1", "")
    return Case(name, of(name, task, dag=before), of(name, task, dag=after), said)


def of_pods(name: str, before: str, after: str, *said: tuple[str, ...]) -> Case:
    """Return a change of a pod's arguments."""
    return Case(name, of(name, POD.format(before)), of(name, POD.format(after)), said)


def of_bodies(name: str, before: str, after: str, *said: tuple[str, ...], top: tuple[str, str] = ("", "")) -> Case:
    return Case(name, of(name, before, top=top[0]), of(name, after, top=top[1]), said)


def changed(kind: str, task: str, field: str, before: str, after: str) -> tuple[str, ...]:
    return kind, "changed", task, field, before, after


_WORK: Final = """def work(x):
    return {}

PythonOperator(task_id="work", python_callable=work, op_args=[1])"""
_OWN_OPERATOR: Final = """class Own(BashOperator):
    def execute(self, context):
        return {}

Own(task_id="own", bash_command="true")"""
_CHAIN: Final = "\n".join(BASH.format(name, "1", "") for name in "abc")
_HELPER: Final = """from airflowkit import pod_task
def load(image="busybox:{}"):
    return pod_task("load", image=image)
"""
_RANDOM_NAME: Final = of("random_name", _CHAIN, top="import uuid\n").replace(
    '"random_name"', "f'random_{uuid.uuid4().hex}'"
)
_RUNS: Final = "2026-12-0{} 0{}:00"

CASES: Final = (
    Case("comment", of("comment", POD.format("")), of("comment", "# why", POD.format("")) + "# the end\n"),
    Case(
        "layout",
        of("layout", BASH.format("a", "1", "")),
        of("layout", 'BashOperator(\n    task_id="a",\n    bash_command=(\n        "echo "\n        "1"\n    ),\n)'),
    ),
    of_bodies("docstring", _WORK.format("x"), _WORK.format("x").replace("(x):", '(x):\n    """Say."""\n    # so')),
    of_bodies("annotation", _WORK.format("x"), _WORK.format("x").replace("(x):", "(x: int) -> int:")),
    Case(
        "moved_function",
        of("moved_function", _WORK.format("x")),
        of("moved_function", _WORK.format("x").rpartition("\n")[2], top="from moved_function_helper import work\n"),
        helpers={"moved_function_helper.py": (None, "def work(x):\n    return x\n")},
    ),
    Case(
        "renamed_file",
        of("renamed_file", _WORK.format("x")),
        None,
        helpers={"other_name.py": (None, of("renamed_file", _WORK.format("x")))},
    ),
    of_pods("order_of_variables", 'env_vars={"A": "1", "B": "2"}', 'env_vars={"B": "2", "A": "1"}'),
    of_pods("same_default", "", "get_logs=True"),
    of_pods(
        "memory_after_oom",
        'resources=Resources(memory="1Gi", memory_after_oom=["2Gi"])',
        'resources=Resources(memory="1Gi", memory_after_oom=["2Gi", "4Gi"])',
        changed("task", "load", "memory_after_oom", "['2Gi']", "['2Gi', '4Gi']"),
    ),
    _of_dags(
        "to_defaults",
        'schedule=None, default_args={"retries": 1}',
        'schedule=None, default_args={"retries": 1, "x": 2}',
    ),
    Case(
        "image_tag",
        of("image_tag", POD.format("")),
        of("image_tag", POD.format("").replace("1.37", "1.38")),
        (changed("pod", "load", "image", "'busybox:1.37'", "'busybox:1.38'"),),
    ),
    of_pods(
        "key_of_secret",
        'secrets=[SecretEnv("DB", secret="db", key="old")]',
        'secrets=[SecretEnv("DB", secret="db", key="new")]',
        changed("pod", "load", "env_vars.DB", "Secret db, key old", "Secret db, key new"),
        ("need", "added", "", "Secret db, key new", "", "key_of_secret.load"),
        ("need", "removed", "", "Secret db, key old", "key_of_secret.load", ""),
    ),
    Case(
        "default_of_helper",
        of("default_of_helper", "load()", top="from default_of_helper_helper import load\n"),
        of("default_of_helper", "load()", top="from default_of_helper_helper import load\n"),
        (changed("pod", "load", "image", "'busybox:1.36'", "'busybox:1.35'"),),
        {"default_of_helper_helper.py": (_HELPER.format("1.36"), _HELPER.format("1.35"))},
    ),
    of_pods(
        "secret_value",
        'env_vars={"DB_PASSWORD": "hunter2", "URL": "https://u:tiger99@db/x"}',
        'env_vars={"DB_PASSWORD": "hunter3", "URL": "https://u:tiger88@db/x"}',
        changed("pod", "load", "env_vars.DB_PASSWORD", "***", "***"),
        changed("pod", "load", "env_vars.URL", "***", "***"),
    ),
    of_pods(
        "memory",
        'container_resources=k8s.V1ResourceRequirements(requests={"memory": "1Gi"}, limits={"memory": "1Gi"})',
        'container_resources=k8s.V1ResourceRequirements(requests={"memory": "2Gi"}, limits={"memory": "2Gi"})',
        changed("peak", "", "memory", "16.0Gi", "32.0Gi"),
        changed("pod", "load", "container_resources.limits.memory", "'1Gi'", "'2Gi'"),
        changed("pod", "load", "container_resources.requests.memory", "'1Gi'", "'2Gi'"),
    ),
    of_pods(
        "claim",
        "",
        'volumes=[ClaimVolume("/data", claim="data")]',
        ("need", "added", "", "PersistentVolumeClaim data", "", "claim.load"),
        ("pod", "added", "load", "volume_mounts[/data].name", "", "'claim-data'"),
        ("pod", "added", "load", "volumes[claim-data].persistentVolumeClaim.claimName", "", "'data'"),
    ),
    of_pods(
        "whole_secret",
        'secrets=[SecretEnvFrom(secret="db")]',
        'secrets=[SecretEnvFrom(secret="db"), SecretEnvFrom(secret="api", prefix="A_")]',
        ("need", "added", "", "Secret api", "", "whole_secret.load"),
        ("pod", "added", "load", "env_from[prefix A_, Secret api]", "", ""),
    ),
    of_pods("label", "", 'labels={"team": "a"}', ("pod", "added", "load", "labels.team", "", "'a'")),
    of_pods("logs", "", "get_logs=False", ("task", "added", "load", "get_logs", "", "False")),
    Case("deleted_file", of("deleted_file", BASH.format("gone", "1", "")), None, (("dag", "removed", "", "", "", ""),)),
    Case("new_file", None, of("new_file", BASH.format("new", "1", "")), (("dag", "added", "", "", "", ""),)),
    Case(
        "renamed",
        of("renamed", _CHAIN),
        of("renamed_since", _CHAIN),
        (("dag", "renamed", "", "dag_id", "renamed", "renamed_since"),),
    ),
    _of_dags(
        "schedule",
        'schedule="0 5 * * *"',
        'schedule="0 6 * * *"',
        changed("schedule", "", "schedule", "'0 5 * * *' UTC", "'0 6 * * *' UTC"),
        changed(
            "schedule",
            "",
            "next runs",
            *(", ".join(_RUNS.format(day, hour) for day in range(1, 6)) + " UTC" for hour in (5, 6)),
        ),
    ),
    _of_dags("catchup", "schedule=None", "schedule=None, catchup=True", changed("dag", "", "catchup", "False", "True")),
    _of_dags("tags", 'schedule=None, tags=["a", "b"]', 'schedule=None, tags=["b", "a"]'),
    _of_dags(
        "parameter",
        'schedule=None, params={"n": 1}',
        'schedule=None, params={"n": 2}',
        changed("dag", "", "params.n.default", "1", "2"),
    ),
    _of_dags(
        "alert",
        "schedule=None",
        "schedule=None, on_failure_callback=teams_failure()",
        (
            "alert",
            "added",
            "",
            "on_failure_callback",
            "",
            "TeamsNotifier(conn_id='msteams_webhook_url', event='failure')",
        ),
    ),
    _of_dags(
        "retries",
        'schedule=None, default_args={"retries": 1}',
        'schedule=None, default_args={"retries": 2, "retry_delay": timedelta(minutes=9)}',
        changed("task", "a", "retries", "1", "2"),
        changed("task", "a", "retry_delay", "'0:05:00'", "'0:09:00'"),
    ),
    of_bodies(
        "task_added",
        _CHAIN,
        _CHAIN + '\nlast = BashOperator(task_id="last", bash_command="true")\ndag.get_task("a") >> last',
        ("task", "added", "last", "", "", ""),
        ("edge", "added", "", "a → last", "", ""),
    ),
    of_bodies("task_removed", _CHAIN, _CHAIN.rpartition("\n")[0], ("task", "removed", "c", "", "", "")),
    of_bodies(
        "edge",
        _CHAIN + '\ndag.get_task("a") >> dag.get_task("b")',
        _CHAIN + '\ndag.get_task("b") >> dag.get_task("a")',
        ("edge", "removed", "", "a → b", "", ""),
        ("edge", "added", "", "b → a", "", ""),
    ),
    of_bodies(
        "pool",
        BASH.format("a", "1", ""),
        BASH.format("a", "1", 'pool="db"'),
        ("pool", "added", "a", "pool", "", "'db'"),
        ("need", "added", "", "pool db", "", "pool.a"),
    ),
    of_bodies(
        "operator",
        BASH.format("a", "1", ""),
        _OWN_OPERATOR.format("1").replace("own", "a").replace("true", "echo 1"),
        changed("task", "a", "operator", "'BashOperator'", "'Own'"),
        ("code", "added", "a", "Own", "", "*"),
        ("code", "added", "a", "Own.execute", "", "*"),
    ),
    of_bodies(
        "own_operator",
        _OWN_OPERATOR.format("1"),
        _OWN_OPERATOR.format("2"),
        ("code", "changed", "own", "Own.execute", "*", "*"),
    ),
    of_bodies("function", _WORK.format("x"), _WORK.format("x + 1"), ("code", "changed", "work", "work", "*", "*")),
    of_bodies(
        "constant",
        _WORK.format("x + LIMIT"),
        _WORK.format("x + LIMIT"),
        ("code", "changed", "work", "work", "*", "*"),
        top=("LIMIT = 1\n", "LIMIT = 2\n"),
    ),
    Case(
        "script",
        of("script", BASH.format("a", "1", "").replace("echo 1", "script.sh")),
        of("script", BASH.format("a", "1", "").replace("echo 1", "script.sh")),
        (("file", "changed", "a", "script.sh", "*", "*"),),
        {"script.sh": ("echo 1\n", "echo 2\n")},
    ),
    of_bodies(
        "command",
        BASH.format("a", "1", ""),
        BASH.format("a", "2", ""),
        changed("task", "a", "bash_command", "'echo 1'", "'echo 2'"),
    ),
    of_bodies(
        "mapped",
        'pod_task.partial("load", image="busybox:1.37").expand(env_vars=[{"A": "1"}, {"A": "2"}])',
        'pod_task.partial("load", image="busybox:1.37").expand(env_vars=[{"A": "1"}, {"A": "3"}])',
        changed("pod", "load", "[1] env_vars.A", "'2'", "'3'"),
    ),
    of_bodies(
        "random",
        BASH.format("a", "1", ""),
        'import uuid\nBashOperator(task_id="a", bash_command=f"echo {uuid.uuid4()}")',
    ),
    Case("random_name", _RANDOM_NAME, _RANDOM_NAME),
    _of_dags("now", "schedule=None", "schedule=None, end_date=datetime.now() + timedelta(days=9)"),
    Case(
        "breaks",
        of("breaks", _CHAIN),
        of("breaks", _CHAIN, top="import nothing_like_this\n"),
        (("import", "added", "", "import error", "", "ModuleNotFoundError: No module named 'nothing_like_this'"),),
    ),
    Case("broken", of("broken", _CHAIN, top="1 / 0\n"), of("broken", _CHAIN, top="1 / 0\n# still\n")),
)
UNSTABLE: Final = {"random": "bash_command", "now": "end_date"}
"""What differs at each parse, by the name of the DAG."""
