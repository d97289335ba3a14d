"""`airflowkit adopt`: raw pods become `pod_task`, each pod stays as it is, and what cannot be proved stays raw."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.needs_airflow(3, 1, "the cases are written for Airflow 3")

CASES = Path(__file__).parent / "cases"
STAYS = {
    "broken_import.py": {
        8: "the file cannot be imported: ModuleNotFoundError: No module named 'orders_that_nobody_has'"
    },
    "broken_pod.py": {
        8: "pod_task refuses it: image_pull_policy = 'always': must be one of Always, IfNotPresent, Never"
    },
    "dead_and_meant.py": {8: "pod_task refuses it: is_delete_operator_pod = False: the provider ignores it"},
    "dead_in_dictionaries.py": {24: "pod_task refuses it: image_pull_policy = 'always'"},
    "imported_by_star.py": {7: "it imports *, and nothing tells whether KubernetesPodOperator is from there"},
    "in_a_branch.py": {11: "no task is made of it when the file is parsed"},
    "mended_by_us.py": {7: "spec.containers.base.env.RETRIES.value of load would change"},
    "on_one_line.py": {9: "it shares a line with another call"},
    "random_pod.py": {9: "spec.containers.base.env.RUN.value of load would change, or differs at each parse"},
    "unused_factory.py": {8: "no task is made of it when the file is parsed"},
}
PASSED_ON = {"passed_on.py": [8], "subclass.py": [7]}
OTHERS = {
    "decorator.py": {"_KubernetesDecoratedOperator": 1},
    "own_container_name.py": {"_KubernetesDecoratedOperator": 1},
    "subclass.py": {"Pod": 1},
}
HEAD = """\
from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG

