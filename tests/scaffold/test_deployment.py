"""What a new repository deploys: values, overlays, manifests."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from airflowkit.scaffold import versions
from airflowkit.scaffold.answers.choices import Logs
from scaffold.combinations import ALL, answers
from scaffold.conftest import documents_of, files_of, pairs, values_of

CHART_SCHEMA = Path(
    os.environ.get("AIRFLOW_CHART_SCHEMA", Path(__file__).parents[3] / "shared/helm/values.schema.json")
)
OVERLAYS = ("", "dev", "small")
needs_schema = pytest.mark.skipif(
    not CHART_SCHEMA.is_file(), reason="no schema: set AIRFLOW_CHART_SCHEMA to the chart's values.schema.json"
)
KEYS_OF_SECRETS = ("SecretName", "sshKeySecret", "credentialsSecret", "secretName", "imagePullSecrets")


@pytest.fixture(scope="module")
def schema():
    return json.loads(CHART_SCHEMA.read_text())


@pytest.fixture(scope="module")
def validator(schema):
    import jsonschema

    return jsonschema.validators.validator_for(schema)(schema)


@needs_schema
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_values_pass_the_charts_schema(each, overlay, validator):
    assert [f"{error.json_path}: {error.message}" for error in validator.iter_errors(values_of(each, overlay))] == []


@needs_schema
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_chart_knows_every_value(each, overlay, schema):
    """The schema lets unknown keys pass in many places."""
    assert list(unknown_keys(values_of(each, overlay), schema, schema, "")) == []


def unknown_keys(value, schema, root, place):
    while "$ref" in schema:
        schema = root["definitions"][schema["$ref"].rpartition("/")[2]] if "/definitions/" in schema["$ref"] else {}
    properties = schema.get("properties")
    if not isinstance(value, dict) or not properties or place == "config":
        return
    for key, below in value.items():
        if key in properties:
            yield from unknown_keys(below, properties[key], root, f"{place}.{key}".strip("."))
        elif not schema.get("additionalProperties"):
            yield f"{place}.{key}"


def test_the_version_of_the_chart_is_written_down_once(each):
    files = files_of(each)
    naming = [path for path, text in files.items() if versions.CHART in text]
    assert naming == [each.chart_version_file]
    assert files[each.chart_version_file].count(versions.CHART) == 1


def test_git_sync_follows_one_branch_by_both_of_its_names(each):
    """The chart sets both variables, and git-sync takes the branch silently where they differ."""
    for overlay, branch in (("", each.branch), ("dev", "dev")):
        sync = values_of(each, overlay).get("dags", {}).get("gitSync", {})
        if each.git_sync:
            assert sync["branch"] == sync["ref"] == branch
    sync = values_of(each)["dags"]["gitSync"]
    assert sync["enabled"] is each.git_sync
    if each.git_sync:
        assert sync["repo"] == each.git_url
        assert sync["maxFailures"] > 0
        assert sync["subPath"] == ("" if each.dags_folder == "." else each.dags_folder)


def test_git_sync_has_the_credentials_of_its_url_and_verifies_the_host(each):
    sync = values_of(each)["dags"]["gitSync"]
    assert ("sshKeySecret" in sync) == (each.dags == "git-sync-ssh") == ("knownHosts" in sync)
    assert ("credentialsSecret" in sync) == (each.dags == "git-sync-https")
    if each.dags == "git-sync-ssh":
        assert each.git_host.strip("[").partition("]")[0] in sync["knownHosts"]
        assert sync["knownHosts"].startswith((f"{each.git_host} ssh-", "#"))


def test_a_bundle_follows_the_branch_of_the_repository(each):
    for overlay, branch in (("", each.branch), ("dev", "dev")):
        bundles = values_of(each, overlay).get("dagProcessor", {}).get("dagBundleConfigList", [])
        expected = {
            "git_conn_id": "git_default",
            "repo_url": each.git_url,
            "tracking_ref": branch,
            "refresh_interval": 60,
        }
        if each.dags_folder != ".":
            expected["subdir"] = each.dags_folder
        assert [bundle["kwargs"] for bundle in bundles] == ([expected] if each.dags == "git-bundle" else [])


def test_no_value_is_a_secret_and_every_secret_is_named_in_one_place(each):
    values = values_of(each)
    named = {value for key, value in pairs(values) if key.endswith(KEYS_OF_SECRETS)}
    assert {"airflow-fernet-key", "airflow-api-secret-key", "airflow-jwt-secret"} <= named
    assert ("regcred" in named) != each.on_laptop
    assert all(re.fullmatch(r"airflow-[a-z-]+|regcred", name) for name in named)
    passwords = {value for key, value in pairs(values) if "pass" in key.lower() and not key.endswith("SecretName")}
    assert passwords <= {"$(AIRFLOW_ADMIN_PASSWORD)"}
    assert ("airflow-metadata" in named) == (each.database != "chart")
    assert "airflow-broker-url" in named  # the chart creates one that is unnamed, whatever the executor
    assert ("airflow-flower" in named) == each.has_flower


def test_a_connection_of_the_deployment_is_a_variable_from_a_secret(each):
    variables = {entry["envName"]: entry for entry in values_of(each).get("secret", [])}
    assert set(variables) == {f"AIRFLOW_CONN_{name.upper()}" for name in each.connections}
    assert all(entry["secretKey"] == name for name, entry in variables.items())
    logging = values_of(each)["config"].get("logging", {})
    if each.logs in {Logs.AZURE, Logs.S3}:
        assert logging["remote_log_conn_id"] in each.connections
        assert logging["remote_base_log_folder"].startswith("wasb" if each.logs is Logs.AZURE else "s3://")


def test_logs_are_kept_in_one_place(each):
    values = values_of(each)
    remote = values["config"].get("logging", {}).get("remote_logging") == "True"
    assert (values["logs"]["persistence"]["enabled"], remote) == {
        Logs.VOLUME: (True, False),
        Logs.AZURE: (False, True),
        Logs.S3: (False, True),
        Logs.NONE: (False, False),
    }[each.logs]


def test_a_small_node_gives_a_dag_file_more_time_than_its_imports(new):
    """A worker beside two starting components took more than Airflow's 30 seconds; the file's own limit comes after."""
    config = values_of(new(), "small")["config"]
    assert 30 < config["core"]["dagbag_import_timeout"] < config["dag_processor"]["dag_file_processor_timeout"]


def test_a_small_node_without_a_storage_class_binds_every_claim(each):
    """Its only claims are those of volumes.yaml; a laptop's cluster has a class."""
    claims = {"logs": {}, "redis": {}, "workers": {}}
    for values in (values_of(each), values_of(each, "small")):
        for name, claim in claims.items():
            part = values.get(name, {})
            claim.update((part.get("celery", {}) if name == "workers" else part).get("persistence", {}))
    for name, claim in claims.items():
        if claim.get("enabled") and not each.on_laptop:
            assert claim.get("existingClaim") == f"airflow-{name}"
            assert f"name: airflow-{name}" in files_of(each)["deploy/volumes.yaml"]


