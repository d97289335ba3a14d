"""`airflowkit secrets` with files: what is written, what is refused, and that no value is ever seen."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from cli.secret_commands import COMMAND, GIVEN, KEYS, PLANTED, URL, VALUES, written

FOLLOWING = """
executor: CeleryExecutor
data: {metadataSecretName: meta, resultBackendSecretName: results, brokerUrlSecretName: broker}
redis: {passwordSecretName: redis}
pgbouncer: {enabled: true, configSecretName: bouncer, metricsExporterSidecar: {statsSecretName: stats}}
workers: {celery: {keda: {enabled: true, usePgbouncer: false}}}
createUserJob: {enabled: false}
"""


def test_the_file_has_each_secret_with_exactly_its_keys_and_only_its_owner_can_read_it(deployment, secrets):
    file = deployment / "deploy/secrets.yaml"
    status, out, err = secrets("--output", file, *GIVEN)
    assert (status, err) == (0, "")
    found = written(file)
    assert {name: set(data) for name, data in found.items()} == KEYS
    assert found["airflow-metadata"]["connection"] == URL
    assert Fernet(found["airflow-fernet-key"]["fernet-key"])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not [value for data in found.values() for value in data.values() if value in out]
    assert sorted(path.name for path in file.parent.iterdir()) == ["secrets.yaml", "values.yaml"]


def test_a_second_output_keeps_what_the_file_has_and_adds_what_is_missing(deployment, secrets):
    file = deployment / "deploy/secrets.yaml"
    secrets("--output", file, *GIVEN)
    before = written(file)
    file.chmod(0o644)
    (deployment / "deploy/values.yaml").write_text(VALUES + "secret: [{envName: T, secretName: t, secretKey: k}]\n")
    (deployment / "token").write_text("two-of-k\n")
    assert secrets("--output", file, "--from-file", "t/k=token")[0] == 0
    assert written(file) == before | {"t": {"k": "two-of-k"}}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_replace_makes_one_secret_again_but_never_forgets_a_fernet_key(deployment, secrets):
    file = deployment / "deploy/secrets.yaml"
    secrets("--output", file, *GIVEN)
    before = written(file)
    assert secrets("--output", file, "--replace", "airflow-admin")[0] == 0
    after = written(file)
    assert {name for name in KEYS if before[name] != after[name]} == {"airflow-admin"}
    status, _, err = secrets("--output", file, "--replace", "airflow-fernet-key")
    assert status == 2
    assert "--rotate fernet" in err
    assert written(file) == after


def ignored_by_nobody(deployment):
    return deployment / "secrets.yaml"


def excepted(deployment):
    return deployment / "deploy/secrets-but-not-this.yaml"


def tracked(deployment):
    file = deployment / "deploy/secrets.yaml"
    file.touch()
    subprocess.run(["git", "add", "-f", file], cwd=deployment, check=True)
    return file


def linked(deployment):
    (deployment / "deploy/secrets.yaml").symlink_to(deployment / "README.md")
    return deployment / "deploy/secrets.yaml"


def in_a_submodule(deployment):
    inner = deployment / "deploy/inner"
    subprocess.run(["git", "init", "-q", inner], check=True)
    return inner / "secrets.yaml"


def a_folder(deployment):
    return deployment / "deploy"


def in_no_folder(deployment):
    return deployment / "none/secrets.yaml"


def a_terminal(deployment):
    return Path(os.devnull)


def something_else(deployment):
    file = deployment / "deploy/secrets.yaml"
    file.write_text(f"kind: ConfigMap\nvalue: {PLANTED}\n")
    return file


def not_yaml(deployment):
    file = deployment / "deploy/secrets.yaml"
    file.write_text(f"stringData: [{PLANTED}\nkind: Secret")
    return file


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        (ignored_by_nobody, "git does not ignore"),
        (excepted, "git does not ignore"),
        (tracked, "git tracks"),
        (linked, "git does not ignore"),
        (in_a_submodule, "git does not ignore"),
        (a_folder, "is not a file"),
        (in_no_folder, "there is no folder"),
        (a_terminal, "is not a file"),
        (something_else, "is not a Secret"),
        (not_yaml, "not valid YAML"),
    ],
)
def test_a_file_that_git_could_commit_or_that_is_something_else_is_refused(deployment, secrets, place, reason):
    file = place(deployment)
    before = file.read_bytes() if file.is_file() else None
    status, out, err = secrets("--output", file, *GIVEN)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert reason in err
    assert (file.read_bytes() if file.is_file() else None) == before


@pytest.mark.parametrize("variable", ["GIT_DIR", "GIT_WORK_TREE"])
def test_a_hook_of_another_repository_does_not_deceive_it(deployment, secrets, monkeypatch, tmp_path, variable):
    subprocess.run(["git", "init", "-q", tmp_path / "other"], check=True)
    monkeypatch.setenv(variable, str(tmp_path / "other/.git" if variable == "GIT_DIR" else tmp_path / "other"))
    assert "git does not ignore" in secrets("--output", "secrets.yaml", *GIVEN)[2]


def test_a_file_outside_of_git_is_fine(deployment, secrets, tmp_path):
    assert secrets("--output", tmp_path / "secrets.yaml", *GIVEN)[0] == 0


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((), "no action"),
        (("--output", "deploy/secrets.yaml"), "no value for airflow-metadata/connection"),
        (("--output", "deploy/secrets.yaml", "--from-file", PLANTED), "not NAME/KEY=PATH"),
        (
            ("--output", "deploy/secrets.yaml", "--from-file", f"airflow-metadata/connection={PLANTED}"),
            "cannot be read",
        ),
        (
            ("--output", "deploy/secrets.yaml", "--from-file", "airflow-meta/connection=database-url"),
            "airflow-metadata",
        ),
        (("--output", "deploy/secrets.yaml", "--from-file", "airflow-metadata/conn=database-url"), "connection"),
        (("--output", "deploy/secrets.yaml", *GIVEN, *GIVEN), "twice"),
        (
            ("--output", "deploy/secrets.yaml", "--from-file", "airflow-fernet-key/fernet-key=database-url"),
            "Fernet key",
        ),
        (("--output", "deploy/secrets.yaml", "--replace", "airflow-admim"), "airflow-admin"),
        (("--check", *GIVEN), "add --apply or --output"),
        (("--rotate", "fernet", "--apply"), "--rotate"),
        (("--output", "deploy/secrets.yaml", "--values", "none.yaml"), "none.yaml cannot be read"),
        (("--output", "deploy/secrets.yaml", "--values", "database-url"), "not a values file"),
        (("--check", "--context", "no-such-context"), "kubectl get failed"),
        (("--check",), "kubectl knows no cluster here: set KUBECONFIG, or use --output FILE"),
    ],
)
def test_wrong_use_is_one_line_and_status_2_and_changes_nothing(deployment, secrets, arguments, reason, monkeypatch):
    monkeypatch.setenv("KUBECONFIG", "/nowhere")
    before = {path: path.read_bytes() for path in deployment.rglob("*") if path.is_file()}
    status, out, err = secrets(*arguments)
    assert (status, out, err.count("\n")) == (2, "", 1), err
    assert reason in err
    assert {path: path.read_bytes() for path in deployment.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("content", [URL.replace("@db", "@@db"), f"{{{PLANTED}", f"\udcff{PLANTED}", f"{URL}\n{URL}"])
def test_a_bad_value_in_a_file_is_refused_without_being_shown(deployment, secrets, content):
    (deployment / "database-url").write_bytes(content.encode(errors="surrogateescape"))
    status, _, err = secrets("--output", "deploy/secrets.yaml", *GIVEN)
    assert (status, err.count("\n")) == (2, 1)
    assert "airflow-metadata/connection" in err


def test_values_that_are_not_yaml_are_refused_without_a_line_of_them(deployment, secrets):
    (deployment / "deploy/values.yaml").write_text(f"fernetKey: [{PLANTED}\nx: y")
    status, _, err = secrets("--output", "deploy/secrets.yaml")
    assert (status, err.count("\n")) == (2, 1)
    assert "line 2" in err


@pytest.mark.parametrize(("hosts", "noted"), [("", True), (", knownHosts: 'github.com ssh-ed25519 AAAA'", False)])
def test_a_server_that_git_sync_would_not_verify_is_noted(deployment, secrets, hosts, noted):
    git_sync = f"dags: {{gitSync: {{enabled: true, sshKeySecret: git-ssh{hosts}}}}}\n"
    (deployment / "deploy/values.yaml").write_text(VALUES + git_sync)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "key"], check=True)
    status, _, err = secrets("--output", "deploy/secrets.yaml", *GIVEN, "--from-file", "git-ssh/gitSshKey=key")
    assert (status, "knownHosts is empty" in err) == (0, noted)
    assert written(deployment / "deploy/secrets.yaml")["git-ssh"] == {"gitSshKey": (deployment / "key").read_text()}


def test_no_kubectl_is_needed_for_a_file_and_is_named_where_it_is(deployment, secrets, monkeypatch, tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/git").symlink_to(shutil.which("git"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert secrets("--output", "deploy/secrets.yaml", *GIVEN)[0] == 0
    assert "kubectl is not installed" in secrets("--apply", *GIVEN)[2]


def test_a_value_comes_through_a_pipe(deployment):
    script = f"{COMMAND[0]} secrets -o deploy/secrets.yaml --from-file airflow-metadata/connection=<(cat database-url)"
    subprocess.run(["bash", "-c", script], check=True, capture_output=True)
    assert written(deployment / "deploy/secrets.yaml")["airflow-metadata"]["connection"] == URL


def test_a_fault_of_ours_shows_its_traceback_without_the_values(deployment, secrets, monkeypatch):
    def broken(path, text):
        raise RuntimeError(text)

    monkeypatch.setattr("airflowkit.deploy.secrets.work.write_output", broken)
    status, _, err = secrets("--output", "deploy/secrets.yaml", *GIVEN)
    assert status == 1
    assert "RuntimeError" in err
    assert "in broken" in err


def test_only_what_does_not_follow_from_others_is_asked_for(deployment, secrets):
    (deployment / "deploy/values.yaml").write_text(
        FOLLOWING + "dags: {gitSync: {enabled: true, credentialsSecret: git}}\n"
    )
    _, _, err = secrets("-o", "deploy/secrets.yaml")
    expected = "no value for meta/connection, git/GITSYNC_USERNAME, git/GITSYNC_PASSWORD."
    assert expected in err


def test_pgbouncer_celery_and_keda_follow_from_the_database(deployment, secrets):
    (deployment / "deploy/values.yaml").write_text(FOLLOWING)
    options = ("--release", "prod", "--namespace", "data")
    assert secrets("-o", "deploy/secrets.yaml", *options, "--from-file", "meta/connection=database-url")[0] == 0
    found = written(deployment / "deploy/secrets.yaml")
    login = f"airflow:{PLANTED}"
    assert found["meta"] == {
        "connection": f"postgresql://{login}@prod-pgbouncer.data:6543/prod-metadata?sslmode=disable",
        "kedaConnection": URL,
    }
    assert found["results"]["connection"] == found["meta"]["connection"].replace("postgresql", "db+postgresql").replace(
        "prod-metadata", "prod-result-backend"
    )
    assert found["stats"]["connection"] == f"postgresql://{login}@127.0.0.1:6543/pgbouncer?sslmode=disable"
    assert found["broker"]["connection"] == f"redis://:{found['redis']['password']}@prod-redis:6379/0"
    assert found["bouncer"]["users.txt"] == f'"airflow" "{PLANTED}"\n'
    assert "prod-metadata = host=db.example.com port=5432 dbname=airflow" in found["bouncer"]["pgbouncer.ini"]
    assert "server_tls_sslmode = require" in found["bouncer"]["pgbouncer.ini"]


@pytest.mark.parametrize("when", [0.0, 0.02, 0.1])
def test_a_writer_that_is_killed_leaves_the_old_file_or_the_new_one(deployment, secrets, when):
    secrets("--output", "deploy/secrets.yaml", *GIVEN)
    before = (deployment / "deploy/secrets.yaml").read_bytes()
    program = """
