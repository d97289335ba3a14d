"""Random calls of `pod_task`: whatever is ejected, each pod stays as it was, and nothing of airflowkit is left."""

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from adopt.test_random_calls import lists, texts
from airflowkit.adopt.engine import in_step
from airflowkit.checks.fixes.files import TextFile
from airflowkit.checks.workers.contents import Parser
from airflowkit.checks.workers.pool import Pool
from airflowkit.eject.ejection import ejection
from airflowkit.settings import load_settings
from eject.test_eject import pods_in

pytestmark = pytest.mark.needs_airflow(3, 1, "the files are written for Airflow 3")

HEAD = """\
from datetime import datetime

from airflow.sdk import DAG
from airflowkit import (
    ClaimVolume,
    ConfigMapEnv,
    EmptyDirVolume,
    FieldEnv,
    Resources,
    SecretEnv,
    SecretEnvFrom,
    SecretVolume,
    pod_task,
)

SHARED = [SecretEnvFrom(secret="shared")]
DATA = ClaimVolume("/shared", claim="shared")
with DAG("orders", schedule=None, start_date=datetime(2026, 1, 1)):
"""
SETTINGS = '[pod]\nlabels = { team = "data" }\nenv_vars = { STAGE = "dev" }\n'
NAMES = st.sampled_from(["orders", "stock", "db"])
SECRETS = lists(
    texts("SecretEnv('{name}', secret='db', key='k')", name=st.sampled_from(["A_PW", "B_PW", "low"]))
    | texts("SecretEnvFrom(secret='{name}')", name=NAMES)
    | st.sampled_from(["SecretVolume('/plain', secret='plain')", "SecretVolume('/tls', secret='tls', mode=0o400)"])
)
VOLUMES = lists(
    texts("ClaimVolume('/{name}/c', claim='{name}')", name=NAMES)
    | texts("ClaimVolume('/{name}/r', claim='{name}', read_only=True)", name=NAMES)
    | texts("EmptyDirVolume('/{name}/e')", name=NAMES)
    | st.just("DATA")
)
VARIABLES = st.sampled_from(
    [
        "{'A': 1}",
        "{'A': '{{ ds }}'}",
        "[FieldEnv('IP', field='status.podIP'), ConfigMapEnv('M', config_map='m', key='k')]",
    ]
)
KEYWORDS = {
    "secrets": SECRETS | st.just("SHARED"),
    "volumes": VOLUMES,
    "env_vars": VARIABLES,
    "resources": st.sampled_from(
        ["'small'", "Resources(cpu='1')", "Resources(memory='1Gi', memory_limit='2Gi', gpu=1)"]
    ),
    "image_pull_secrets": st.sampled_from(["'a, b'", "['a']"]),
    "labels": st.sampled_from(["{'own': 'x'}", "dict(team='own')"]),
    "security": st.sampled_from(["'restricted'", "'none'"]),
}
CALLS = st.fixed_dictionaries({}, optional=KEYWORDS).map(
    lambda given: ", ".join(f"{name}={value}" for name, value in given.items())
)


@pytest.fixture(scope="module")
def parser(tmp_path_factory):
    folder = tmp_path_factory.mktemp("repository") / "dags"
    folder.mkdir()
    (folder.parent / "airflowkit.toml").write_text(SETTINGS)
    with Pool(("airflowkit.pods.task",), 1, folder=folder) as pool:
        yield Parser(pool, folder)


@settings(max_examples=2, phases=[Phase.generate], derandomize=True)
@given(calls=st.lists(CALLS, min_size=6, max_size=9))
def test_random_calls_keep_their_pods_without_airflowkit(parser, calls):
    path = parser.folder / "orders.py"
    calls = ["volumes=[DATA], secrets=SHARED", *calls]
    path.write_text(HEAD + "".join(f'    pod_task("t{n}", image="busybox:1.36", {it})\n' for n, it in enumerate(calls)))
    ((found),) = in_step({path: ejection(TextFile.read(path), load_settings(parser.folder))}, parser.facts)
    assert found.objection == ""
    assert found.pods == len(calls)
    assert "airflowkit" not in found.text
    before, after = (pods_in(parser.facts({path: content})) for content in (None, found.text.encode()))
    assert after == before
