"""`airflowkit check --fix`: what is mechanical is fixed, and the DAGs stay the same."""

import json
import shutil
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from airflowkit.checks.engine import checked
from airflowkit.checks.fixes.fixable import marked
from airflowkit.checks.fixes.plan import planned
from airflowkit.checks.fixes.proof import proved
from airflowkit.checks.fixes.registry import FIXES
from airflowkit.checks.model.findings import Finding, Severity
from airflowkit.checks.rules.register import FIXABLE
from airflowkit.checks.workers.messages import Job
from airflowkit.checks.workers.retrial import results
from airflowkit.discovery.dag_files import dag_files
from airflowkit.settings import load_settings
from airflows import copied, files_airflow_reads
from checks.fixes.conftest import HEAD, PRINTS, airflowkit, dag_file

CASES = Path(__file__).parent / "cases"
NEEDS = {
    "AK101": pytest.mark.needs_airflow(3, 1, "Airflow 2 still has these names and arguments"),
    "AK207": pytest.mark.needs_airflow(3, 1, "Airflow 2 has no @dag without parentheses"),
    "AK311": pytest.mark.needs_airflow(3, 1, "Airflow 2 still has these names"),
    "AK506": pytest.mark.needs_airflow(3, 1, "Airflow 2 knows some of these arguments"),
}
EACH_FIX = pytest.mark.parametrize("code", [pytest.param(code, marks=NEEDS.get(code, ())) for code in sorted(FIXABLE)])


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def found(pool, repository: Path) -> tuple[Finding, ...]:
    folder = repository / "dags"
    return checked(pool, folder, dag_files(folder), load_settings(folder).check).findings


def counted(findings: tuple[Finding, ...]) -> Counter[str]:
    return Counter(finding.code for finding in findings)


def case(code: str, tmp_path: Path) -> Path:
    return copied(CASES / code / "before", tmp_path / "repository")


def serialized(pool, folder: Path) -> dict[str, dict]:
    options = load_settings(folder).check
    jobs = [Job(str(path), str(folder), options, serialize=True) for path in sorted(folder.rglob("*.py"))]
    found = {dag_id: json.loads(text)["dag"] for facts in results(pool, jobs) for dag_id, text in facts.serialized}
    assert found
    return found


def without(value: object, declared: frozenset[tuple[str, str]], within: str = "dag") -> object:
    """Return a serialized value without the declared keys; an empty `default_args` counts as none."""
    if isinstance(value, list):
        return [without(item, declared, within) for item in value]
    if not isinstance(value, dict):
        return value
    left = {
        key: without(item, declared, within if key == "__var" else key)
        for key, item in value.items()
        if (within, key) not in declared
    }
    return {key: item for key, item in left.items() if (key, item) != ("default_args", {"__type": "dict", "__var": {}})}


def respelled(value: object, respelling: Callable[[str], str]) -> object:
    if isinstance(value, list):
        return [respelled(item, respelling) for item in value]
    if isinstance(value, dict):
        return {key: respelled(item, respelling) for key, item in value.items()}
    return respelling(value) if isinstance(value, str) else value


def test_at_least_eight_rules_have_a_fix_and_each_has_its_files():
    assert set(FIXES) == {path.name for path in CASES.iterdir()}
    assert len(FIXES) >= 8


@EACH_FIX
def test_a_fix_produces_the_expected_files_and_a_second_one_changes_nothing(code, tmp_path, pool):
    repository = case(code, tmp_path)
    before = found(pool, repository)
    assert code in {finding.code for finding in marked(before) if finding.fixable}
    result = airflowkit("check", "--fix", cwd=repository)
    assert files(repository) == files(copied(CASES / code / "after", tmp_path / "after"))
    assert f" {code} fixed\n" in result.stdout
    after = found(pool, repository)
    assert counted(after)[code] == 0
    assert counted(after) <= counted(before)
    assert planned(after) == ()


