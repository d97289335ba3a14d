"""Random raw calls: whatever is adopted, each pod stays as it was, and no call is lost."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from airflowkit.adopt.adoption import Terms, adoption
from airflowkit.adopt.engine import in_step
from airflowkit.checks.fixes.files import TextFile
from airflowkit.checks.workers.contents import Parser
from airflowkit.checks.workers.pool import Pool

pytestmark = pytest.mark.needs_airflow(3, 1, "the files are written for Airflow 3")

HEAD = """\
from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.cncf.kubernetes.secret import Secret
from airflow.sdk import DAG
from kubernetes.client import models as k8s

SHARED = [Secret("env", None, "shared")]
with DAG("orders", schedule=None, start_date=datetime(2026, 1, 1)):
"""
NAMES = st.sampled_from(["orders", "stock", "db"])
PATHS = st.sampled_from(["/a", "/b", "/c"])
AMOUNTS = st.sampled_from(["250m", "1", "0.25", "2"])
SIZES = st.sampled_from(["512Mi", "1Gi", "2Gi"])


def texts(pattern: str, **parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.fixed_dictionaries(parts).map(lambda found: pattern.format(**found))


def lists(element: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(element, min_size=1, max_size=3, unique=True).map(lambda found: f"[{', '.join(found)}]")


SECRETS = lists(
    st.one_of(
        texts("Secret('env', '{name}_PW', '{secret}', 'key')", name=NAMES, secret=NAMES),
        texts("Secret('env', None, '{secret}')", secret=NAMES),
        texts("Secret('volume', '{path}', '{secret}')", path=PATHS, secret=NAMES),
    )
)
VARIABLES = lists(
    st.one_of(
        texts("k8s.V1EnvVar('{name}', '{value}')", name=NAMES, value=st.sampled_from(["x", "{{{{ ds }}}}", "$(db)"])),
        texts(
            "k8s.V1EnvVar(name='{name}', value_from=k8s.V1EnvVarSource("
            "secret_key_ref=k8s.V1SecretKeySelector(name='{secret}', key='key')))",
            name=NAMES,
            secret=NAMES,
        ),
    )
)
AMOUNTS_OF_A_POD = texts(
    "k8s.V1ResourceRequirements(requests={{'cpu': '{cpu}', 'memory': '{memory}'}}, limits={{{limits}}})",
    cpu=AMOUNTS,
    memory=SIZES,
    limits=texts("'memory': '{most}'", most=SIZES) | texts("'cpu': '{cpu}'", cpu=AMOUNTS),
)
VOLUMES = st.one_of(
    texts(
        "[k8s.V1Volume(name='v',"
        " persistent_volume_claim=k8s.V1PersistentVolumeClaimVolumeSource(claim_name='{claim}'))],"
        " volume_mounts=[k8s.V1VolumeMount(name='v', mount_path='{path}'{more})]",
        claim=NAMES,
        path=PATHS,
        more=st.sampled_from(["", ", read_only=True", ", sub_path='in'", ", read_only=False"]),
    ),
    texts(
        "[k8s.V1Volume(name='v', empty_dir=k8s.V1EmptyDirVolumeSource())],"
        " volume_mounts=[k8s.V1VolumeMount(name='v', mount_path='{path}'){more}]",
        path=PATHS,
        more=st.sampled_from(["", ", k8s.V1VolumeMount(name='v', mount_path='/d')"]),
    ),
)
KEYWORDS = {
    "secrets": SECRETS | st.just("SHARED"),
    "env_vars": VARIABLES | st.just("{'MODE': 'day'}"),
    "container_resources": AMOUNTS_OF_A_POD,
    "volumes": VOLUMES,
    "image_pull_secrets": lists(texts("k8s.V1LocalObjectReference('{name}')", name=NAMES)),
    "is_delete_operator_pod": st.sampled_from(["True", "True", "True", "False"]),
    "image_pull_policy": st.sampled_from(["'Always'", "'IfNotPresent'", "'Never'", "'never'"]),
    "get_logs": st.sampled_from(["True", "False"]),
}
CALLS = st.fixed_dictionaries({}, optional=KEYWORDS).map(
    lambda given: ", ".join(f"{name}={value}" for name, value in given.items())
)


@pytest.fixture(scope="module")
def parser(tmp_path_factory) -> Iterator[Parser]:
    folder = tmp_path_factory.mktemp("repository") / "dags"
    folder.mkdir()
    (folder.parent / "airflowkit.toml").touch()
    with Pool(("airflowkit.pods.task",), 1, folder=folder) as pool:
        yield Parser(pool, folder)


def pods(parser: Parser, path: Path, text: str) -> dict[str, object]:
    """Return each task's pod, in a form of the test's own."""
    facts = parser.facts({path: text.encode()})[path]
    assert facts.failure is None, facts.failure
    return {task["task_id"]: plain(task["pods"][0]) for task in map(json.loads, facts.evidence)}


def plain(pod: dict) -> object:
    base, volumes = pod["spec"]["containers"][0], pod["spec"].pop("volumes", [])
    base.pop("terminationMessagePolicy")
    sources = {volume.pop("name"): volume for volume in volumes}
    mounts = [{**mount, "name": sources[mount["name"]]} for mount in base.pop("volumeMounts", [])]
    names = [variable["name"] for variable in base.get("env", [])]
    if len(set(names)) == len(names) and "$(" not in json.dumps(base.get("env")):
        base["env"] = sorted(base.get("env", []), key=json.dumps)
    for mount in mounts:
        mount["readOnly"] = mount.get("readOnly", False)
    for amounts in base.get("resources", {}).values():
        amounts.update({name: {"0.25": "250m"}.get(amount, amount) for name, amount in amounts.items()})
    return pod, sorted(json.dumps(mount, sort_keys=True) for mount in mounts)


@settings(max_examples=3, phases=[Phase.generate], derandomize=True)
@given(calls=st.lists(CALLS, min_size=10, max_size=20))
def test_random_calls_keep_their_pods_and_none_is_lost(parser, calls):
    path = parser.folder / "orders.py"
    lines = [f'    KubernetesPodOperator(task_id="t{n}", image="busybox:1.36", {it})' for n, it in enumerate(calls)]
    text = HEAD + "\n".join(lines) + "\n"
    path.write_text(text)
    ((found),) = in_step({path: adoption(TextFile.read(path), text, Terms())}, parser.facts)
    assert found.moved + len(found.stays) == len(calls)
    assert found.text.count("pod_task(") == found.moved
    assert found.moved > 0
    assert pods(parser, path, found.text) == pods(parser, path, text)