from pathlib import Path
from airflowkit.deploy.secrets.output import write_output
print("ready", flush=True)
for _ in range(400):
    write_output(Path("deploy/secrets.yaml"), "x" * 5_000_000)
"""
    with subprocess.Popen([sys.executable, "-c", program], cwd=deployment, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        time.sleep(when)
        process.send_signal(signal.SIGINT)
    after = (deployment / "deploy/secrets.yaml").read_bytes()
    assert after in (before, b"x" * 5_000_000)
    assert sorted(path.name for path in (deployment / "deploy").iterdir()) == ["secrets.yaml", "values.yaml"]


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ("secret: 5", "secret"),
        ("secret: {a: b}", "secret"),
        ("extraSecrets: [a]", "extraSecrets"),
        ("imagePullSecrets: 7", "imagePullSecrets"),
        ("dags: []", "dags"),
        ("dags: {gitSync: 5}", "dags.gitSync"),
        ("ingress: {apiServer: {enabled: true, annotations: 5, hosts: []}}", "ingress.apiServer.annotations"),
        ("pgbouncer: yes", "pgbouncer"),
    ],
)
def test_a_value_in_a_form_that_the_chart_does_not_take_is_named(deployment, secrets, values, place):
    (deployment / "odd.yaml").write_text(values)
    status, out, err = secrets("--output", "deploy/secrets.yaml", "--values", "odd.yaml")
    assert (status, out, err.count("\n")) == (2, "", 1), err
    assert f"{place} in the values is not a " in err


def test_a_link_that_leads_to_itself_is_no_place_for_secrets(deployment, secrets):
    (deployment / "deploy/secrets-loop.yaml").symlink_to("secrets-loop.yaml")
    status, _out, err = secrets("--output", "deploy/secrets-loop.yaml", *GIVEN)
    assert status in {0, 2}
    assert "Traceback" not in err
