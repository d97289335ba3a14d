"""The source `repository`, on small repositories, one bad and one good for each code."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from airflowkit.checks.model.findings import Severity
from airflowkit.deploy.doctor.codes import codes
from airflowkit.deploy.doctor.repository.source import REPOSITORY
from deploy.doctor.looks import look
from scaffold.combinations import ALL
from scaffold.conftest import files_of

CASES = Path(__file__).parent / "cases"
OF_REPOSITORY = [code for code in codes() if code.startswith("AD1")]


@pytest.mark.parametrize("code", OF_REPOSITORY)
def test_the_bad_example_is_found_with_its_file_and_the_good_one_is_not(code, tmp_path):
    bad = [finding for finding in examined(code, "bad", tmp_path) if finding.code == code]
    good = [finding for finding in examined(code, "good", tmp_path) if finding.code == code]
    assert bad
    assert all(finding.message and Path(finding.path).is_file() for finding in bad)
    assert all(finding.hint for finding in bad) or code == "AD100"
    assert good == []


def examined(code, kind, tmp_path):
    root = tmp_path / kind
    shutil.copytree(CASES / code / kind, root)  # outside of this repository, which has settings of its own
    return look(root, REPOSITORY).findings


def test_every_code_has_an_examination_and_every_examination_a_code():
    examined = {code for part in REPOSITORY.examinations for code in part.codes}
    assert examined == set(OF_REPOSITORY)


@pytest.mark.parametrize("number", range(len(ALL)))
def test_a_new_repository_has_no_finding(number, tmp_path):
    write(tmp_path, files_of(ALL[number]))
    report = look(tmp_path, REPOSITORY)
    assert [finding.sentence for finding in report.findings] == []
    assert not report.sources[0].absent


def test_what_is_wrong_with_the_base_values_is_found_once_and_what_an_overlay_adds_in_the_overlay(tmp_path):
    base = "executor: KubernetesExecutor\npostgresql:\n  enable: false\n"
    write(tmp_path, {"deploy/values.yaml": base, "deploy/values-dev.yaml": "scheduler:\n  replica: 1\n"})
    found = [finding for finding in look(tmp_path, REPOSITORY).findings if finding.code == "AD101"]
    places = {(finding.subject, Path(finding.path).name, finding.line) for finding in found}
    assert ("postgresql.enable", "values.yaml", 3) in places
    assert ("scheduler.replica", "values-dev.yaml", 2) in places
    assert len(found) == len({finding.subject for finding in found})


def test_a_subchart_is_judged_below_its_name(tmp_path):
    write(tmp_path, {"deploy/values.yaml": "airflow:\n  executor: KubernetExecutor\n  scheduler: {replicas: 2}\n"})
    found = next(finding for finding in look(tmp_path, REPOSITORY).findings if finding.code == "AD106")
    assert found.line == 2


def test_values_of_another_chart_and_no_values_are_nothing_to_examine(tmp_path):
    assert look(tmp_path, REPOSITORY).sources[0].absent
    write(tmp_path, {"deploy/values.yaml": "ingressController: {replicas: 2}\n"})
    report = look(tmp_path, REPOSITORY)
    assert report.findings == ()
    assert report.sources[0].absent


def test_a_broken_overlay_is_one_finding_and_the_base_is_judged_all_the_same(tmp_path):
    write(tmp_path, {"deploy/values.yaml": "executor: KubernetExecutor\n", "deploy/values-dev.yaml": "a: [\n"})
    found = {finding.code: finding for finding in look(tmp_path, REPOSITORY).findings}
    assert found["AD100"].path.endswith("values-dev.yaml")
    assert "AD106" in found


HOSTILE = [
    *("", "\0", "[]", "3", "a: &a [*a]\n", "{{ x }}", "kind: Secret\n", "executor: 3\n"),
    "executor: x\nkind: Secret\ndata: {until: 2026-13-01}\n",
    'executor: x\nuid: !!int ""\nkind: Secret\n',
    "executor: x\nextraSecrets: {a: {data: 'until: 2026-13-01'}}\nextraEnv: 'a: !!float \"\"'\n",
    "executor: x\nkind: Secret\ndata: " + "[" * 2_000,
    f"executor: x\nextraSecrets: {{a: {{data: '{'[' * 2_000}'}}}}\n",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_values_and_manifests_are_findings_and_never_a_fault_of_ours(text, tmp_path):
    write(tmp_path, {"deploy/values.yaml": text, "deploy/secret.yaml": text, "Dockerfile": text, "main.tf": text})
    assert not any(finding.failed for finding in look(tmp_path, REPOSITORY).findings)


@pytest.mark.parametrize("key", ["dags", "config", "data", "env", "createUserJob", "extraSecrets", "workers", "secret"])
@pytest.mark.parametrize("value", ["3", "text", "[]", "{}", "true", "[{}]", "{a: {b: 1}}", "[null]"])
def test_values_of_any_form_are_never_a_fault_of_ours(key, value, tmp_path):
    write(tmp_path, {"deploy/values.yaml": f"executor: KubernetesExecutor\n{key}: {value}\n"})
    failed = [finding.message for finding in look(tmp_path, REPOSITORY).findings if finding.failed]
    assert failed == []


@pytest.mark.parametrize("value", ["3", "true", ".inf", "{name: regcred}", "[regcred, {name: a}, 3]"])
@pytest.mark.parametrize("key", ["registry: {secretName", "{imagePullSecrets"])
def test_pull_secrets_of_any_form_are_never_a_fault_of_ours(key, value, tmp_path):
    text = f"executor: KubernetesExecutor\n{key.removeprefix('{')}: {value}{'' if key[0] == '{' else '}'}\n"
    write(tmp_path, {"deploy/values.yaml": text})
    assert not any(finding.failed for finding in look(tmp_path, REPOSITORY).findings)


def test_a_secret_is_never_shown(tmp_path):
    planted = "PLANTED-s3cr3t"
    values = (
        f"executor: KubernetesExecutor\nfernetKey: {planted}\nenv: [{{name: DB_PASSWORD, value: {planted}}}]\n"
        f"extraSecrets: {{a: {{stringData: 'password: {planted}'}}}}\n"
    )
    secret = f"kind: Secret\nmetadata: {{name: airflow-git-https}}\nstringData: {{password: {planted}}}\n"
    write(tmp_path, {"deploy/values.yaml": values, "deploy/secret.yaml": secret})
    report = look(tmp_path, REPOSITORY)
    assert any(finding.code == "AD104" for finding in report.findings)
    assert planted not in repr(report)


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({}, Severity.WARNING),
        ({"deploy/app.yaml": "kind: Application\nspec: {source: {chart: airflow}}\n"}, Severity.WARNING),
    ],
)
def test_jobs_that_nobody_decided_on_are_a_warning(files, found, tmp_path):
    write(tmp_path, {"deploy/values.yaml": "executor: KubernetesExecutor\n", **files})
    jobs = [finding for finding in look(tmp_path, REPOSITORY).findings if finding.code == "AD150"]
    assert [finding.subject for finding in jobs] == ["migrateDatabaseJob.useHelmHooks", "createUserJob.useHelmHooks"]
    assert {finding.weight for finding in jobs} == {found}


@pytest.mark.parametrize(
    ("name", "text", "waits"),
    [
        ("deploy/app.yaml", "kind: Application\nspec: {source: {chart: airflow}}\n", True),
        ("deploy/app.yaml", "kind: Application\nspec: {source: {chart: redis}}\n", False),
        ("deploy/flux.yaml", "kind: HelmRelease\nspec:\n  chart: {spec: {chart: airflow}}\n", True),
        (
            "deploy/flux.yaml",
            "kind: HelmRelease\nspec:\n  chart: {spec: {chart: airflow}}\n  install: {disableWait: true}\n",
            False,
        ),
        ("Makefile", "deploy:\n\thelm upgrade airflow apache-airflow/airflow \\\n\t  --wait\n", True),
        ("Makefile", "deploy:\n\thelm upgrade airflow apache-airflow/airflow\n\tkubectl wait --for=x\n", False),
        (".github/workflows/ci.yml", "run: helm upgrade --install airflow apache-airflow/airflow --atomic\n", True),
        ("deploy.sh", "# helm upgrade airflow apache-airflow/airflow --wait\n", False),
    ],
)
def test_hooks_are_wrong_only_where_the_installation_waits(name, text, waits, tmp_path):
    jobs = "migrateDatabaseJob: {useHelmHooks: true}\ncreateUserJob: {useHelmHooks: true}\n"
    write(tmp_path, {"deploy/values.yaml": f"executor: KubernetesExecutor\n{jobs}", name: text})
    assert any(finding.code == "AD150" for finding in look(tmp_path, REPOSITORY).findings) is waits


def test_an_image_is_compared_without_values_too(tmp_path):
    write(tmp_path, {"Dockerfile": "FROM apache/airflow:3.3.2\n", "requirements.txt": "apache-airflow==3.1.8\n"})
    assert [finding.code for finding in look(tmp_path, REPOSITORY).findings] == ["AD161"]


def write(root, files):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
