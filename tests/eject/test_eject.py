"""`airflowkit eject`: pods become plain, each stays as it is, and what cannot be proved stays."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from airflowkit.adopt.engine import named
from airflowkit.checks.workers.contents import Parser, failure_of
from airflowkit.checks.workers.pool import Pool
from airflowkit.eject.alerts import module_text
from airflowkit.eject.ejection import Ejection
from airflowkit.eject.engine import ejected

pytestmark = pytest.mark.needs_airflow(3, 1, "the cases are written for Airflow 3")

CASES = Path(__file__).parent.parent / "adopt" / "cases"
HEAD = """\
from datetime import datetime

from airflow.sdk import DAG
from airflowkit import *

with DAG("orders", schedule=None, start_date=datetime(2026, 1, 1){more}):
"""
SETTINGS = """\
[pod]
namespace = "data"
labels = { team = "data" }
image_pull_secrets = ["regcred"]
security = "restricted"
resources = "small"
get_logs = false
env_vars = { STAGE = "dev" }
secrets = [{ secret = "common" }]

[profile.prod.pod]
namespace = "production"

[node_pools.gpu]
node_selector = { pool = "gpu" }
tolerations = [{ key = "gpu", operator = "Exists", effect = "NoSchedule" }]

[presets.own]
retries = 4
retry_delay = 90
max_active_runs = 3
resources = "large"

[teams]
environment = "PROD"

[resources.huge]
cpu = "8"
memory = "64Gi"
"""
FILES = {
    "layers": 'pod_task("load", image="a:1", node_pool="gpu", labels={"t": "o"}, tolerations=[{"key": "x"}])',
    "nothing": 'pod_task("load", image="a:1", security="none", resources="huge", env_vars={"A": 1})',
    "pull": 'pod_task("load", image="a:1", image_pull_secrets="a,b")',
    "lost": 'pod_task("load", image="a:1", retry_policy=RetryByCause())',
    "steps": 'pod_task("load", image="a:1", resources=Resources(memory="1Gi", memory_after_oom=["2Gi"]), retries=2)',
    "elsewhere": (
        'pod_task("load", image="a:1", secrets=[SecretEnv("lower", secret="s", key="k"), '
        'FieldEnv("IP", field="status.podIP"), SecretVolume("/x", secret="t", mode=0o400)])'
    ),
    "preset": 'pod_task("load", image="a:1")',
    "alert": 'pod_task("load", image="a:1")',
    "mapped": 'pod_task.partial("load", image="a:1", resources="medium").expand(arguments=[["a"], ["b"]])',
    "looped": (
        "for name in ('a', 'b'):\n"
        '        pod_task(name, image="a:1", labels={"name": name}, do_xcom_push=True, '
        'volumes=[ClaimVolume(f"/{name}", claim=name), ClaimVolume("/c", claim="c"), ClaimVolume("/d", claim="c")])'
    ),
}
MORE = {
    "layers": ', default_args={"labels": {"c": "1"}}',
    "alert": ', on_failure_callback=teams_failure(mentions=["a@example.com"], budget=3)',
    "preset": (
        ', default_args=default_args("own", owner="data", secrets=[SecretEnv("A", secret="a", key="b")])'
        ', **dag_args("own", tags=["x"])'
    ),
}
STAYS = {
    "unknown": ('send_card("done"); pod_task("load", image="a:1")', "it uses send_card, for which"),
    "dead": ('if False: pod_task("load", image="a:1")', "line 7: no task is made of it"),
    "commented": (
        'pod_task("load", image="a:1", secrets=[SecretEnv("A", secret="s",  # a comment\n        key="k")])',
        "nothing tells which pod gets this SecretEnv",
    ),
    "template": (
        'pod_task("load", image="a:1", resources=Resources(cpu="{{ ds }}"))',
        "spec.containers.base.resources",
    ),
    "environment": (
        'import os; pod_task("load", image="a:1", resources=Resources(cpu=os.environ.get("CPU", "1")))',
        "spec.containers.base.resources",
    ),
}


def repository(folder: Path, settings: str = "") -> Path:
    (folder / "dags").mkdir()
    (folder / "airflowkit.toml").write_text(settings)
    return folder


def pods(folder: Path, contents: dict[Path, bytes | None]) -> dict[str, list]:
    """Return the pods of each file, in a form of the test's own."""
    with Pool(("airflowkit.pods.task",), 1, folder=folder) as pool:
        return pods_in(Parser(pool, folder).facts(contents))


def pods_in(found: dict) -> dict[str, list]:
    assert not [facts.failure for facts in found.values() if failure_of(facts)]
    return {
        path.name: [plain(pod) for text in facts.evidence for pod in json.loads(text)["pods"]]
        for path, facts in found.items()
    }


def plain(pod: object) -> object:
    if not isinstance(pod, dict):
        return pod
    base, volumes = pod["spec"]["containers"][0], pod["spec"].pop("volumes", [])
    base.pop("terminationMessagePolicy", None)
    sources = {volume.pop("name"): volume for volume in volumes}
    mounts = [{"readOnly": False, **it, "name": sources[it["name"]]} for it in base.pop("volumeMounts", [])]
    for container in pod["spec"].get("initContainers", []):
        container["volumeMounts"] = [{**it, "name": sources[it["name"]]} for it in container["volumeMounts"]]
    for amounts in base.get("resources", {}).values():
        amounts.update({name: {"0.25": "250m"}.get(amount, amount) for name, amount in amounts.items()})
    if "$(" not in str(base.get("env")):
        base.get("env", []).sort(key=json.dumps)
    return pod, sorted(json.dumps(mount, sort_keys=True) for mount in mounts)


