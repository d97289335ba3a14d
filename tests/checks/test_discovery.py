"""Which files are checked: those that Airflow would look at."""

from pathlib import Path

import pytest

from airflowkit.checks.discovery import NoSuchPath, dag_files, dag_folder, default_folder, python_files

TREE = {
    "a.py": "",
    "data.txt": "",
    "skipped.py": "",
    "kept_test.py": "",
    ".airflowignore": "# a comment\nskipped.py\n*_test.py\n!kept_test.py\nold/\n/top.py\ndeep/**/x.py\n",
    "old/a.py": "",
    "top.py": "",
    "team/top.py": "",
    "team/old/b.py": "",
    "team/.airflowignore": "local.py  # here only\n",
    "team/local.py": "",
    "local.py": "",
    "deep/er/x.py": "",
    "deep/y.py": "",
}


@pytest.fixture
def tree(tmp_path):
    for name, text in TREE.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.filterwarnings("ignore:GitWildMatchPattern")  # Airflow's own use of it
def test_airflowignore_means_what_it_means_to_airflow(tree):
    from airflow._shared.module_loading.file_discovery import find_path_from_directory

    theirs = find_path_from_directory(tree, ".airflowignore", "glob")
    assert sorted(map(str, python_files(tree))) == sorted(path for path in theirs if path.endswith(".py"))


def test_a_link_that_leads_back_is_walked_once(tree):
    (tree / "team" / "loop").symlink_to(tree)
    assert len(list(python_files(tree))) == len(set(python_files(tree)))


def test_safe_mode_leaves_out_files_that_name_no_dag(tmp_path):
    (tmp_path / "dag.py").write_text("import AIRFLOW; DAG")
    (tmp_path / "helper.py").write_text("import airflow")
    assert [path.name for path in dag_files(tmp_path)] == ["dag.py"]


def test_a_named_file_is_taken_whatever_it_says(tmp_path):
    (tmp_path / "helper.py").write_text("")
    assert dag_files(tmp_path / "helper.py") == [tmp_path / "helper.py"]


def test_a_missing_folder_is_an_error():
    with pytest.raises(NoSuchPath, match="nowhere does not exist"):
        dag_folder(Path("nowhere"))


def test_a_repository_means_its_dags_folder(tmp_path):
    (tmp_path / "airflowkit.toml").touch()
    (tmp_path / "dags").mkdir()
    assert dag_folder(tmp_path) == tmp_path / "dags"


def test_a_file_belongs_to_the_dags_folder_above_it(tmp_path):
    (tmp_path / "dags" / "team").mkdir(parents=True)
    (tmp_path / "dags" / "team" / "a.py").touch()
    assert dag_folder(tmp_path / "dags" / "team" / "a.py") == tmp_path / "dags"


def test_the_default_is_the_repositorys_dags_folder_from_anywhere_in_it(tmp_path, monkeypatch):
    (tmp_path / "airflowkit.toml").touch()
    for folder in ("dags", "tests"):
        (tmp_path / folder).mkdir()
    monkeypatch.chdir(tmp_path / "tests")
    assert default_folder() == tmp_path / "dags"
