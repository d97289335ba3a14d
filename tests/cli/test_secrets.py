"""`airflowkit secrets` as a user calls it: files, terminals, clusters, and that no value is ever seen."""

from __future__ import annotations

import base64
import json
import os
import pty
import re
import select
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from cryptography.fernet import Fernet, MultiFernet

from airflowkit.cli.app import main

COMMAND = [str(Path(sys.executable).with_name("airflowkit")), "secrets"]
PLANTED = "pl4nted-Secr3t-hunter2"
URL = f"postgresql://airflow:{PLANTED}@db.example.com:5432/airflow?sslmode=require"
VALUES = """
airflowVersion: "3.3.2"
executor: KubernetesExecutor
redis: {enabled: false}
fernetKeySecretName: airflow-fernet-key
apiSecretKeySecretName: airflow-api-secret-key
jwtSecretName: airflow-jwt-secret
data: {metadataSecretName: airflow-metadata}
createUserJob:
  env: [{name: AIRFLOW_ADMIN_PASSWORD, valueFrom: {secretKeyRef: {name: airflow-admin, key: password}}}]
"""
KEYS = {
    "airflow-fernet-key": {"fernet-key"},
    "airflow-api-secret-key": {"api-secret-key"},
    "airflow-jwt-secret": {"jwt-secret"},
    "airflow-metadata": {"connection"},
    "airflow-admin": {"password"},
}
GIVEN = ("--from-file", "airflow-metadata/connection=database-url")


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A git repository with values, a file with a value, and a .gitignore."""
    folder = tmp_path / "repository"
    (folder / "deploy").mkdir(parents=True)
    (folder / "deploy/values.yaml").write_text(VALUES)
    (folder / "database-url").write_text(URL + "\n")
    (folder / ".gitignore").write_text("deploy/secrets*.yaml\n!deploy/secrets-but-not-this.yaml\n")
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def run(monkeypatch, capsys):
    """The command as its script calls it, without a terminal; nothing of what it prints is a value."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["airflowkit", "secrets", *map(str, arguments)])
        with Path(os.devnull).open() as nothing:
            monkeypatch.setattr(sys, "stdin", nothing)
            with pytest.raises(SystemExit) as ended:
                main()
        output = capsys.readouterr()
        assert PLANTED not in output.out + output.err
        return ended.value.code, output.out, output.err

    return call


def written(file: Path) -> dict[str, dict[str, str]]:
    return {it["metadata"]["name"]: it.get("stringData", {}) for it in yaml.safe_load_all(file.read_text())}


def test_the_file_has_each_secret_with_exactly_its_keys_and_only_its_owner_can_read_it(repository, run):
    file = repository / "deploy/secrets.yaml"
    status, out, err = run("--output", file, *GIVEN)
    assert (status, err) == (0, "")
    found = written(file)
    assert {name: set(data) for name, data in found.items()} == KEYS
    assert found["airflow-metadata"]["connection"] == URL
    assert Fernet(found["airflow-fernet-key"]["fernet-key"])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not [value for data in found.values() for value in data.values() if value in out]
    assert sorted(path.name for path in file.parent.iterdir()) == ["secrets.yaml", "values.yaml"]


def test_a_second_output_keeps_what_the_file_has_and_adds_what_is_missing(repository, run):
    file = repository / "deploy/secrets.yaml"
    run("--output", file, *GIVEN)
    before = written(file)
    file.chmod(0o644)
    (repository / "deploy/values.yaml").write_text(VALUES + "secret: [{envName: T, secretName: t, secretKey: k}]\n")
    (repository / "token").write_text("more\n")
    assert run("--output", file, "--from-file", "t/k=token")[0] == 0
    assert written(file) == before | {"t": {"k": "more"}}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_replace_makes_one_secret_again_but_never_forgets_a_fernet_key(repository, run):
    file = repository / "deploy/secrets.yaml"
    run("--output", file, *GIVEN)
    before = written(file)
    assert run("--output", file, "--replace", "airflow-admin")[0] == 0
    after = written(file)
    assert {name for name in KEYS if before[name] != after[name]} == {"airflow-admin"}
    status, _, err = run("--output", file, "--replace", "airflow-fernet-key")
    assert status == 2
    assert "--rotate fernet" in err
    assert written(file) == after


