"""Where a repository and its DAGs are, from any folder."""

from pathlib import Path

import pytest

from airflowkit.errors import NoSuchPath, SettingsError
from airflowkit.repository import dags_folder, dags_folder_of, default_dags_folder, places_beside, repository_root


@pytest.fixture(params=["airflowkit.toml", ".git"])
def root(request, tmp_path, monkeypatch) -> Path:
    """A repository with a DAG folder, known by its settings or as git's."""
    monkeypatch.delenv("AIRFLOW__CORE__DAGS_FOLDER", raising=False)
    root = tmp_path / "repository"
    for folder in ("dags/team", "tests", "pipelines/team"):
        (root / folder).mkdir(parents=True)
    (root / request.param).touch()
    for file in ("dags/orders.py", "dags/team/returns.py", "pipelines/stock.py", "tests/test_orders.py"):
        (root / file).touch()
    return root


@pytest.mark.parametrize("start", ["", "dags", "dags/team", "tests", "dags/orders.py"])
def test_the_repository_is_found_from_anywhere_in_it(root, start):
    assert repository_root(root / start) == root
    assert dags_folder(root / start) == root / "dags"


def test_settings_below_gits_root_make_the_repository(root):
    (root / "dags" / "airflowkit.toml").touch()
    assert repository_root(root / "dags" / "team") == root / "dags"


def test_a_worktree_whose_git_is_a_file_is_a_repository(tmp_path):
    (tmp_path / ".git").write_text("gitdir: /elsewhere\n")
    assert repository_root(tmp_path) == tmp_path


def test_outside_any_repository_there_is_none(tmp_path):
    assert repository_root(tmp_path) is None


@pytest.mark.parametrize("start", [".", "tests", "dags/team"])
def test_the_default_is_the_repositorys_dag_folder(root, monkeypatch, start):
    monkeypatch.chdir(root / start)
    assert default_dags_folder() == root / "dags"


def test_without_a_dag_folder_the_default_is_the_current_folder(tmp_path, monkeypatch):
    monkeypatch.delenv("AIRFLOW__CORE__DAGS_FOLDER", raising=False)
    monkeypatch.chdir(tmp_path)
    assert default_dags_folder() == tmp_path


@pytest.mark.parametrize(
    ("named", "folder"),
    [
        (".", "dags"),
        ("dags", "dags"),
        ("dags/", "dags"),
        ("dags/team", "dags"),
        ("dags/orders.py", "dags"),
        ("dags/team/returns.py", "dags"),
        ("tests/../dags/team", "dags"),
        ("tests", "tests"),
        ("tests/test_orders.py", "tests"),
        ("pipelines/stock.py", "pipelines"),
    ],
)
@pytest.mark.parametrize("start", [".", "tests", "dags/team"])
def test_a_path_means_the_dag_folder_that_it_is_in_or_around(root, monkeypatch, start, named, folder):
    monkeypatch.chdir(root / start)
    up = {".": "", "tests": "../", "dags/team": "../../"}[start]
    assert dags_folder_of(Path(f"{up}{named}")) == root / folder


@pytest.mark.parametrize("kind", ["airflowkit.toml", "pyproject.toml"])
def test_the_settings_name_the_dag_folder(root, kind):
    table = "check" if kind == "airflowkit.toml" else "tool.airflowkit.check"
    (root / kind).write_text(f'[{table}]\ndags_folder = "pipelines"\n')
    assert dags_folder(root / "tests") == root / "pipelines"
    assert dags_folder_of(root) == root / "pipelines"
    assert dags_folder_of(root / "pipelines" / "team") == root / "pipelines"
    assert dags_folder_of(root / "dags" / "team") == root / "dags"


def test_the_environment_names_the_dag_folder_of_the_repository_that_it_is_in(root, monkeypatch):
    monkeypatch.setenv("AIRFLOW__CORE__DAGS_FOLDER", str(root / "pipelines"))
    assert dags_folder(root) == root / "pipelines"


def test_the_environments_dag_folder_is_not_that_of_another_repository(root, monkeypatch, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.setenv("AIRFLOW__CORE__DAGS_FOLDER", str(tmp_path / "elsewhere"))
    assert dags_folder(root) == root / "dags"


def test_where_there_is_no_repository_the_environment_names_the_dag_folder(tmp_path, monkeypatch):
    for name in ("airflow/dags/repo/dags", "airflow/work"):
        (tmp_path / name).mkdir(parents=True)
    monkeypatch.setenv("AIRFLOW__CORE__DAGS_FOLDER", str(tmp_path / "airflow/dags/repo/dags"))
    assert dags_folder(tmp_path / "airflow") == tmp_path / "airflow/dags/repo/dags"
    monkeypatch.setenv("AIRFLOW__CORE__DAGS_FOLDER", str(tmp_path / "gone"))
    assert dags_folder(tmp_path / "airflow") == tmp_path / "airflow/dags"


@pytest.mark.parametrize(
    ("named", "folder"), [("dags/team", "dags"), ("dags/team/a.py", "dags"), ("flat", "flat"), ("flat/a.py", "flat")]
)
def test_outside_any_repository_the_nearest_folder_named_dags_counts(tmp_path, monkeypatch, named, folder):
    monkeypatch.delenv("AIRFLOW__CORE__DAGS_FOLDER", raising=False)
    for file in ("dags/team/a.py", "flat/a.py"):
        (tmp_path / file).parent.mkdir(parents=True)
        (tmp_path / file).touch()
    assert dags_folder_of(tmp_path / named) == tmp_path / folder


def test_a_folder_named_dags_around_the_repository_is_not_its_dag_folder(tmp_path, monkeypatch):
    monkeypatch.delenv("AIRFLOW__CORE__DAGS_FOLDER", raising=False)
    (tmp_path / "dags" / "repository" / ".git").mkdir(parents=True)
    assert dags_folder_of(tmp_path / "dags" / "repository") == tmp_path / "dags" / "repository"


def test_a_linked_dag_folder_is_taken_as_it_is_written(root, tmp_path):
    (root / "dags").rename(tmp_path / "delivered")
    (root / "dags").symlink_to(tmp_path / "delivered")
    assert dags_folder(root / "tests") == root / "dags"
    assert dags_folder_of(root / "dags" / "team") == root / "dags"
    assert dags_folder_of(root / "dags" / "orders.py") == root / "dags"
    assert dags_folder_of(tmp_path / "delivered") == tmp_path / "delivered"


def test_beside_a_dag_folder_are_the_folder_around_it_and_the_root(root):
    assert places_beside(root / "dags") == (root,)
    assert places_beside(root / "pipelines" / "team") == (root / "pipelines", root)


def test_a_repository_that_is_a_dag_folder_has_only_what_is_in_it(root):
    assert places_beside(root) == (root,)


def test_outside_any_repository_the_folder_around_the_dag_folder_counts(tmp_path):
    assert places_beside(tmp_path / "dags") == (tmp_path,)


def test_a_path_that_does_not_exist_is_an_error():
    with pytest.raises(NoSuchPath, match=r"^nowhere does not exist; name a DAG folder or file"):
        dags_folder_of(Path("nowhere"))


def test_pyproject_holds_nothing_but_checks(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool.airflowkit.pod]\nnamespace = 'airflow'\n")
    with pytest.raises(SettingsError, match=r"airflowkit\.pod: only check is allowed here; use airflowkit\.toml"):
        dags_folder(tmp_path)