@EACH_FIX
def test_the_dags_before_and_after_differ_only_by_what_the_fix_declares(code, tmp_path, pool):
    repository = case(code, tmp_path)
    before = serialized(pool, repository / "dags")
    shutil.rmtree(repository)
    copied(CASES / code / "after", repository)
    after = serialized(pool, repository / "dags")
    declared = FIXES[code].declared
    assert before.keys() == after.keys()
    for dag_id, dag in before.items():
        first, second = (respelled(without(it, declared), FIXES[code].respelled) for it in (dag, after[dag_id]))
        assert first == second
    assert (before == after) == (code not in {"AK207", "AK311", "AK411", "AK506"})


def test_several_fixes_in_one_file_compose(repository):
    (repository / "airflowkit.toml").write_text("[check]\nrequire_docs = true\n")
    text = (
        'print("loading")\n\n'
        'with DAG("orders", schedule=None, default_args={"provide_context": True}):\n'
        '    EmptyOperator(task_id="load")  # airflowkit: ignore[AK402]\n'
    )
    path = dag_file(repository, text, head=f'"""Loads the orders."""\n\n{HEAD}')
    result = airflowkit("check", "--fix", cwd=repository)
    assert path.read_text().endswith(
        'import DAG\n\nwith DAG("orders", schedule=None, doc_md=__doc__):\n    EmptyOperator(task_id="load")\n'
    )
    assert result.returncode == 0
    assert result.stdout.startswith("dags/orders.py AK105 fixed\ndags/orders.py:8 AK207 fixed\n")
    assert "4 fixed in 1 file: 1 AK105, 1 AK207, 1 AK506, 1 AK608\n" in result.stdout
    assert result.stdout.endswith(": nothing found\n")


def test_diff_shows_what_fix_would_change_and_writes_nothing(repository):
    dag_file(repository, PRINTS)
    before = files(repository)
    result = airflowkit("check", "--diff", cwd=repository)
    assert result.returncode == 1
    assert result.stdout.startswith("--- dags/orders.py\n+++ dags/orders.py\n@@ ")
    assert '\n-print("loading")\n' in result.stdout
    assert files(repository) == before
    airflowkit("check", "--fix", cwd=repository)
    after = airflowkit("check", "--diff", cwd=repository)
    assert (after.returncode, after.stdout) == (0, "")


def test_the_report_says_what_can_be_fixed(repository):
    dag_file(repository, PRINTS)
    (repository / "dags" / "broken.py").write_text("# airflow dag\nimport nosuch\n")
    text = airflowkit("check", cwd=repository)
    assert text.stdout.endswith("`airflowkit explain CODE` says more; --fix can fix 1\n")
    report = json.loads(airflowkit("check", "--format", "json", cwd=repository).stdout)
    assert [(it["code"], it["fixable"]) for it in report["findings"]] == [("AK101", False), ("AK105", True)]


def test_a_report_for_programs_is_alone_on_standard_output(repository):
    dag_file(repository, PRINTS)
    result = airflowkit("check", "--fix", "--format", "json", cwd=repository)
    assert json.loads(result.stdout)["findings"] == []
    assert "dags/orders.py AK105 fixed" in result.stderr


def test_a_file_that_cannot_be_imported_is_left_alone(repository):
    path = dag_file(repository, f"{PRINTS}import nosuch  # airflowkit: ignore[AK402]\n")
    before = path.read_bytes()
    result = airflowkit("check", "--fix", cwd=repository)
    assert path.read_bytes() == before
    assert "dags/orders.py: AK105, AK608 not fixed: the file cannot be imported" in result.stderr


def test_what_a_comment_or_the_baseline_accepts_is_not_fixed(repository):
    ignored = dag_file(repository, f"# airflowkit: ignore-file[AK105] the operators want it\n{PRINTS}")
    known = dag_file(repository, PRINTS.replace("orders", "returns"), "returns.py")
    before = files(repository)
    airflowkit("check", "--write-baseline", cwd=repository)
    assert "AK105" in (repository / "airflowkit-baseline.json").read_text()
    result = airflowkit("check", "--fix", cwd=repository)
    assert (ignored.read_bytes(), known.read_bytes()) == (before["dags/orders.py"], before["dags/returns.py"])
    assert result.returncode == 0