def ignored_by_nobody(repository):
    return repository / "secrets.yaml"


def excepted(repository):
    return repository / "deploy/secrets-but-not-this.yaml"


def tracked(repository):
    file = repository / "deploy/secrets.yaml"
    file.touch()
    subprocess.run(["git", "add", "-f", file], cwd=repository, check=True)
    return file


def linked(repository):
    (repository / "deploy/secrets.yaml").symlink_to(repository / "README.md")
    return repository / "deploy/secrets.yaml"


def in_a_submodule(repository):
    inner = repository / "deploy/inner"
    subprocess.run(["git", "init", "-q", inner], check=True)
    return inner / "secrets.yaml"


def a_folder(repository):
    return repository / "deploy"


def in_no_folder(repository):
    return repository / "none/secrets.yaml"


def a_terminal(repository):
    return Path(os.devnull)


def something_else(repository):
    file = repository / "deploy/secrets.yaml"
    file.write_text(f"kind: ConfigMap\nvalue: {PLANTED}\n")
    return file


def not_yaml(repository):
    file = repository / "deploy/secrets.yaml"
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
def test_a_file_that_git_could_commit_or_that_is_something_else_is_refused(repository, run, place, reason):
    file = place(repository)
    before = file.read_bytes() if file.is_file() else None
    status, out, err = run("--output", file, *GIVEN)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert reason in err
    assert (file.read_bytes() if file.is_file() else None) == before


@pytest.mark.parametrize("variable", ["GIT_DIR", "GIT_WORK_TREE"])
def test_a_hook_of_another_repository_does_not_deceive_it(repository, run, monkeypatch, tmp_path, variable):
    subprocess.run(["git", "init", "-q", tmp_path / "other"], check=True)
    monkeypatch.setenv(variable, str(tmp_path / "other/.git" if variable == "GIT_DIR" else tmp_path / "other"))
    assert "git does not ignore" in run("--output", "secrets.yaml", *GIVEN)[2]


def test_a_file_outside_of_git_is_fine(repository, run, tmp_path):
    assert run("--output", tmp_path / "secrets.yaml", *GIVEN)[0] == 0


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
    ],
)
def test_wrong_use_is_one_line_and_status_2_and_changes_nothing(repository, run, arguments, reason, monkeypatch):
    monkeypatch.setenv("KUBECONFIG", "/nowhere")
    before = {path: path.read_bytes() for path in repository.rglob("*") if path.is_file()}
    status, out, err = run(*arguments)
    assert (status, out, err.count("\n")) == (2, "", 1), err
    assert reason in err
    assert {path: path.read_bytes() for path in repository.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("content", [URL.replace("@db", "@@db"), f"{{{PLANTED}", f"\udcff{PLANTED}", f"{URL}\n{URL}"])
def test_a_bad_value_in_a_file_is_refused_without_being_shown(repository, run, content):
    (repository / "database-url").write_bytes(content.encode(errors="surrogateescape"))
    status, _, err = run("--output", "deploy/secrets.yaml", *GIVEN)
    assert (status, err.count("\n")) == (2, 1)
    assert "airflow-metadata/connection" in err


def test_values_that_are_not_yaml_are_refused_without_a_line_of_them(repository, run):
    (repository / "deploy/values.yaml").write_text(f"fernetKey: [{PLANTED}\nx: y")
    status, _, err = run("--output", "deploy/secrets.yaml")
    assert (status, err.count("\n")) == (2, 1)
    assert "line 2" in err


@pytest.mark.parametrize(("hosts", "noted"), [("", True), (", knownHosts: 'github.com ssh-ed25519 AAAA'", False)])
def test_a_server_that_git_sync_would_not_verify_is_noted(repository, run, hosts, noted):
    git_sync = f"dags: {{gitSync: {{enabled: true, sshKeySecret: git-ssh{hosts}}}}}\n"
    (repository / "deploy/values.yaml").write_text(VALUES + git_sync)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "key"], check=True)
    status, _, err = run("--output", "deploy/secrets.yaml", *GIVEN, "--from-file", "git-ssh/gitSshKey=key")
    assert (status, "knownHosts is empty" in err) == (0, noted)
    assert written(repository / "deploy/secrets.yaml")["git-ssh"] == {"gitSshKey": (repository / "key").read_text()}


