"""What is read from values files; with AIRFLOW_CHART and HELM, compared with what Helm renders."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
import yaml

from airflowkit.deploy.secrets.deployment import Deployment
from airflowkit.deploy.secrets.reading import read_references
from airflowkit.deploy.secrets.references import needs_of
from airflowkit.errors import SecretsError
from airflowkit.scaffold.answers.choices import Dags
from airflowkit.scaffold.answers.dag import DagAnswers
from airflowkit.scaffold.answers.repository import RepositoryAnswers
from airflowkit.scaffold.rendering import render_repository

if TYPE_CHECKING:
    from pathlib import Path

CHART = os.environ.get("AIRFLOW_CHART", "")
HELM = os.environ.get("HELM", "") or shutil.which("helm") or ""

BASE = """
airflowVersion: "3.3.2"
executor: KubernetesExecutor
postgresql: {enabled: false}
redis: {enabled: false}
fernetKeySecretName: airflow-fernet-key
apiSecretKeySecretName: airflow-api-secret-key
jwtSecretName: airflow-jwt-secret
data: {metadataSecretName: airflow-metadata}
createUserJob: {enabled: false}
"""
CELERY = """
executor: CeleryExecutor,KubernetesExecutor
data: {resultBackendSecretName: airflow-result-backend, brokerUrlSecretName: airflow-broker-url}
"""
CASES = {
    "base": "",
    "ssh": "dags: {gitSync: {enabled: true, sshKeySecret: git-ssh, credentialsSecret: not-read}}",
    "https": "dags: {gitSync: {enabled: true, credentialsSecret: git-https}}",
    "git-sync off": "dags: {gitSync: {enabled: false, sshKeySecret: git-ssh}}",
    "celery": CELERY,
    "celery with the chart's redis": CELERY + "redis: {enabled: true, passwordSecretName: redis-password}",
    "flower": CELERY + "flower: {enabled: true, secretName: flower-login}",
    "flower without celery": "flower: {enabled: true, secretName: flower-login}",
    "celery's names without celery": CELERY.replace("CeleryExecutor,", ""),
    "pgbouncer": """
pgbouncer:
  enabled: true
  configSecretName: bouncer
  metricsExporterSidecar: {statsSecretName: stats, statsSecretKey: url}
""",
    "pgbouncer off": "pgbouncer: {configSecretName: bouncer, metricsExporterSidecar: {statsSecretName: stats}}",
    "keda past pgbouncer": CELERY
    + """
pgbouncer: {enabled: true, configSecretName: bouncer, metricsExporterSidecar: {statsSecretName: stats}}
workers: {celery: {keda: {enabled: true, usePgbouncer: false}}}
""",
    "keda through pgbouncer": CELERY
    + """
pgbouncer: {enabled: true, configSecretName: bouncer, metricsExporterSidecar: {statsSecretName: stats}}
workers: {celery: {keda: {enabled: true}}}
""",
    "triggerer's keda": """
pgbouncer: {enabled: true, configSecretName: bouncer, metricsExporterSidecar: {statsSecretName: stats}}
triggerer: {keda: {enabled: true}}
""",
    "registry": "imagePullSecrets: [regcred, {name: other}]",
    "old registry": "registry: {secretName: old-regcred}",
    "both registries": "imagePullSecrets: [regcred]\nregistry: {secretName: old-regcred}",
    "variables": """
secret:
  - {envName: AIRFLOW_CONN_WASB_DEFAULT, secretName: connections, secretKey: wasb}
  - {envName: TOKEN, secretName: token}
extraEnv: |
  - name: STATSD
    valueFrom: {fieldRef: {fieldPath: status.hostIP}}
  - name: KEY
    valueFrom: {secretKeyRef: {name: '{{ .Release.Name }}-more', key: key}}
  - name: MAYBE
    valueFrom: {secretKeyRef: {name: maybe, key: key, optional: true}}
extraEnvFrom: |
  - secretRef: {name: all-of-it}
  - secretRef: {name: perhaps, optional: true}
  - configMapRef: {name: a-config-map}
""",
    "first user": """
createUserJob:
  enabled: true
  env: [{name: AIRFLOW_ADMIN_PASSWORD, valueFrom: {secretKeyRef: {name: airflow-admin, key: password}}}]
""",
    "component's variables": """
scheduler: {env: [{name: A, valueFrom: {secretKeyRef: {name: a, key: x}}}]}
triggerer: {enabled: false, env: [{name: B, valueFrom: {secretKeyRef: {name: b, key: x}}}]}
dagProcessor: {env: [{name: C, valueFrom: {secretKeyRef: {name: c, key: x}}}]}
cleanup: {env: [{name: D, valueFrom: {secretKeyRef: {name: d, key: x}}}]}
databaseCleanup: {enabled: true, env: [{name: E, valueFrom: {secretKeyRef: {name: e, key: x}}}]}
""",
    "volumes": """
