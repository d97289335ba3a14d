import pytest

from airflowkit.errors import SettingsError
from airflowkit.scaffold.places import alerts_by_teams, default_owner, file_of_dag, folder_for_dag, schedule_of


@pytest.fixture
def repository(tmp_path):
    root = tmp_path / "repo"
    (root / "dags/team").mkdir(parents=True)
    (root / "tests").mkdir()
    (root / "airflowkit.toml").write_text('[presets.standard]\nowner = "finance"\n')
    return root


@pytest.mark.parametrize(
    ("start", "folder"), [("", "dags"), ("tests", "dags"), ("dags", "dags"), ("dags/team", "dags/team")]
)
def test_a_dag_goes_to_the_repositorys_folder_or_to_the_current_one_inside_it(repository, start, folder):
    assert folder_for_dag(repository / start) == repository / folder


def test_a_dag_goes_to_dags_where_there_is_no_repository(tmp_path):
    assert folder_for_dag(tmp_path) == tmp_path / "dags"
    (tmp_path / "dags").mkdir()
    assert folder_for_dag(tmp_path / "dags") == tmp_path / "dags"


def test_a_dag_goes_beside_others_where_there_is_no_dags_folder(tmp_path):
    (tmp_path / "airflowkit.toml").touch()
    (tmp_path / "setup.py").write_text("import setuptools\n")
    assert folder_for_dag(tmp_path) == tmp_path / "dags"
    (tmp_path / "orders.py").write_text("from airflow.sdk import DAG\n")
    assert folder_for_dag(tmp_path) == tmp_path


def test_the_owner_is_the_one_of_the_standard_preset(repository):
    assert default_owner(repository) == "finance"


@pytest.mark.parametrize("text", ["", "[presets]\n", "[presets.standard]\nretries = 1\n"])
def test_there_may_be_no_owner(repository, text):
    (repository / "airflowkit.toml").write_text(text)
    assert default_owner(repository) is None


def test_settings_that_are_no_toml_are_reported(repository):
    (repository / "airflowkit.toml").write_text("[presets\n")
    with pytest.raises(SettingsError, match=r"airflowkit\.toml"):
        default_owner(repository)


@pytest.mark.parametrize(
    "code",
    [
        'with DAG("orders"): pass',
        'dag = sdk.DAG(dag_id="orders", schedule=None)',
        '@dag("orders", schedule=None)\ndef f(): pass',
        "@dag(schedule=None)\ndef orders(): pass",
        "@dag\ndef orders(): pass",
        '@dag(dag_id="orders")\ndef f(): pass',
    ],
)
def test_a_dag_of_that_id_is_found_in_any_file_and_spelling(tmp_path, code):
    (tmp_path / "team").mkdir()
    path = tmp_path / "team/other.py"
    path.write_text(f"from airflow import sdk\n{code}")
    assert file_of_dag("orders", tmp_path) == path


@pytest.mark.parametrize(
    "code",
    [
        'with DAG("orders_daily"): pass',
        'print("orders")',
        '@dag("other")\ndef orders(): pass',
        "def orders(): pass",
        'DAG("orders"',
        "DAG(orders)",
    ],
)
def test_what_only_mentions_the_id_is_no_dag_of_it(tmp_path, code):
    (tmp_path / "other.py").write_text(f"from airflow import sdk\n{code}")
    assert file_of_dag("orders", tmp_path) is None


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("", True),
        ('[check]\nignore = {AK501 = "nobody is alerted"}\n', False),
        ('[check]\nignore = {AK501 = "old DAGs"}\n[teams]\nconn_id = "ours"\n', True),
        ('[check]\nignore = {AK203 = "old DAGs"}\n', True),
    ],
)
def test_teams_is_alerted_unless_the_repository_does_without(tmp_path, settings, expected):
    (tmp_path / "airflowkit.toml").write_text(settings)
    assert alerts_by_teams(tmp_path) is expected


@pytest.mark.parametrize(
    ("code", "schedule"),
    [
        ('DAG("orders", schedule="@hourly")', "@hourly"),
        ('DAG(schedule="@hourly", dag_id="orders")', "@hourly"),
        ('@dag(schedule="@hourly")\ndef orders(): pass', "@hourly"),
        ('DAG("orders", schedule=None)', ""),
        ('DAG("orders", schedule=EVERY)', None),
        ('DAG("orders", schedule=5)', None),
        ('DAG("orders")', None),
        ('DAG("other", schedule="@hourly")', None),
        ("@dag\ndef orders(): pass", None),
        ("DAG(", None),
    ],
)
def test_a_schedule_is_known_where_it_is_written_as_text(tmp_path, code, schedule):
    (tmp_path / "other.py").write_text(code)
    assert schedule_of("orders", tmp_path / "other.py") == schedule