def test_no_kubectl_is_needed_for_a_file_and_is_named_where_it_is(repository, run, monkeypatch, tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/git").symlink_to(shutil.which("git"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert run("--output", "deploy/secrets.yaml", *GIVEN)[0] == 0
    assert "kubectl is not installed" in run("--apply", *GIVEN)[2]


def test_a_value_comes_through_a_pipe(repository):
    script = f"{COMMAND[0]} secrets -o deploy/secrets.yaml --from-file airflow-metadata/connection=<(cat database-url)"
    subprocess.run(["bash", "-c", script], check=True, capture_output=True)
    assert written(repository / "deploy/secrets.yaml")["airflow-metadata"]["connection"] == URL


def test_a_fault_of_ours_shows_its_traceback_without_the_values(repository, run, monkeypatch):
    def broken(path, text):
        raise RuntimeError(text)

    monkeypatch.setattr("airflowkit.deploy.secrets.work.write_output", broken)
    status, _, err = run("--output", "deploy/secrets.yaml", *GIVEN)
    assert status == 1
    assert "RuntimeError" in err
    assert "in broken" in err


def test_pgbouncer_celery_and_keda_follow_from_the_database(repository, run):
    (repository / "deploy/values.yaml").write_text("""
executor: CeleryExecutor
data: {metadataSecretName: meta, resultBackendSecretName: results, brokerUrlSecretName: broker}
redis: {passwordSecretName: redis}
pgbouncer: {enabled: true, configSecretName: bouncer, metricsExporterSidecar: {statsSecretName: stats}}
workers: {celery: {keda: {enabled: true, usePgbouncer: false}}}
createUserJob: {enabled: false}
""")
    options = ("--release", "prod", "--namespace", "data")
    assert run("-o", "deploy/secrets.yaml", *options, "--from-file", "meta/connection=database-url")[0] == 0
    found = written(repository / "deploy/secrets.yaml")
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


class Session:
    """The command at a real terminal."""

    def __init__(self, *arguments: str, cwd: Path) -> None:
        self.seen = ""
        self.process, self.terminal = pty.fork()
        if not self.process:
            os.chdir(cwd)
            os.execv(COMMAND[0], [*COMMAND, *arguments])

    def expect(self, text: str, seconds: float = 120) -> None:
        end = time.monotonic() + seconds
        while text not in self.seen and time.monotonic() < end:
            self._read(1)
        assert text in self.seen, self.seen
        self.seen = self.seen.partition(text)[2]

    def send(self, text: str) -> None:
        os.write(self.terminal, text.encode())

    def end(self) -> int:
        while self._read(120):
            pass
        return os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])

    def _read(self, seconds: float) -> bool:
        try:
            chunk = os.read(self.terminal, 4096) if select.select([self.terminal], [], [], seconds)[0] else b"-"
        except OSError:
            return False
        text = chunk.decode(errors="replace")
        assert PLANTED not in text
        self.seen += text if chunk != b"-" else ""
        return bool(chunk)