volumes:
  - {name: one, secret: {secretName: one, items: [{key: known_hosts, path: known_hosts}]}}
  - {name: two, projected: {sources: [{secret: {name: two, items: [{key: y, path: y}]}}, {configMap: {name: c}}]}}
  - {name: three, secret: {secretName: three, optional: true}}
scheduler: {extraVolumes: [{name: four, secret: {secretName: "{{ .Release.Name }}-four"}}]}
""",
    "certificates": """
ingress:
  apiServer:
    enabled: true
    hosts:
      - {name: a.example.com, tls: {enabled: true, secretName: a-tls}}
      - {name: b.example.com, tls: {enabled: false}}
  flower: {enabled: false, hosts: [{name: f.example.com, tls: {enabled: true, secretName: f-tls}}]}
  web: {enabled: true, hosts: [{name: w.example.com, tls: {enabled: true, secretName: w-tls}}]}
""",
    "elasticsearch": "elasticsearch: {enabled: true, secretName: es}",
    "opensearch off": "opensearch: {secretName: os}",
    "made by the chart": """
extraSecrets: {'{{ .Release.Name }}-proxy': {stringData: 'HTTP_PROXY: http://proxy.example.com'}}
extraEnvFrom: |
  - secretRef: {name: '{{ .Release.Name }}-proxy'}
""",
    "built-in variables off": """
enableBuiltInSecretEnvVars:
  AIRFLOW__CORE__FERNET_KEY: false
  AIRFLOW__API_AUTH__JWT_SECRET: false
  AIRFLOW__API__SECRET_KEY: false
  AIRFLOW__DATABASE__SQL_ALCHEMY_CONN: false
""",
    "airflow 2": 'airflowVersion: "2.11.0"\nwebserverSecretKeySecretName: web-key',
    "standard names": "useStandardNaming: true",
    "git-sync's variables": """
dags:
  gitSync:
    enabled: true
    repo: https://git.example.com/dags.git
    env: [{name: GITSYNC_PASSWORD, valueFrom: {secretKeyRef: {name: token, key: token}}}]
    envFrom: |
      - secretRef: {name: proxy}
""",
    "side containers": CELERY
    + """
workers:
  celery: {extraContainers: [{name: c, image: c:1, env: [{name: A, valueFrom: {secretKeyRef: {name: sc, key: x}}}]}]}
  kubernetes: {extraInitContainers: [{name: k, image: k:1, envFrom: [{secretRef: {name: sk}}]}]}
""",
    "side containers of the other executor": """
workers:
  celery: {extraContainers: [{name: c, image: c:1, env: [{name: A, valueFrom: {secretKeyRef: {name: sc, key: x}}}]}]}
""",
}


def values_of(case: str) -> dict:
    merged: dict = {}
    for text in (BASE, CASES[case]):
        merged = laid_over(merged, yaml.safe_load(text) or {})
    return merged


def laid_over(base: dict, overlay: dict) -> dict:
    both = {
        key: laid_over(base[key], value) if isinstance(base.get(key), dict) and isinstance(value, dict) else value
        for key, value in overlay.items()
    }
    return base | both


def read(values: dict, **names: str) -> set[tuple[str, str]]:
    return {(each.secret, each.key) for each in read_references(Deployment(values, **names)).references}


def rendered(values: dict, folder: Path, release: str = "airflow") -> set[tuple[str, str]]:
    """Return what Helm's manifests refer to, and do not contain."""
    file = folder / "values.yaml"
    file.write_text(json.dumps(values))
    command = [HELM, "template", release, CHART, "--namespace", "airflow", "--values", file]
    command.append("--skip-schema-validation")  # it takes most of the time
    manifests = [it for it in yaml.safe_load_all(subprocess.check_output(command, text=True)) if it]
    own = {it["metadata"]["name"] for it in manifests if it["kind"] == "Secret"}
    found: set[tuple[str, str]] = set()
    for manifest in manifests:
        found |= set(referred(manifest))
        if manifest["kind"] == "ConfigMap":
            template = manifest["data"].get("pod_template_file.yaml")
            found |= set(referred(yaml.safe_load(template))) if template else set()
    return {(secret, key) for secret, key in found if secret not in own}


def referred(node):
    """Yield each Secret and key that a manifest refers to, by the API's fields."""
    if isinstance(node, list):
        for each in node:
            yield from referred(each)
    elif isinstance(node, dict):
        for name, value in node.items():
            if name in {"secretKeyRef", "secretRef", "secret"} and isinstance(value, dict):
                items = [item["key"] for item in value.get("items", [])]
                keys = [value["key"]] if "key" in value else items or [""]
                if not value.get("optional"):
                    yield from ((value.get("secretName") or value["name"], key) for key in keys)
            elif name == "imagePullSecrets":
                yield from ((each["name"], ".dockerconfigjson") for each in value)
            elif name == "tls" and isinstance(value, list):
                yield from ((each["secretName"], key) for each in value for key in ("tls.crt", "tls.key"))
            else:
                yield from referred(value)