def test_workers_are_those_of_the_executor(each):
    workers = values_of(each)["workers"]
    assert set(workers) <= {"celery", "kubernetes"}
    assert ("celery" in workers) == each.celery
    if each.celery:
        keda = workers["celery"].get("keda")
        assert (keda is not None) == (each.worker_range is not None) != ("replicas" in workers["celery"])
    assert values_of(each)["redis"]["enabled"] is (each.celery and each.broker == "redis")


def test_nothing_waits_for_the_pods_before_the_migrations(each):
    """As plain Jobs they would block an upgrade within five minutes; as Helm's hooks, everything that waits."""
    files = files_of(each)
    for name in ("migrateDatabaseJob", "createUserJob"):
        job = values_of(each)[name]
        assert job["useHelmHooks"] is (each.deploy != "argocd")
        assert ("argocd.argoproj.io/hook" in job.get("jobAnnotations", {})) == (each.deploy == "argocd")
        assert job["applyCustomEnv"] is False
    assert not re.search(r"(upgrade|install) .*--wait", files["Makefile"])
    if each.deploy == "flux":
        release = documents_of(each, "deploy/flux.yaml")[-1]["spec"]
        assert release["install"]["disableWait"] is release["upgrade"]["disableWait"] is True
    if each.deploy == "terraform":
        assert re.search(r"^  wait += false$", files["deploy/main.tf"], re.MULTILINE)