def test_a_terminal_asks_explains_and_shows_nothing_of_what_is_typed(repository):
    session = Session("--output", "deploy/secrets.yaml", cwd=repository)
    session.expect("postgresql://USER:PASSWORD@HOST:5432/NAME?sslmode=require")
    session.expect("parts): ")
    session.send(URL.replace("@db", "@@db") + "\r")
    session.expect("It ")
    session.expect("encode")
    session.expect("parts): ")
    session.send("x\x7f" + URL + "\r")
    session.expect("Enter generates one): ")
    session.send("\r")
    assert session.end() == 0
    found = written(repository / "deploy/secrets.yaml")
    assert found["airflow-metadata"]["connection"] == URL
    assert Fernet(found["airflow-fernet-key"]["fernet-key"])


def test_the_parts_of_a_url_are_asked_for_and_encoded(repository):
    session = Session("--output", "deploy/secrets.yaml", cwd=repository)
    session.expect("parts): ")
    session.send("\r")
    for label, answer in {
        "host": "db.example.com",
        "port": "",
        "name": "",
        "user": "",
        "password": f"{PLANTED}@/%",
    }.items():
        session.expect(label)
        session.expect(": ")
        session.send(answer + "\r")
    session.expect("sslmode")
    session.send("\r")
    session.expect("Enter generates one): ")
    session.send("\r")
    assert session.end() == 0
    found = written(repository / "deploy/secrets.yaml")["airflow-metadata"]["connection"]
    assert found == f"postgresql://airflow:{PLANTED}%40%2F%25@db.example.com:5432/airflow?sslmode=require"


def test_a_paste_of_several_lines_answers_no_other_question_and_a_long_one_is_whole(repository):
    session = Session("--output", "deploy/secrets.yaml", cwd=repository)
    session.expect("parts): ")
    session.send(f"{URL}\r{PLANTED}\r{PLANTED}\r")
    session.expect("several lines")
    session.expect("parts): ")
    long = URL + "&application_name=" + "x" * 9000
    session.send(long + "\r")
    session.expect("Enter generates one): ")
    session.send("\r")
    assert session.end() == 0
    assert written(repository / "deploy/secrets.yaml")["airflow-metadata"]["connection"] == long


@pytest.mark.parametrize("key", ["\x03", "\x04"])
def test_ctrl_c_in_the_middle_leaves_nothing(repository, key):
    session = Session("--output", "deploy/secrets.yaml", cwd=repository)
    session.expect("parts): ")
    session.send(URL + "\r")
    session.expect("Enter generates one): ")
    session.send(key)
    assert session.end() == 130
    assert [path.name for path in (repository / "deploy").iterdir()] == ["values.yaml"]


def test_without_an_action_a_terminal_shows_what_is_needed_and_what_each_would_do(repository):
    session = Session(cwd=repository)
    assert session.end() == 0
    expected = (*KEYS, "--apply", "--output", "--check", "--rotate")
    assert [text for text in expected if text not in session.seen] == []


@pytest.mark.parametrize("when", [0.0, 0.02, 0.1])
def test_a_writer_that_is_killed_leaves_the_old_file_or_the_new_one(repository, run, when):
    run("--output", "deploy/secrets.yaml", *GIVEN)
    before = (repository / "deploy/secrets.yaml").read_bytes()
    program = """
from pathlib import Path
from airflowkit.deploy.secrets.output import write_output
print("ready", flush=True)
for _ in range(400):
    write_output(Path("deploy/secrets.yaml"), "x" * 5_000_000)
"""
    process = subprocess.Popen([sys.executable, "-c", program], cwd=repository, stdout=subprocess.PIPE)
    process.stdout.readline()
    time.sleep(when)
    process.send_signal(signal.SIGINT)
    process.wait()
    after = (repository / "deploy/secrets.yaml").read_bytes()
    assert after in (before, b"x" * 5_000_000)
    assert sorted(path.name for path in (repository / "deploy").iterdir()) == ["secrets.yaml", "values.yaml"]


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
def test_apply_creates_what_is_missing_and_check_then_finds_everything(repository, run, cluster):
    namespace, kubectl = cluster
    status, out, _ = run("--check", "-n", namespace)
    assert status == 1
    missing = re.findall(r"^(\S+) is missing \(keys: (\S+)\)$", out, re.MULTILINE)
    assert sorted(missing) == sorted((name, *keys) for name, keys in KEYS.items())
    status, out, _ = run("--apply", "-n", namespace, *GIVEN)
    assert status == 0
    found = in_cluster(kubectl)
    assert {name: set(data) for name, data in found.items()} == KEYS
    assert found["airflow-metadata"]["connection"] == URL
    assert not [value for data in found.values() for value in data.values() if value in out]
    assert run("--check", "-n", namespace)[0] == 0
    # in no annotation either
    assert PLANTED not in kubectl("get", "secret", "-o", "jsonpath={.items[*].metadata}")
    assert base64.b64encode(URL.encode()).decode() not in kubectl(
        "get", "secret", "-o", "jsonpath={.items[*].metadata}"
    )


