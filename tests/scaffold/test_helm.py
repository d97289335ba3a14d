"""What Helm makes of the values of a new repository; needs the official chart."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from scaffold.combinations import ALL
from scaffold.conftest import documents_of, files_of, pairs

CHART = os.environ.get("AIRFLOW_CHART", "")
HELM = os.environ.get("HELM") or shutil.which("helm") or ""
needs_chart = pytest.mark.skipif(
    not (CHART and HELM), reason="no chart: set AIRFLOW_CHART to the chart's .tgz, and HELM to Helm or put it on PATH"
)


@pytest.mark.slow
@needs_chart
@pytest.mark.parametrize("overlays", [["dev"], ["small", "dev"]], ids="-".join)
@pytest.mark.parametrize("number", range(len(ALL)))
def test_helm_renders_the_second_airflow_without_a_warning(number, overlays, tmp_path):
    repo = ALL[number]
    rendered = helm(repo, tmp_path, "install", "--dry-run=client", overlays=overlays, namespace=repo.dev_namespace)
    assert "WARNING" not in rendered
    objects = objects_of(rendered)
    assert {it["metadata"].get("namespace", repo.dev_namespace) for it in objects} == {repo.dev_namespace}
    claims = {it["metadata"]["name"] for it in documents_of(repo, "deploy/volumes-dev.yaml") if it}
    made = {it["metadata"]["name"] for it in objects if it["kind"] == "PersistentVolumeClaim"}
    assert {value for key, value in pairs(objects) if key == "claimName"} <= claims | made
    containers = [it for workload in objects for it in containers_of(workload)]
    variables = {(it["name"], each["name"]): each.get("value") for it in containers for each in it.get("env", [])}
    assert variables["scheduler", "AIRFLOWKIT_PROFILE"] == "dev"
    if repo.git_sync:
        assert {value for (_, name), value in variables.items() if name == "GITSYNC_REF"} == {"dev"}
    if repo.dags == "git-bundle":
        assert re.search(r"tracking_ref\W+dev\b", rendered)


def containers_of(manifest):
    spec = (
        manifest.get("spec", {}).get("template", {}).get("spec", {}) if isinstance(manifest.get("spec"), dict) else {}
    )
    return [*spec.get("containers", []), *spec.get("initContainers", [])]


def objects_of(rendered):
    manifest = rendered.split("MANIFEST:\n")[1].split("\nNOTES:")[0]
    return [it for it in yaml.load_all(manifest, yaml.CSafeLoader) if it]


@pytest.mark.slow
@needs_chart
@pytest.mark.parametrize("number", range(len(ALL)))
def test_helm_renders_the_values_without_a_warning_and_a_small_node_is_enough(number, tmp_path):
    repo = ALL[number]
    rendered = helm(repo, tmp_path, "install", "--dry-run=client", overlays=["small"])
    assert "WARNING" not in rendered
    objects = objects_of(rendered)
    requests = [request for it in objects if it for request in requests_of(it)]
    assert sum(quantity(request["cpu"]) for request in requests) <= 2
    assert sum(quantity(request["memory"]) for request in requests) <= 6 * 2**30
    accounts = {it["metadata"]["name"] for it in objects if it and it["kind"] == "ServiceAccount"}
    assert {subject["name"] for it in documents_of(repo, "deploy/rbac.yaml") for subject in it.get("subjects", [])} <= (
        accounts
    )


@pytest.mark.slow
@needs_chart
@pytest.mark.parametrize("deploy", ["helm", "argocd"])
def test_the_jobs_replace_themselves_in_an_upgrade(new, deploy, tmp_path):
    rendered = helm(new(deploy=deploy), tmp_path, "template")
    objects = [it for it in yaml.load_all(rendered, yaml.CSafeLoader) if it]
    jobs = {it["metadata"]["name"]: it["metadata"].get("annotations", {}) for it in objects if it["kind"] == "Job"}
    assert set(jobs) == {"airflow-run-airflow-migrations", "airflow-create-user"}
    for annotations in jobs.values():
        if deploy == "helm":
            assert "before-hook-creation" in annotations["helm.sh/hook-delete-policy"]
        else:
            assert not any(name.startswith("helm.sh/hook") for name in annotations)
            assert annotations["argocd.argoproj.io/hook-delete-policy"] == "BeforeHookCreation"
    # Argo CD renders the chart each time: what is random, or a hook of the installation, would change with each sync.
    assert [it["kind"] for it in objects if "pre-install" in str(it["metadata"].get("annotations"))] == []


def helm(repo, folder, *command, overlays=(), namespace=""):
    for path, text in files_of(repo).items():
        if path.startswith("deploy/values"):
            (folder / Path(path).name).write_text(text)
    names = ["values.yaml", *(f"values-{overlay}.yaml" for overlay in overlays)]
    values = [part for name in names for part in ("--values", str(folder / name))]
    line = [HELM, command[0], "airflow", CHART, *command[1:], "--namespace", namespace or repo.namespace, *values]
    return subprocess.run(line, check=True, capture_output=True, text=True).stdout


def requests_of(manifest):
    """Yield what the pods of a manifest request for as long as they run."""
    if manifest["kind"] in {"Deployment", "StatefulSet"}:
        spec = manifest["spec"]
        for container in spec["template"]["spec"]["containers"] * spec.get("replicas", 1):
            yield {"cpu": "0", "memory": "0", **container.get("resources", {}).get("requests", {})}


def quantity(text):
    from kubernetes.utils.quantity import parse_quantity

    return parse_quantity(text)