with DAG("orders", schedule=None, start_date=datetime(2026, 1, 1)):
"""


def adopt(repository: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "airflowkit", "adopt", *arguments]
    environment = os.environ | {"PYTHONWARNINGS": ""}
    return subprocess.run(
        command, cwd=repository, env=environment, capture_output=True, text=True, check=False, timeout=400
    )


def summary(done: subprocess.CompletedProcess[str]) -> dict:
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.glob("*.py")}


def repository(folder: Path, settings: str = "", **files: str) -> Path:
    (folder / "dags").mkdir()
    (folder / "airflowkit.toml").write_text(settings)
    for name, text in files.items():
        (folder / "dags" / f"{name}.py").write_text(text)
    return folder


@pytest.fixture(scope="module")
def corpus(tmp_path_factory) -> Path:
    return repository(tmp_path_factory.mktemp("corpus"))


@pytest.fixture(scope="module")
def first(corpus) -> dict:
    """Adopt the whole corpus, which the other tests look at."""
    shutil.copytree(CASES / "before", corpus / "dags", dirs_exist_ok=True)
    return summary(adopt(corpus, "--format", "json"))


def test_the_corpus_has_at_least_forty_files():
    assert len(texts(CASES / "before")) >= 40


def test_each_file_of_the_corpus_becomes_its_golden_text(corpus, first):
    assert texts(corpus / "dags") == texts(CASES / "after")


def test_what_stays_raw_is_told_with_its_line_and_its_reason(first):
    found = {Path(file["path"]).name: file for file in first["files"]}
    told = {name: {it["line"]: it["reason"] for it in file["stays"]} for name, file in found.items() if file["stays"]}
    assert told.keys() == STAYS.keys()
    for name, expected in STAYS.items():
        assert told[name].keys() == expected.keys()
        assert all(told[name][line].startswith(reason) for line, reason in expected.items()), told[name]
    assert {name: file["passed_on"] for name, file in found.items() if file["passed_on"]} == PASSED_ON
    assert {name: file["others"] for name, file in found.items() if file["others"]} == OTHERS


def test_no_call_is_lost(first):
    calls = re.compile(r"KubernetesPodOperator(\.partial)?\(|^ +Pod\(task_id=.load., image", re.MULTILINE)
    assert first["moved"] + first["stays"] == sum(len(calls.findall(it)) for it in texts(CASES / "before").values())


def test_adopting_again_changes_nothing(corpus, first):
    before = texts(corpus / "dags")
    again = summary(adopt(corpus, "--format", "json"))
    assert texts(corpus / "dags") == before
    assert (again["moved"], again["stays"]) == (0, first["stays"])


def test_exact_keeps_what_pod_task_does_better_by_default(tmp_path):
    text = f"{HEAD}    KubernetesPodOperator(task_id='load', image='busybox:1.36', log_events_on_failure=True)\n"
    place = repository(tmp_path, orders=text)
    done = adopt(place, "--exact")
    assert texts(place / "dags")["orders.py"].endswith(
        "    pod_task(task_id='load', image='busybox:1.36', log_events_on_failure=True, "
        'termination_message_policy="File", log_pod_spec_on_failure=True)\n'
    )
    assert done.stdout == "dags/orders.py: 1 call moved\n1 call moved in 1 file, 0 left as they are\n"


def test_a_house_default_that_would_change_a_pod_keeps_it_raw_unless_the_field_is_allowed(tmp_path):
    kept = f"{HEAD}    KubernetesPodOperator(task_id='load', image='busybox:1.36')\n"
    moved = kept.replace("'load'", "'load', get_logs=True")
    place = repository(tmp_path, '[pod]\nlabels = { team = "data" }\nget_logs = false\n', kept=kept, moved=moved)
    done = adopt(place, "--allow", "labels.team", "--dry-run")
    assert "dags/kept.py:7 stays: get_logs of load would change" in done.stdout
    assert "changes that --allow accepted: metadata.labels.team\n" in done.stdout
    assert "+    pod_task(task_id='load', get_logs=True" in done.stdout
    assert texts(place / "dags") == {"kept.py": kept, "moved.py": moved}


def test_a_line_is_that_of_the_file_as_it_is_also_in_a_dry_run(tmp_path):
    text = (
        f"from kubernetes.client import models as k8s\n{HEAD}"
        "    KubernetesPodOperator(\n"
        "        task_id='load', image='busybox:1.36', container_resources=k8s.V1ResourceRequirements(\n"
        "            requests={'cpu': '250m', 'memory': '512Mi'},\n"
        "            limits={'memory': '512Mi'},\n"
        "        ),\n"
        "    )\n"
        "    KubernetesPodOperator(task_id='wrong', image='busybox:1.36', image_pull_policy='always')\n"
    )
    place = repository(tmp_path, orders=text)
    for arguments in (["--dry-run"], []):
        (line,) = re.findall(r"orders\.py:(\d+) stays", adopt(place, *arguments).stdout)
        assert "task_id='wrong'" in texts(place / "dags")["orders.py"].splitlines()[int(line) - 1]


def test_a_file_stays_where_another_profile_would_change_its_pods_or_another_file_imports_it(tmp_path):
    text = f"{HEAD}    KubernetesPodOperator(task_id='load', image='busybox:1.36')\n"
    settings = '[profile.prod.pod]\nlabels = { team = "data" }\n'
    labelled = text.replace("'load'", "'load', labels={'team': 'own'}")
    files = {
        "plain": text,
        "labelled": labelled,
        "shared": labelled,
        "user": f"from shared import dag\n{HEAD}    pass\n",
    }
    done = adopt(repository(tmp_path, settings, **files))
    assert (
        "dags/plain.py: 1 call stays: with the profile prod: metadata.labels.team of load would change" in done.stdout
    )
    assert "dags/shared.py: 1 call stays: dags/user.py imports it" in done.stdout
    assert "dags/labelled.py: 1 call moved\n" in done.stdout
    assert texts(tmp_path / "dags")["plain.py"] == text


def test_fix_applies_the_fixes_of_check_first(tmp_path):
    text = (
        f"{HEAD}    KubernetesPodOperator(task_id='load', image='busybox:1.36')  # airflowkit: ignore[AK306]\n"
        'print("loaded")\n'
    )
    place = repository(tmp_path, orders=text)
    adopt(place, "--fix")
    assert texts(place / "dags")["orders.py"].endswith("    pod_task(task_id='load', image='busybox:1.36')\n")


def test_links_helper_modules_and_files_that_are_not_python_stay_and_are_told(tmp_path):
    text = f"{HEAD}    KubernetesPodOperator(task_id='load', image='busybox:1.36')\n"
    helper = "from kubernetes_pods import KubernetesPodOperator\n"
    outside = tmp_path / "outside.py"
    outside.write_text(text)
    (tmp_path / "inside").mkdir()
    place = repository(tmp_path / "inside", pods=helper)
    (place / "dags" / "orders.py").symlink_to(outside)
    (place / "dags" / "stock.py").write_text(f"{text}    )\n")
    (place / "dags" / "strange.py").write_text(f"# coding: nope\n{text}")
    done = adopt(place)
    assert "dags/stock.py: 1 call stays: the file is not valid Python" in done.stdout
    assert "dags/strange.py: cannot be read: unknown encoding" in done.stderr
    assert outside.read_text() == text
    assert "outside the repository" in done.stdout
    assert "0 calls moved in 0 files, 2 left as they are\n" in done.stdout
    assert texts(place / "dags")["pods.py"] == helper
    assert "dags/pods.py: names KubernetesPodOperator, and is no DAG file" in done.stdout