def test_an_edit_that_would_change_a_dag_is_rejected(repository):
    text = 'import time\n\nwith DAG(f"orders_{time.time_ns()}", schedule=None):\n    EmptyOperator(task_id="load")\n'
    path = dag_file(repository, f'{text}\nprint("loading")\n')
    before = path.read_bytes()
    result = airflowkit("check", "--fix", cwd=repository)
    assert path.read_bytes() == before
    assert "dags/orders.py: AK105 not fixed: " in result.stderr


def test_the_proof_rejects_an_edit_that_changes_a_task(repository, pool):
    dag_file(repository, PRINTS)
    (edit,) = planned(found(pool, repository))
    other = type(edit)(edit.file, edit.content.replace(b'"load"', b'"send"'), edit.findings)
    assert [verdict.objection for verdict in proved([edit], 1)] == [""]
    assert [verdict.objection for verdict in proved([other], 1)] == [
        "the DAG orders would change, or differs at each parse"
    ]


TASKS = """\
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from kubernetes.client import models as k8s

RESOURCES = {"requests": {"memory": "1Gi"}}
OVERRIDE = k8s.V1Pod(spec=k8s.V1PodSpec(containers=[k8s.V1Container(name="base", image="a:1")]))

with DAG("orders", schedule=None):
    load = KubernetesPodOperator(task_id="load", image="a:1", container_resources=RESOURCES)
    load.priority_class_name = "high"
    KubernetesPodOperator.partial(task_id="each", image="a:1", container_resources=RESOURCES).expand(cmds=[["a"]])
    EmptyOperator(task_id="send", executor_config={"pod_override": OVERRIDE}, retries=1)

print("loading")
"""


@pytest.mark.parametrize(
    ("old", "new", "task"),
    [
        ('"1Gi"', '"2Gi"', "DAG orders"),
        ('"high"', '"low"', "task load"),
        ('task_id="load", image', 'task_id="load", startup_timeout_seconds=9, image', "task load"),
        (
            'partial(task_id="each", image="a:1"',
            'partial(task_id="each", image="a:1", startup_timeout_seconds=9',
            "DAG orders",
        ),
        ('name="base", image="a:1"', 'name="base", image="a:2"', "DAG orders"),
    ],
)
def test_the_proof_rejects_an_edit_that_changes_a_pod(old, new, task, repository, pool):
    dag_file(repository, TASKS)
    findings = [finding for finding in found(pool, repository) if finding.code == "AK105"]
    (edit,) = planned(findings)
    other = type(edit)(edit.file, edit.content.replace(old.encode(), new.encode(), 1), edit.findings)
    assert [verdict.objection for verdict in proved([edit], 1)] == [""]
    assert [verdict.objection for verdict in proved([other], 1)] == [
        f"the {task} would change, or differs at each parse"
    ]


def test_of_several_fixes_in_a_file_only_the_one_that_changes_a_dag_is_rejected(repository):
    text = """import sys

print("loading")

with DAG("orders", schedule=None, default_args={"provide_context": True}):
    EmptyOperator(task_id="load", retries=sys._getframe().f_lineno)  # airflowkit: ignore[AK402]
"""
    path = dag_file(repository, text)
    result = airflowkit("check", "--fix", cwd=repository)
    assert 'print("loading")\n' in path.read_text()
    assert 'DAG("orders", schedule=None):\n' in path.read_text()
    assert "AK105 not fixed: the DAG orders would change" in result.stderr
    assert "2 fixed in 1 file: 1 AK506, 1 AK608\n" in result.stdout


def test_a_zipped_file_is_left_alone(repository):
    path = dag_file(repository, PRINTS)
    with zipfile.ZipFile(repository / "dags" / "orders.zip", "w") as archive:
        archive.write(path, "orders.py")
        archive.writestr("empty.py", "# an airflow dag")
    path.unlink()
    before = files(repository)
    result = airflowkit("check", "--fix", cwd=repository)
    assert "AK105" in result.stdout
    assert "fixed" not in result.stdout
    assert files(repository) == before


POD = "from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator as Pod\n"
READ = 'EmptyOperator(task_id="a", dag=DAY, doc="{{ dag.default_args.provide_context }}")\n'


