"""Changes that look like nothing, each with what must be said about it."""

from __future__ import annotations

from typing import Final

from compare.cases import BASH, Case, changed, of, of_bodies, of_pods

_REFERRED: Final = 'env_vars=[k8s.V1EnvVar("{}", "$({})"), k8s.V1EnvVar("{}", "$({})")]'
_FROM_TWO: Final = 'secrets=[SecretEnvFrom(secret="{}"), SecretEnvFrom(secret="{}")]'
_NAMED_ASSET: Final = 'schedule=[Asset(name="a", uri="s3://a/{}")]'
_IMPORTS_LATE: Final = """def work(x):
    from late_import_helper import load
    return load(x)

PythonOperator(task_id="work", python_callable=work, op_args=[1])"""
_IMPORTS_BY_NAME: Final = """def work():
    import importlib
    return importlib.import_module("late_import_by_name_helper").load()

PythonOperator(task_id="work", python_callable=work)"""
_FORMLESS: Final = """class Part:
    def run(self):
        return 1

class Whole:
    def __init__(self):
        self.itself, self.parts, self.by_part = self, [Part()], {{Part(): 1}}
        self.words = {{str(number) for number in range(20)}}
    def run(self):
        return 1

PythonOperator(task_id="{}", python_callable=Whole().run)"""
_HOLDS: Final = """class Loader:
    def __init__(self, table):
        self.table = table
    def run(self):
        return self.table

PythonOperator(task_id="work", python_callable=Loader("{}").run)"""
_CALLBACK_OF_PODS: Final = """from airflow.providers.cncf.kubernetes.callbacks import KubernetesPodOperatorCallback
class Told(KubernetesPodOperatorCallback):
    @staticmethod
    def on_pod_completion(**context):
        print({})

pod_task("load", image="busybox:1.37", callbacks=Told)"""
_KEYWORDS: Final = 'PythonOperator(task_id="work", python_callable=print, op_kwargs={})'
_LONG_COMMAND: Final = 'BashOperator(task_id="a", bash_command="x" * 5000 + "{}")'

HIDDEN: Final = (
    of_pods(
        "order_that_counts",
        _REFERRED.format("A", "B", "B", "X"),
        _REFERRED.format("B", "X", "A", "B"),
        changed("pod", "load", "env_vars: order", "A; B", "B; A"),
    ),
    of_pods(
        "order_of_sources",
        _FROM_TWO.format("a", "b"),
        _FROM_TWO.format("b", "a"),
        changed("pod", "load", "env_from: order", "Secret a; Secret b", "Secret b; Secret a"),
    ),
    of_pods(
        "order_of_nameservers",
        'dns_config=k8s.V1PodDNSConfig(nameservers=["1.1.1.1", "2.2.2.2"])',
        'dns_config=k8s.V1PodDNSConfig(nameservers=["2.2.2.2", "1.1.1.1"])',
        changed("pod", "load", "dns_config.nameservers", "['1.1.1.1', '2.2.2.2']", "['2.2.2.2', '1.1.1.1']"),
    ),
    of_pods(
        "empty_volume",
        "",
        'volumes=[k8s.V1Volume(name="x", empty_dir={})]',
        ("pod", "added", "load", "volumes[x].emptyDir", "", "{}"),
    ),
    of_pods(
        "secret_annotation",
        'annotations={"api-key": "hunter2"}',
        'annotations={"api-key": "hunter3"}',
        changed("pod", "load", "annotations.api-key", "***", "***"),
    ),
    of_bodies(
        "keyword_with_a_dot",
        _KEYWORDS.format('{"a.b": 1}'),
        _KEYWORDS.format('{"a": {"b": 1}}'),
        ("task", "added", "work", "op_kwargs.a.b", "", "1"),
        ("task", "removed", "work", "op_kwargs[a.b]", "1", ""),
    ),
    of_bodies(
        "keyword_of_none",
        _KEYWORDS.format("{}"),
        _KEYWORDS.format('{"a": None}'),
        ("task", "added", "work", "op_kwargs.a", "", "None"),
    ),
    of_bodies(
        "end_of_a_long_command",
        _LONG_COMMAND.format(1),
        _LONG_COMMAND.format(2),
        changed("task", "a", "bash_command", repr("x" * 5000 + "1"), repr("x" * 5000 + "2")),
    ),
    Case(
        "place_of_an_asset",
        of("place_of_an_asset", BASH.format("a", "1", ""), dag=_NAMED_ASSET.format("x")).replace("DAG,", "DAG, Asset,"),
        of("place_of_an_asset", BASH.format("a", "1", ""), dag=_NAMED_ASSET.format("y")).replace("DAG,", "DAG, Asset,"),
        (changed("schedule", "", "schedule", "AssetTriggered: a (s3://a/x)", "AssetTriggered: a (s3://a/y)"),),
    ),
    Case(
        "late_import",
        of("late_import", _IMPORTS_LATE),
        of("late_import", _IMPORTS_LATE),
        (changed("code", "work", "late_import_helper", "*", "*"),),
        {"late_import_helper.py": ("def load(x):\n    return 1\n", "def load(x):\n    return 2\n")},
    ),
    Case(
        "late_import_alike",
        of("late_import_alike", _IMPORTS_LATE.replace("late_import", "late_import_alike")),
        of("late_import_alike", _IMPORTS_LATE.replace("late_import", "late_import_alike")),
        (),
        {"late_import_alike_helper.py": ("def load(x): return 1\n", "def load(x):\n    'Say.'\n    return 1  # so\n")},
    ),
    Case(
        "late_import_by_name",
        of("late_import_by_name", _IMPORTS_BY_NAME),
        of("late_import_by_name", _IMPORTS_BY_NAME),
        (changed("code", "work", "late_import_by_name_helper", "*", "*"),),
        {"late_import_by_name_helper.py": ("def load():\n    return 1\n", "def load():\n    return 2\n")},
    ),
    of_bodies("what_has_no_form", _FORMLESS.format("x"), _FORMLESS.format("x") + "  # why"),
    of_bodies(
        "what_an_object_holds",
        _HOLDS.format("a"),
        _HOLDS.format("b"),
        changed("code", "work", "Loader", "*", "*"),
    ),
    of_bodies(
        "arguments_of_a_partial",
        'from functools import partial\nPythonOperator(task_id="work", python_callable=partial(print, 1))',
        'from functools import partial\nPythonOperator(task_id="work", python_callable=partial(print, 2))',
        changed("code", "work", "print", "*", "*"),
    ),
    of_bodies(
        "static_callback",
        _CALLBACK_OF_PODS.format(1),
        _CALLBACK_OF_PODS.format(2),
        changed("code", "load", "Told.on_pod_completion", "*", "*"),
    ),
    of_bodies(
        "told_to_notify",
        'BashOperator(task_id="a", bash_command="true", on_failure_callback=teams_failure(mentions=["a@example.com"]))',
        'BashOperator(task_id="a", bash_command="true", on_failure_callback=teams_failure(mentions=["b@example.com"]))',
        ("alert", "changed", "a", "on_failure_callback: settings", "*", "*"),
    ),
    Case(
        "twice",
        of("twice", BASH.format("a", "1", "")),
        of("twice", BASH.format("a", "2", "")),
        helpers={"twice_again.py": (of("twice", BASH.format("a", "3", "")),) * 2},
    ),
)