@pytest.mark.skipif(not (CHART and HELM), reason="no chart to compare with: set AIRFLOW_CHART, and HELM to Helm's path")
@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_what_is_read_is_what_helms_manifests_refer_to(case, tmp_path):
    values = values_of(case)
    assert merged_folders(read(values)) == merged_folders(rendered(values, tmp_path))


def merged_folders(found: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """The chart mounts PgBouncer's Secret and an ssh key as folders, of which it reads files that are known here."""
    known = {"pgbouncer.ini", "users.txt", "gitSshKey"}
    return {(secret, "" if key in known else key) for secret, key in found}


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("ssh", {("git-ssh", "gitSshKey")}),
        (
            "https",
            {("git-https", f"{name}_{part}") for name in ("GITSYNC", "GIT_SYNC") for part in ("USERNAME", "PASSWORD")},
        ),
        ("git-sync off", set()),
        (
            "flower",
            {
                ("airflow-result-backend", "connection"),
                ("airflow-broker-url", "connection"),
                ("flower-login", "basicAuth"),
            },
        ),
        ("flower without celery", set()),
        ("pgbouncer", {("bouncer", "pgbouncer.ini"), ("bouncer", "users.txt"), ("stats", "url")}),
        ("registry", {("regcred", ".dockerconfigjson"), ("other", ".dockerconfigjson")}),
        ("variables", {("connections", "wasb"), ("token", "value"), ("airflow-more", "key"), ("all-of-it", "")}),
        ("first user", {("airflow-admin", "password")}),
        ("made by the chart", set()),
        ("certificates", {("a-tls", "tls.crt"), ("a-tls", "tls.key")}),
    ],
)
def test_the_values_name_these_secrets_beside_the_four_of_every_deployment(case, expected):
    always = {
        ("airflow-fernet-key", "fernet-key"),
        ("airflow-api-secret-key", "api-secret-key"),
        ("airflow-jwt-secret", "jwt-secret"),
        ("airflow-metadata", "connection"),
    }
    assert read(values_of(case)) == always | expected


def test_a_certificate_of_cert_manager_is_left_to_it():
    host = {"name": "a.example.com", "tls": {"enabled": True, "secretName": "a-tls"}}
    ingress = {"enabled": True, "hosts": [host], "annotations": {"cert-manager.io/cluster-issuer": "letsencrypt"}}
    assert read({"ingress": {"apiServer": ingress}}) == set()


def test_the_release_stands_in_names():
    assert ("prod-more", "key") in read(values_of("variables"), release="prod")


@pytest.mark.parametrize(
    "text", ["{{ range $x := .Values.y }}", "- valueFrom: {secretKeyRef: {name: '{{ .Values.n }}', key: k}}"]
)
def test_what_only_helm_can_read_is_said(text):
    reading = read_references(Deployment({"extraEnv": text}))
    assert (reading.references, len(reading.unread)) == ((), 1)
    assert reading.unread[0].startswith("extraEnv")


def test_a_value_that_repeats_itself_a_billion_times_is_read_at_once():
    node: list = [{"secretRef": {"name": "one"}}]
    for _ in range(40):
        node = [node, node]
    assert read({"x": node}) == {("one", "")}


@pytest.mark.parametrize("name", ["My_Secret", "", "a/b", "{{ .Release.Name }}-fernet", "x" * 254])
def test_a_name_that_kubernetes_refuses_is_refused_with_its_place(name):
    references = read_references(Deployment({"fernetKeySecretName": name})).references
    if not name:
        assert references == ()
        return
    with pytest.raises(SecretsError, match="fernetKeySecretName"):
        needs_of(references)


def test_a_secret_is_needed_once_with_all_its_keys_and_the_most_precise_kind():
    values = {
        "secret": [
            {"envName": "OTHER", "secretName": "s", "secretKey": "a"},
            {"envName": "AIRFLOW_CONN_GIT_DEFAULT", "secretName": "s", "secretKey": "a"},
            {"envName": "TOKEN", "secretName": "s", "secretKey": "b"},
        ]
    }
    (need,) = needs_of(read_references(Deployment(values)).references)
    assert list(need.keys) == ["a", "b"]
    assert "type git" in need.keys["a"].what


@pytest.mark.parametrize(
    ("dags", "url", "of_git"),
    [
        (Dags.GIT_SYNC_SSH, "git@github.com:example/dags.git", "airflow-git-ssh"),
        (Dags.GIT_SYNC_HTTPS, "https://github.com/example/dags.git", "airflow-git-https"),
    ],
)
def test_the_generated_values_name_these_secrets(dags, url, of_git):
    answers = RepositoryAnswers(
        name="dags", airflow_version="3.3.2", airflowkit_version="0.1.0", dags=dags, git_url=url
    )
    files = render_repository(answers, DagAnswers(name="first"))
    named = {secret for secret, _ in read(yaml.safe_load(files["deploy/values.yaml"]))}
    assert named == {
        "airflow-fernet-key", "airflow-api-secret-key", "airflow-jwt-secret", "airflow-metadata", "airflow-admin",
        "airflow-connections", "regcred", of_git,
    }  # fmt: skip