def test_an_argo_application_takes_the_chart_from_its_home_and_the_values_from_the_repository(new):
    (application,) = documents_of(new(deploy="argocd", branch="trunk"), "deploy/argocd.yaml")
    chart, repository = application["spec"]["sources"]
    assert chart["targetRevision"] == versions.CHART
    assert chart["helm"]["valueFiles"] == [f"${repository['ref']}/deploy/values.yaml"]
    assert repository["targetRevision"] == "trunk"
    assert "deploy/values.yaml" in files_of(new(deploy="argocd", branch="trunk"))


def test_a_flux_release_reads_the_values_that_its_kustomization_has(new):
    kustomization = documents_of(new(deploy="flux"), "deploy/kustomization.yaml")[0]
    release = documents_of(new(deploy="flux"), "deploy/flux.yaml")[-1]
    (generator,) = kustomization["configMapGenerator"]
    (source,) = release["spec"]["valuesFrom"]
    assert (source["kind"], source["name"]) == ("ConfigMap", generator["name"])
    assert source["valuesKey"] in generator["files"]
    assert generator["namespace"] == release["metadata"]["namespace"]
    assert generator["options"]["disableNameSuffixHash"] is True


def manifests(repo):
    names = [f"deploy/{name}{suffix}.yaml" for name in ("volumes", "rbac") for suffix in ("", "-dev")]
    paths = [path for path in names if path in files_of(repo)]
    return [document for path in paths for document in documents_of(repo, path)]


def test_the_manifests_are_valid():
    import kubernetes_validate

    for text in {json.dumps(manifest) for repo in ALL for manifest in manifests(repo)}:
        manifest = json.loads(text)
        kubernetes_validate.validate(manifest, "1.30", strict=True)
        kubernetes_validate.validate(manifest, kubernetes_validate.latest_version(), strict=True)


@pytest.mark.parametrize("suffix", ["", "-dev"])
def test_each_volume_and_claim_name_each_other(each, suffix):
    found = documents_of(each, f"deploy/volumes{suffix}.yaml")
    volumes = {it["metadata"]["name"]: it for it in found if it and it["kind"] == "PersistentVolume"}
    claims = {it["metadata"]["name"]: it for it in found if it and it["kind"] == "PersistentVolumeClaim"}
    wanted = {
        "airflow-dags": each.dags == "volume",
        "airflow-logs": each.logs == "volume",
        "airflow-data": each.data_volume,
    }
    assert set(claims) == {name for name, is_wanted in wanted.items() if is_wanted}
    assert len(volumes) == len(claims)
    for name, claim in claims.items():
        volume = volumes[claim["spec"]["volumeName"]]
        assert volume["spec"]["claimRef"] == {"namespace": each.namespace + suffix, "name": name}
        assert claim["metadata"]["namespace"] == each.namespace + suffix
        assert volume["spec"]["storageClassName"] == claim["spec"]["storageClassName"] == ""
        assert claim["spec"]["resources"]["requests"]["storage"] == volume["spec"]["capacity"]["storage"]
    named = {value for key, value in pairs([values_of(each), values_of(each, "small")]) if key == "existingClaim"}
    assert named <= set(claims)


