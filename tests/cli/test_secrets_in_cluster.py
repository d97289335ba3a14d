"""`airflowkit secrets` on a real API server."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cryptography.fernet import Fernet, MultiFernet

from cli.secret_commands import COMMAND, GIVEN, KEYS, PLANTED, URL, VALUES, Session


@pytest.fixture
def cluster():
    """A namespace of the API server, and kubectl for it."""
    namespace = f"secrets-{os.getpid()}-{time.monotonic_ns() % 10**9}"

    def kubectl(*arguments, content=None):
        command = ["kubectl", "--namespace", namespace, *arguments]
        return subprocess.run(command, input=content, capture_output=True, text=True, check=True).stdout

    kubectl("create", "namespace", namespace)
    yield namespace, kubectl
    kubectl("delete", "namespace", namespace, "--wait=false")


def in_cluster(kubectl) -> dict[str, dict[str, str]]:
    items = json.loads(kubectl("get", "secret", "--output=json"))["items"]
    return {
        it["metadata"]["name"]: {key: base64.b64decode(value).decode() for key, value in it.get("data", {}).items()}
        for it in items
    }


@pytest.mark.apiserver
def test_apply_creates_what_is_missing_and_check_then_finds_everything(deployment, secrets, cluster):
    namespace, kubectl = cluster
    status, out, _ = secrets("--check", "-n", namespace)
    assert status == 1
    missing = re.findall(r"^(\S+) is missing \(keys: (\S+)\)$", out, re.MULTILINE)
    assert sorted(missing) == sorted((name, *keys) for name, keys in KEYS.items())
    status, out, _ = secrets("--apply", "-n", namespace, *GIVEN)
    assert status == 0
    found = in_cluster(kubectl)
    assert {name: set(data) for name, data in found.items()} == KEYS
    assert found["airflow-metadata"]["connection"] == URL
    assert not [value for data in found.values() for value in data.values() if value in out]
    assert secrets("--check", "-n", namespace)[0] == 0
    # in no annotation either
    assert PLANTED not in kubectl("get", "secret", "-o", "jsonpath={.items[*].metadata}")
    assert base64.b64encode(URL.encode()).decode() not in kubectl(
        "get", "secret", "-o", "jsonpath={.items[*].metadata}"
    )


@pytest.mark.apiserver
def test_apply_adds_missing_and_empty_keys_and_overwrites_nothing(deployment, secrets, cluster):
    namespace, kubectl = cluster
    kubectl("create", "secret", "generic", "airflow-metadata", "--from-literal=other=kept")
    kubectl("create", "secret", "generic", "airflow-admin", "--from-literal=password=")
    kubectl("create", "secret", "generic", "airflow-jwt-secret", "--from-literal=jwt-secret=" + "j" * 40)
    assert secrets("--apply", "-n", namespace, *GIVEN)[0] == 0
    first = in_cluster(kubectl)
    assert first["airflow-metadata"] == {"other": "kept", "connection": URL}
    assert first["airflow-jwt-secret"] == {"jwt-secret": "j" * 40}
    assert first["airflow-admin"]["password"]
    # a key more, in a Secret that airflowkit applied: server-side apply would drop what is left out
    more = "secret: [{envName: T, secretName: airflow-api-secret-key, secretKey: token}]\n"
    (deployment / "deploy/values.yaml").write_text(VALUES + more)
    (deployment / "token").write_text("t0ken")
    status, out, err = secrets("--apply", "-n", namespace, "--from-file", "airflow-api-secret-key/token=token", *GIVEN)
    assert (status, "added to airflow-api-secret-key" in out) == (0, True)
    assert "airflow-metadata/connection: exists" in err
    second = in_cluster(kubectl)
    assert second == first | {"airflow-api-secret-key": first["airflow-api-secret-key"] | {"token": "t0ken"}}


@pytest.mark.apiserver
def test_replace_changes_the_named_secret_only(deployment, secrets, cluster):
    namespace, kubectl = cluster
    kubectl("create", "secret", "generic", "airflow-metadata", "--from-literal=connection=old")
    secrets("--apply", "-n", namespace)
    before = in_cluster(kubectl)
    assert secrets("--apply", "-n", namespace, "--replace", "airflow-metadata", *GIVEN)[0] == 0
    assert in_cluster(kubectl) == before | {"airflow-metadata": {"connection": URL}}


@pytest.mark.apiserver
def test_check_names_what_is_wrong_without_showing_it(deployment, secrets, cluster):
    namespace, kubectl = cluster
    (deployment / "deploy/values.yaml").write_text(VALUES + "imagePullSecrets: [regcred]\n")
    secrets("--apply", "-n", namespace, *GIVEN, "--from-file", "regcred/.dockerconfigjson=" + _registry(deployment))
    assert secrets("--check", "-n", namespace)[0] == 0
    kubectl("delete", "secret", "regcred", "airflow-metadata", "airflow-fernet-key")
    kubectl("create", "secret", "generic", "regcred", f"--from-file=.dockerconfigjson={_registry(deployment)}")
    kubectl("create", "secret", "generic", "airflow-metadata", "--from-file=connection=database-url")
    kubectl("create", "secret", "generic", "airflow-fernet-key", f"--from-literal=fernet-key={PLANTED}")
    status, out, _ = secrets("--check", "-n", namespace)
    assert status == 1
    assert "airflow-metadata/connection ends with a newline" in out
    assert "airflow-fernet-key/fernet-key is not a Fernet key" in out
    assert "regcred has type Opaque" in out
    assert len(out.splitlines()) == 3


def _registry(deployment):
    file = deployment / "config.json"
    file.write_text(json.dumps({"auths": {"r.example.com": {"username": "u", "password": PLANTED}}}))
    return str(file)


@pytest.mark.apiserver
def test_a_rotation_keeps_what_the_old_key_encrypted_and_finishing_it_drops_the_old_key(deployment, secrets, cluster):
    namespace, kubectl = cluster
    secrets("--apply", "-n", namespace, *GIVEN)
    old = in_cluster(kubectl)["airflow-fernet-key"]["fernet-key"]
    token = Fernet(old).encrypt(b"a connection")
    status, out, _ = secrets("--rotate", "fernet", "-n", namespace)
    assert status == 0
    assert "airflow rotate-fernet-key" in out
    assert "rollout restart" in out
    keys = in_cluster(kubectl)["airflow-fernet-key"]["fernet-key"]
    new = keys.split(",")[0]
    assert keys == f"{new},{old}"
    assert not [key for key in (new, old) if key in out]
    both = MultiFernet([Fernet(key) for key in keys.split(",")])
    assert both.decrypt(token) == b"a connection"
    rotated = both.rotate(token)
    assert secrets("--check", "-n", namespace)[0] == 0
    assert secrets("--rotate", "fernet-finish", "-n", namespace)[0] == 2  # nobody to ask
    session = Session("--rotate", "fernet-finish", "-n", namespace, cwd=deployment)
    session.expect("[y/N]")
    session.send("y\r")
    assert session.end() == 0
    assert in_cluster(kubectl)["airflow-fernet-key"]["fernet-key"] == new
    assert Fernet(new).decrypt(rotated) == b"a connection"


@pytest.mark.apiserver
@pytest.mark.parametrize("key", [PLANTED, ""])
def test_a_rotation_of_what_is_not_a_key_changes_nothing(deployment, secrets, cluster, key):
    namespace, kubectl = cluster
    kubectl("create", "secret", "generic", "airflow-fernet-key", f"--from-literal=fernet-key={key}")
    assert secrets("--rotate", "fernet", "-n", namespace)[0] == 2
    assert in_cluster(kubectl)["airflow-fernet-key"] == {"fernet-key": key}


@pytest.mark.apiserver
def test_a_namespace_that_does_not_exist_and_a_user_without_rights_are_one_line_each(deployment, secrets, monkeypatch):
    status, _, err = secrets("--apply", "-n", "no-such-namespace", *GIVEN)
    assert (status, err.count("\n")) == (2, 1)
    assert "kubectl create namespace no-such-namespace" in err
    plain = Path(os.environ["KUBECONFIG"]).with_name("plain.kubeconfig")
    if plain.exists():
        monkeypatch.setenv("KUBECONFIG", str(plain))
        status, _, err = secrets("--check", "-n", "default")
        assert (status, err.count("\n")) == (2, 1)
        assert "forbidden" in err


@pytest.mark.apiserver
def test_what_the_api_server_refuses_changes_nothing_at_all(deployment, secrets, cluster):
    namespace, kubectl = cluster
    kubectl("create", "secret", "generic", "airflow-metadata", "--from-literal=other=x")
    kubectl("patch", "secret", "airflow-metadata", "--patch", '{"immutable": true}')
    status, _, err = secrets("--apply", "-n", namespace, *GIVEN)
    assert (status, err.count("\n")) == (2, 1)
    assert "immutable" in err
    assert in_cluster(kubectl) == {"airflow-metadata": {"other": "x"}}


@pytest.mark.apiserver
def test_no_argument_of_any_process_and_no_readable_file_has_a_value(deployment, cluster, tmp_path):
    namespace, _ = cluster
    command = [*COMMAND, "--apply", "-n", namespace, "--output", "deploy/secrets.yaml", *GIVEN]
    watch = [sys.executable, "-c", _WATCH, str(deployment), PLANTED]
    with subprocess.Popen(watch, stdout=subprocess.PIPE, text=True) as watcher:
        assert watcher.stdout.readline() == "ready\n"
        ended = subprocess.run(command, cwd=deployment, capture_output=True, text=True, check=False)
        watcher.terminate()
        seen = watcher.stdout.read()
    assert ended.returncode == 0, ended.stderr
    assert PLANTED not in ended.stdout + ended.stderr
    assert seen == ""


_WATCH = """
import os, stat, sys
from pathlib import Path
folder, planted = Path(sys.argv[1]), sys.argv[2].encode()
(folder / "database-url").chmod(0o600)
print("ready", flush=True)
while True:
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_bytes()
        except OSError:
            continue
        if planted in line and int(process.name) != os.getpid():
            print("argument", line.split(planted)[0], flush=True)
    for file in folder.rglob("*"):
        try:
            if file.is_file() and stat.S_IMODE(file.stat().st_mode) & 0o077 and planted in file.read_bytes():
                print("file", file, flush=True)
        except OSError:
            continue
"""
