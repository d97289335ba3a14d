"""Where airflowkit.toml is found, what it may contain, and how a profile overrides it."""

import re
from pathlib import Path

import pytest

from airflowkit import settings
from airflowkit.errors import SettingsError
from airflowkit.settings import check_settings, load_settings

DOCS = Path(__file__).parents[1] / "docs"


@pytest.fixture
def write(tmp_path):
    def _write(text):
        path = tmp_path / "airflowkit.toml"
        path.write_text(text)
        return path

    return _write


def test_without_a_file_the_defaults_hold(tmp_path):
    settings = load_settings(tmp_path)
    assert (settings.path, settings.pod_layers, settings.teams.conn_id) == (None, (), "msteams_webhook_url")


def test_the_file_is_found_above_the_dag_file(tmp_path, write):
    path = write("[pod]\nnamespace = 'airflow'\n")
    dag_file = tmp_path / "dags" / "sales" / "orders.py"
    dag_file.parent.mkdir(parents=True)
    dag_file.touch()
    assert load_settings(dag_file).path == path


def test_the_environment_names_another_file(tmp_path, write, monkeypatch):
    monkeypatch.setenv("AIRFLOWKIT_CONFIG", str(write("[kubernetes]\nversion = '1.34'\n")))
    assert load_settings(tmp_path / "elsewhere").kubernetes.version == "1.34"


def test_a_profile_overrides_the_base(write, monkeypatch):
    path = write(
        """
        [pod]
        namespace = "airflow"
        [resources.small]
        cpu = "250m"
        memory = "512Mi"
        [profile.dev.pod]
        namespace = "airflow-dev"
        [profile.dev.resources.small]
        memory = "256Mi"
        """
    )
    monkeypatch.setenv("AIRFLOWKIT_PROFILE", "dev")
    settings = load_settings(path.parent)
    assert [layer.values for layer in settings.pod_layers] == [{"namespace": "airflow"}, {"namespace": "airflow-dev"}]
    assert settings.resources["small"] == {"cpu": "250m", "memory": "256Mi"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[pods]\n", "pods: unknown setting; did you mean 'pod'?"),
        ("[[teams.mute]]\nuntill = 2027-03-31", "teams.mute.0.untill: unknown setting; did you mean 'until'?"),
        ("[teams]\nconnid = 'x'\n", "teams.connid: unknown setting; did you mean 'conn_id'?"),
        ("[teams]\nbudget = 60\n", "teams.budget = 60: must be less than or equal to 15"),
        ("[kubernetes]\nversion = 'latest'\n", "kubernetes.version"),
        ("[check]\nignore = { AK401 = ' ' }\n", "check.ignore.AK401 = ' ': it needs a reason"),
        ("[check]\nignore = { AK401 = 'a', ak401 = 'b' }\n", ": AK401 is there twice, in capitals and not"),
        ("[check.severity]\nAK401 = 'info'\nak401 = 'error'\n", ": AK401 is there twice, in capitals and not"),
        ("[doctor.ignore]\nAD105 = 'a'\nad105 = 'b'\n", ": AD105 is there twice, in capitals and not"),
        ("[pod\n", "airflowkit.toml is not valid TOML: "),
        ("[pod]\n[teams]\n[pod]\n", "(at line 3, column 5); write all of a table in one place"),
        ("check = 5", "check = 5: must be a table"),
        ("[check]\npools = 'x'", "check.pools = 'x': must be a list, such as"),
        ("[check]\nexecutors = [1]", "check.executors.0 = 1: must be text"),
        ("[check]\nmax_retries = 1.5", "check.max_retries = 1.5: must be a whole number"),
        ("[check]\nimport_timeout = 'x'", "check.import_timeout = 'x': must be a number"),
        ("[check]\nmax_active_runs = true", "check.max_active_runs = True: must be a number"),
        ("[teams]\nbudget = true", "teams.budget = True: must be a number"),
        ("[retry]\ndelay = { evicted = true }", "retry.delay.evicted = True: must be a number"),
        ("[teams.mute]\ndag = 'a'", "must be a list of tables, each with its name in [[…]]"),
        ("[check]\nrequire_docs = 'maybe'", "check.require_docs = 'maybe': must be true or false"),
        ("[check.severity]\nAK101 = 'fatal'", "check.severity.AK101 = 'fatal': must be 'error', 'warning' or 'info'"),
        ("[check.connections]\na = 5", "airflowkit.toml: check.connections.a: must be text or a table"),
        ("[check.env]\nA = true", "check.env.A: must be text or a number"),
        ("[kubernetes]\nversion = 1.34", "kubernetes.version = 1.34: must be text"),
        ("[kubernetes]\nversion = 'v1'", "kubernetes.version = 'v1': must match"),
        ("[resources]\nsmall = 5", "resources.small = 5: must be a table"),
        ("profile = 5", "profile = 5: must be a table"),
        ("[profile]\ndev = 5", "profile.dev = 5: must be a table"),
        ("[profile.dev.check]\npools = 5", "profile.dev.check.pools = 5: must be a list"),
        ("[profile.dev.pods]\na = 5", "profile.dev.pods: unknown setting; did you mean 'pod'?"),
    ],
)
def test_a_wrong_file_says_what_and_where(write, text, says):
    path = write(text)
    with pytest.raises(SettingsError) as error:
        load_settings(path.parent)
    assert says in str(error.value)
    assert str(path) in str(error.value)


@pytest.mark.parametrize("text", ["[tool]\nairflowkit = 5", "[tool.airflowkit]\ncheck = 5", "tool = 5"])
def test_another_tool_s_file_is_told_what_is_wrong_with_our_table_only(tmp_path, text):
    (tmp_path / "pyproject.toml").write_text(text)
    if text == "tool = 5":
        assert check_settings(tmp_path).pools == []
        return
    with pytest.raises(SettingsError, match=r"pyproject\.toml.* = 5: must be a table"):
        check_settings(tmp_path)


def test_an_unknown_profile_is_an_error(write, monkeypatch):
    path = write("[profile.dev.pod]\nnamespace = 'x'\n")
    monkeypatch.setenv("AIRFLOWKIT_PROFILE", "dve")
    with pytest.raises(SettingsError, match="did you mean 'dev'"):
        load_settings(path.parent)


def test_a_named_file_that_is_missing_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setenv("AIRFLOWKIT_CONFIG", str(tmp_path / "nowhere.toml"))
    with pytest.raises(SettingsError, match=r"nowhere\.toml cannot be read: No such file") as raised:
        load_settings(tmp_path)
    assert raised.value.hint == "AIRFLOWKIT_CONFIG refers to it"


def test_every_setting_is_on_a_page():
    pages = "\n".join(page.read_text() for page in DOCS.rglob("*.md"))
    tables = [table for table in vars(settings).values() if getattr(table, "model_fields", None)]
    named = {name for table in tables for name in table.model_fields}
    assert {"node_pools", "parse_seconds", "runbook"} <= named
    assert [name for name in sorted(named) if not re.search(rf"\b{name}\b", pages)] == []