@pytest.mark.parametrize(
    ("laptop", "commands"),
    {
        "minikube": ["minikube start", "minikube image load", "minikube mount"],
        "kind": ["kind create cluster", "kind load docker-image"],
        "docker-desktop": ["kubectl config use-context docker-desktop", "mount --bind"],
    }.items(),
)
def test_a_laptop_has_its_own_commands_and_its_node_sees_the_dags(new, laptop, commands):
    repo = new(laptop=laptop, dags="volume", executor="CeleryExecutor", logs="none", dags_folder="src/dags")
    makefile = files_of(repo)["Makefile"]
    assert all(command in makefile for command in commands)
    volume = next(
        it["spec"]["hostPath"]["path"]
        for it in documents_of(repo, "deploy/volumes.yaml")
        if it["kind"] == "PersistentVolume" and it["metadata"]["name"].endswith("dags")
    )
    if laptop == "kind":
        (mount,) = documents_of(repo, "deploy/kind.yaml")[0]["nodes"][0]["extraMounts"]
        assert (mount["hostPath"], mount["containerPath"]) == ("src/dags", volume)
    else:
        mounted = re.search(r"/src/dags\W+(/mnt\S+)", makefile)[1].strip('"')
        assert volume.endswith(mounted.removeprefix("/mnt/wsl"))
    classes = {value for key, value in pairs(values_of(repo)) if key == "storageClassName"}
    assert classes == {"hostpath" if laptop == "docker-desktop" else "standard"}


@pytest.mark.parametrize("suffix", ["", "-dev"])
def test_pods_in_other_namespaces_are_allowed_to_the_accounts_that_start_them(each, suffix):
    found = documents_of(each, f"deploy/rbac{suffix}.yaml")
    assert {it["metadata"]["namespace"] for it in found} == set(each.pod_namespaces)
    for binding in (it for it in found if it["kind"] == "RoleBinding"):
        accounts = {subject["name"]: subject["namespace"] for subject in binding["subjects"]}
        assert set(accounts.values()) == {each.namespace + suffix}
        assert binding["roleRef"]["name"] == f"airflow{suffix}-pod-launcher"
        assert ("airflow-worker" in accounts) == each.celery
        assert ("airflow-worker-kubernetes" in accounts) == each.kubernetes


def test_every_command_of_the_readme_is_in_the_makefile(each):
    files = files_of(each)
    targets = set(re.findall(r"^([a-z-]+):", files["Makefile"], re.MULTILINE))
    for path in ("README.md", "deploy/CHECKLIST.md", "deploy/values.yaml"):
        assert set(re.findall(r"`make ([a-z-]+)", files[path])) <= targets, path


@pytest.mark.skipif(not shutil.which("make"), reason="no make")
@pytest.mark.parametrize("deploy", ["helm", "argocd", "flux", "terraform"])
def test_the_makefile_pins_chart_namespace_and_values(new, deploy, tmp_path):
    repo = new(deploy=deploy, namespace="data")
    for path, text in files_of(repo).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)

    def made(*arguments):
        line = ["make", "--dry-run", *arguments]
        return subprocess.run(line, cwd=tmp_path, check=True, capture_output=True, text=True).stdout

    shown = made("diff", "ENV=dev", "SMALL=1")
    assert f"--version {versions.CHART}" in shown
    assert "--namespace data-dev" in shown
    files = re.findall(r"--values (\S+)", shown)
    assert files == ["deploy/values.yaml", "deploy/values-small.yaml", "deploy/values-dev.yaml"]
    assert "registry.example.com/airflow:3.3.2-1" in made("image")
    assert re.findall(r"--values (\S+)", made("secrets")) == ["deploy/values.yaml"]
    assert "--filename deploy/volumes-dev.yaml" in made("volumes", "ENV=dev")
    assert "--namespace data-dev wait" in made("volumes", "ENV=dev")
    assert "--filename deploy/volumes.yaml" in made("volumes")


def test_the_defaults_are_what_they_were():
    values = values_of(answers())
    assert values["executor"] == "KubernetesExecutor"
    assert values["dags"]["gitSync"]["repo"] == "git@github.com:example/airflow-dags.git"
    assert values["env"] == [{"name": "PYTHONPATH", "value": "/opt/airflow/dags/repo"}]
    assert values["logs"] == {"persistence": {"enabled": True, "size": "20Gi"}}