def eject_all(place: Path) -> dict[str, Ejection]:
    return {each.file.path.stem: each for each in ejected(named([place / "dags"], "airflowkit").drafts, 1)}


def test_the_adopted_corpus_is_ejected_with_the_pods_that_it_had_before(tmp_path, monkeypatch):
    place = repository(tmp_path)
    monkeypatch.chdir(place)
    shutil.copytree(CASES / "after", place / "dags", dirs_exist_ok=True)
    found = eject_all(place)
    assert {name: each.objection for name, each in found.items() if each.objection} == {}
    done = {name: each.text.encode() for name, each in found.items() if each.pods}
    assert len(done) >= 50
    assert not any(b"airflowkit" in text for text in done.values())
    paths = {name: place / "dags" / f"{name}.py" for name in done}
    before = pods(place / "dags", {path: (CASES / "before" / path.name).read_bytes() for path in paths.values()})
    after = pods(place / "dags", {paths[name]: text for name, text in done.items()})
    assert after == before


@pytest.fixture(scope="module")
def layered(tmp_path_factory) -> Path:
    place = repository(tmp_path_factory.mktemp("layered"), SETTINGS)
    for name, call in FILES.items() | {(name, call) for name, (call, _why) in STAYS.items()}:
        head = HEAD.format(more=MORE.get(name, ""))
        (place / "dags" / f"{name}.py").write_text(
            f"{head}    {call}\n".replace("import *", f"import {names(head + call)}")
        )
    return place


def names(call: str) -> str:
    known = (
        "ClaimVolume",
        "FieldEnv",
        "Resources",
        "RetryByCause",
        "SecretEnv",
        "SecretVolume",
        "dag_args",
        "default_args",
        "pod_task",
        "send_card",
        "teams_failure",
    )
    return ", ".join(name for name in known if f"{name}(" in call or f"{name}." in call)


@pytest.fixture(scope="module")
def summary(layered) -> dict[str, dict]:
    command = [sys.executable, "-m", "airflowkit", "eject", "--format", "json", "--workers", "1"]
    environment = os.environ | {"PYTHONWARNINGS": "", "AIRFLOWKIT_PROFILE": "prod"}
    done = subprocess.run(
        command, cwd=layered, env=environment, capture_output=True, text=True, check=False, timeout=400
    )
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert (found["profile"], found["ejected"], found["stays"]) == ("prod", len(FILES), len(STAYS))
    return {Path(file["path"]).stem: file for file in found["files"]}


def test_what_the_settings_say_is_written_out_as_the_profile_in_force_has_it(layered, summary):
    assert {name: summary[name]["stays"] for name in FILES} == dict.fromkeys(FILES, "")
    texts = {name: (layered / "dags" / f"{name}.py").read_text() for name in FILES}
    assert not any("airflowkit" in text for text in texts.values())
    assert all('namespace="production"' in text for text in texts.values())
    assert 'node_selector={"pool": "gpu"}' in texts["layers"]
    assert 'labels={"team": "data", "t": "o"}' in texts["layers"]
    assert "run_as_non_root" not in texts["nothing"]
    assert 'requests={"cpu": "8", "memory": "64Gi"}' in texts["nothing"]
    assert 'requests={"cpu": "4", "memory": "8Gi"}' in texts["preset"]
    assert "from datetime import datetime, timedelta" in texts["preset"]
    assert (
        'default_args={"retries": 4, "retry_delay": timedelta(seconds=90), "execution_timeout": timedelta(hours=6), '
        '"owner": "data", "secrets": [Secret("env", "A", "a", "b")]}, '
        'catchup=False, max_active_runs=3, tags=["x"])' in texts["preset"]
    )
    assert "default_mode=0o400" in texts["elsewhere"]


def test_an_alert_becomes_the_card_of_a_module_beside_the_dags(layered, summary):
    assert summary["alert"]["lost"] == ["teams_failure"]
    text = (layered / "dags" / "alert.py").read_text()
    assert "from teams_alerts import TeamsCard\n" in text
    assert 'on_failure_callback=TeamsCard(mentions=["a@example.com"], environment="PROD")' in text
    assert (layered / "dags" / "teams_alerts.py").read_text() == module_text()


def test_what_plain_airflow_has_nothing_for_is_told(summary):
    assert summary["lost"]["lost"] == ["RetryByCause"]
    assert summary["preset"]["lost"] == ["record_failure"]
    assert summary["steps"]["lost"] == ["memory_after_oom"]


@pytest.mark.parametrize("name", STAYS)
def test_a_file_that_cannot_be_proved_stays_as_it_is_and_says_why(name, layered, summary):
    assert STAYS[name][1] in summary[name]["stays"]
    assert "airflowkit" in (layered / "dags" / f"{name}.py").read_text()


def test_ejecting_again_changes_nothing(layered, summary, monkeypatch):
    monkeypatch.chdir(layered)
    monkeypatch.setenv("AIRFLOWKIT_PROFILE", "prod")
    again = eject_all(layered)
    assert again.keys() == STAYS.keys()
    assert all(each.text == each.file.text for each in again.values())