@pytest.mark.parametrize(
    "text",
    [
        'print(open(__file__).read()[:4])\nDAY = DAG("orders")\n',
        'import sys\nprint("loading", file=sys.stdout)\nDAY = DAG("orders")\n',
        'D = {"provide_context": None}\nDAY = DAG("orders", default_args=D)\nNIGHT = DAG("returns", default_args=D)\n',
        'DAY = DAG("orders", default_args=dict.fromkeys(["provide_context"]))\n',
        'DAY = DAG("orders", default_args={"provide_context": min(1, 2)})\n',
        f'DAY = DAG("orders", default_args={{"provide_context": 1}})\n{READ}',
        f'{POD}with DAG("orders"):\n    Pod(task_id="a", image="a:1", is_delete_operator_pod=False)\n',
    ],
)
def test_what_needs_manual_work_is_left_alone(text, repository, pool):
    dag_file(repository, text)
    findings = found(pool, repository)
    assert counted(findings).keys() & FIXABLE
    assert planned(findings) == ()


def test_a_key_that_an_operator_of_the_repository_accepts_is_not_dead(repository, pool):
    own = "class Timed(EmptyOperator):\n    def __init__(self, sla=None, **more):\n        super().__init__(**more)\n\n"
    dag_file(repository, f'{own}with DAG("orders", default_args={{"sla": 1}}):\n    Timed(task_id="a")\n')
    assert "AK506" not in counted(found(pool, repository))


@pytest.mark.parametrize("text", ["DAY = make()\n", "if make():\n    DAY = 1\n", "from factory import *\n"])
def test_a_file_that_might_build_a_dag_elsewhere_is_not_ignored(text, repository, pool):
    (repository / "dags" / "orders.py").write_text(f"# an airflow dag\nfrom factory import make\n{text}")
    (repository / "dags" / "factory.py").write_text("def make():\n    return None\n")
    findings = found(pool, repository)
    assert counted(findings) == {"AK602": 1}
    assert planned(findings) == ()


@pytest.mark.parametrize("syntax", ["glob", "regexp"])
def test_airflow_itself_ignores_the_listed_file(syntax, tmp_path, monkeypatch):
    monkeypatch.setenv("AIRFLOW__CORE__DAG_IGNORE_FILE_SYNTAX", syntax)
    repository = case("AK602", tmp_path)
    airflowkit("check", "--fix", cwd=repository)
    listed = [Path(path).name for path in files_airflow_reads(repository / "dags")]
    assert "orders.py" in listed
    assert "helpers.py" not in listed


def test_fix_and_write_baseline_exclude_each_other(repository):
    result = airflowkit("check", "--fix", "--write-baseline", cwd=repository)
    assert result.returncode == 2
    assert not (repository / "airflowkit-baseline.json").exists()


LAYOUTS = [
    ('DAG("a", default_args={"sla": 1, "b": 2})', 'DAG("a", default_args={"b": 2})'),
    ('DAG("a", default_args={"b": 2, "sla": 1,})', 'DAG("a", default_args={"b": 2,})'),
    ('DAG("a", default_args={\n "b": 2,  # b\n # c\n "sla": 1\n})', 'DAG("a", default_args={\n "b": 2,  # b\n # c\n})'),
    ('DAG(default_args={"sla": 1}, dag_id="a")', 'DAG(dag_id="a")'),
    ('DAG(\n "a",  # one\n default_args={"sla": 1}, tags=["x"],\n)', 'DAG(\n "a",  # one\n tags=["x"],\n)'),
    ('DAG("a",\n    default_args={"sla": 1})', 'DAG("a")'),
]


@pytest.mark.parametrize(("before", "after"), LAYOUTS)
def test_deleting_an_argument_keeps_the_layout_and_the_other_comments(before, after):
    finding = Finding("AK506", Severity.WARNING, "default_args has 'sla', which", "orders.py", 2)
    head = "from airflow.sdk import DAG\n"
    assert FIXES["AK506"].apply(finding, f"{head}{before}\n") == f"{head}{after}\n"