@pytest.mark.apiserver
def test_apply_adds_missing_and_empty_keys_and_overwrites_nothing(repository, run, cluster):
    namespace, kubectl = cluster
    kubectl("create", "secret", "generic", "airflow-metadata", "--from-literal=other=kept")
    kubectl("create", "secret", "generic", "airflow-admin", "--from-literal=password=")
    kubectl("create", "secret", "generic", "airflow-jwt-secret", "--from-literal=jwt-secret=" + "j" * 40)
    assert run("--apply", "-n", namespace, *GIVEN)[0] == 0
    first = in_cluster(kubectl)
    assert first["airflow-metadata"] == {"other": "kept", "connection": URL}
    assert first["airflow-jwt-secret"] == {"jwt-secret": "j" * 40}
    assert first["airflow-admin"]["password"]
    # a key more, in a Secret that airflowkit applied: server-side apply would drop what is left out
    more = "secret: [{envName: T, secretName: airflow-api-secret-key, secretKey: token}]\n"
    (repository / "deploy/values.yaml").write_text(VALUES + more)
    (repository / "token").write_text("t0ken")
    status, out, err = run("--apply", "-n", namespace, "--from-file", "airflow-api-secret-key/token=token", *GIVEN)
    assert (status, "added to airflow-api-secret-key" in out) == (0, True)
    assert "airflow-metadata/connection: exists" in err
    second = in_cluster(kubectl)
    assert second == first | {"airflow-api-secret-key": first["airflow-api-secret-key"] | {"token": "t0ken"}}


@pytest.mark.apiserver
def test_replace_changes_the_named_secret_only(repository, run, cluster):
    namespace, kubectl = cluster
    kubectl("create", "secret", "generic", "airflow-metadata", "--from-literal=connection=old")
    run("--apply", "-n", namespace)
    before = in_cluster(kubectl)
    assert run("--apply", "-n", namespace, "--replace", "airflow-metadata", *GIVEN)[0] == 0
    assert in_cluster(kubectl) == before | {"airflow-metadata": {"connection": URL}}


@pytest.mark.apiserver
def test_check_names_what_is_wrong_without_showing_it(repository, run, cluster):
    namespace, kubectl = cluster
    (repository / "deploy/values.yaml").write_text(VALUES + "imagePullSecrets: [regcred]\n")
    run("--apply", "-n", namespace, *GIVEN, "--from-file", "regcred/.dockerconfigjson=" + _registry(repository))
    assert run("--check", "-n", namespace)[0] == 0
    kubectl("delete", "secret", "regcred", "airflow-metadata", "airflow-fernet-key")
    kubectl("create", "secret", "generic", "regcred", f"--from-file=.dockerconfigjson={_registry(repository)}")
    kubectl("create", "secret", "generic", "airflow-metadata", "--from-file=connection=database-url")
    kubectl("create", "secret", "generic", "airflow-fernet-key", f"--from-literal=fernet-key={PLANTED}")
    status, out, _ = run("--check", "-n", namespace)
    assert status == 1
    assert "airflow-metadata/connection ends with a newline" in out
    assert "airflow-fernet-key/fernet-key is not a Fernet key" in out
    assert "regcred has type Opaque" in out
    assert len(out.splitlines()) == 3


def _registry(repository):
    file = repository / "config.json"
    file.write_text(json.dumps({"auths": {"r.example.com": {"username": "u", "password": PLANTED}}}))
    return str(file)


@pytest.mark.apiserver
def test_a_rotation_keeps_what_the_old_key_encrypted_and_finishing_it_drops_the_old_key(repository, run, cluster):
    namespace, kubectl = cluster
    run("--apply", "-n", namespace, *GIVEN)
    old = in_cluster(kubectl)["airflow-fernet-key"]["fernet-key"]
    token = Fernet(old).encrypt(b"a connection")
    status, out, _ = run("--rotate", "fernet", "-n", namespace)
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
    assert run("--check", "-n", namespace)[0] == 0
    assert run("--rotate", "fernet-finish", "-n", namespace)[0] == 2  # nobody to ask
    session = Session("--rotate", "fernet-finish", "-n", namespace, cwd=repository)
    session.expect("[y/N]")
    session.send("y\r")
    assert session.end() == 0
    assert in_cluster(kubectl)["airflow-fernet-key"]["fernet-key"] == new
    assert Fernet(new).decrypt(rotated) == b"a connection"


@pytest.mark.apiserver
@pytest.mark.parametrize("key", [PLANTED, ""])
def test_a_rotation_of_what_is_not_a_key_changes_nothing(repository, run, cluster, key):
    namespace, kubectl = cluster
    kubectl("create", "secret", "generic", "airflow-fernet-key", f"--from-literal=fernet-key={key}")
    assert run("--rotate", "fernet", "-n", namespace)[0] == 2
    assert in_cluster(kubectl)["airflow-fernet-key"] == {"fernet-key": key}


@pytest.mark.apiserver
def test_a_namespace_that_does_not_exist_and_a_user_without_rights_are_one_line_each(repository, run, monkeypatch):
    status, _, err = run("--apply", "-n", "no-such-namespace", *GIVEN)
    assert (status, err.count("\n")) == (2, 1)
    assert "kubectl create namespace no-such-namespace" in err
    plain = Path(os.environ["KUBECONFIG"]).with_name("plain.kubeconfig")
    if plain.exists():
        monkeypatch.setenv("KUBECONFIG", str(plain))
        status, _, err = run("--check", "-n", "default")
        assert (status, err.count("\n")) == (2, 1)
        assert "forbidden" in err


@pytest.mark.apiserver
def test_what_the_api_server_refuses_changes_nothing_at_all(repository, run, cluster):
    namespace, kubectl = cluster
    kubectl("create", "secret", "generic", "airflow-metadata", "--from-literal=other=x")
    kubectl("patch", "secret", "airflow-metadata", "--patch", '{"immutable": true}')
    status, _, err = run("--apply", "-n", namespace, *GIVEN)
    assert (status, err.count("\n")) == (2, 1)
    assert "immutable" in err
    assert in_cluster(kubectl) == {"airflow-metadata": {"other": "x"}}


@pytest.mark.apiserver
def test_no_argument_of_any_process_and_no_readable_file_has_a_value(repository, cluster, tmp_path):
    namespace, _ = cluster
    command = [*COMMAND, "--apply", "-n", namespace, "--output", "deploy/secrets.yaml", *GIVEN]
    watch = [sys.executable, "-c", _WATCH, str(repository), PLANTED]
    with subprocess.Popen(watch, stdout=subprocess.PIPE, text=True) as watcher:
        assert watcher.stdout.readline() == "ready\n"
        ended = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)
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
