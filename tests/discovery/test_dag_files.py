"""Which files are checked: those that Airflow would look at."""

import os
import socket
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from airflowkit import _airflow
from airflowkit.discovery.airflowignore import syntax as configured_syntax
from airflowkit.discovery.dag_files import (
    dag_files,
    hidden_dag_files,
    holds_dag_files,
    python_files,
    repeated_folders,
    seen_and_skipped,
)
from airflowkit.errors import BadIgnoreFile, NoDagFile
from airflowkit.repository import dags_folder_of
from airflows import files_airflow_reads

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


NAMES = st.sampled_from(["a", "b", "ab", "a.py", "b.py", "ab.py", "a b.py"])
LINES = st.one_of(
    st.lists(st.sampled_from([*"ab*?/!^$", "**", ".py", "[ab]", " ", "#", "\\", "|"]), max_size=5).map("".join),
    st.builds("{}{}{}".format, st.sampled_from(["", "!", "/", "*/", "**/"]), NAMES, st.sampled_from(["", "/", "/*"])),
)
IGNORED = st.lists(LINES, max_size=5).map("\n".join)
GLOB_IS_GITS = pytest.mark.skipif(
    _airflow.airflow_version() < (3, 0), reason="Airflow 2, whose default is regexp, has its own idea of `**/`"
)
NEGATION_IS_GITS = _airflow.airflow_version() >= (3, 3)


def airflow_finds(folder: Path, syntax: str) -> list[str]:
    try:
        from airflow._shared.module_loading.file_discovery import find_path_from_directory
    except ImportError:  # before 3.2
        from airflow.utils.file import find_path_from_directory
    return sorted(path for path in find_path_from_directory(folder, ".airflowignore", syntax) if path.endswith(".py"))


def found(folder: Path) -> list[str]:
    return sorted(map(str, python_files(folder)))


@pytest.fixture
def syntax(monkeypatch, request):
    monkeypatch.setenv("AIRFLOW__CORE__DAG_IGNORE_FILE_SYNTAX", request.param)
    return request.param


@pytest.mark.filterwarnings("ignore:GitWildMatchPattern")  # Airflow's own use of it
@pytest.mark.parametrize("syntax", ["glob", "regexp"], indirect=True)
def test_airflowignore_means_what_it_means_to_airflow(tree, syntax):
    if syntax == "regexp":
        (tree / ".airflowignore").write_text("old/\nskip+ed  # a comment\n^top\n(broken\n")
    assert found(tree) == airflow_finds(tree, syntax) != []


@pytest.mark.filterwarnings("ignore:GitWildMatchPattern")
@pytest.mark.parametrize("syntax", [pytest.param("glob", marks=GLOB_IS_GITS), "regexp"], indirect=True)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    files=st.sets(st.lists(NAMES, min_size=1, max_size=3).map("/".join), max_size=8),
    ignored=st.dictionaries(st.sampled_from([".", "a", "b", "a/b"]), IGNORED, max_size=3),
)
def test_any_airflowignore_means_what_it_means_to_airflow(files, ignored, syntax):
    """Before 3.3 Airflow forgets in a folder that a later line brought back that `a/b/` is about folders."""
    assume(NEGATION_IS_GITS or "!" not in "".join(ignored.values()))
    with TemporaryDirectory() as scratch:
        root = Path(scratch, "dags")
        texts = {f"{folder}/.airflowignore": text for folder, text in ignored.items()} | dict.fromkeys(files, "")
        for name, text in texts.items():
            with suppress(FileExistsError, NotADirectoryError, IsADirectoryError):  # one name for a file and a folder
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text)
        root.mkdir(exist_ok=True)
        try:
            theirs = airflow_finds(root, syntax)
        except ValueError:
            with pytest.raises(BadIgnoreFile):
                found(root)
        else:
            assert found(root) == theirs


def test_the_syntax_is_read_from_airflows_configuration(tmp_path, monkeypatch):
    monkeypatch.delenv("AIRFLOW__CORE__DAG_IGNORE_FILE_SYNTAX", raising=False)
    monkeypatch.delenv("AIRFLOW_CONFIG", raising=False)
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    default = "glob" if _airflow.airflow_version() >= (3, 0) else "regexp"
    assert configured_syntax() == default
    (tmp_path / "airflow.cfg").write_text("[core]\ndag_ignore_file_syntax = regexp\nother = 100%\n")
    assert configured_syntax() == "regexp"
    monkeypatch.setenv("AIRFLOW__CORE__DAG_IGNORE_FILE_SYNTAX", "glob")
    assert configured_syntax() == "glob"


def test_an_invalid_configuration_leaves_the_default(tmp_path, monkeypatch):
    monkeypatch.delenv("AIRFLOW__CORE__DAG_IGNORE_FILE_SYNTAX", raising=False)
    monkeypatch.setenv("AIRFLOW_CONFIG", str(tmp_path / "airflow.cfg"))
    (tmp_path / "airflow.cfg").write_text("no section\n")
    assert configured_syntax() in {"glob", "regexp"}


def test_what_airflow_could_not_open_is_no_dag_file(tmp_path):
    (tmp_path / "dangling.py").symlink_to(tmp_path / "gone.py")
    os.mkfifo(tmp_path / "pipe.py")
    assert list(python_files(tmp_path)) == []


def test_an_archive_counts_by_what_airflow_imports_from_it(tmp_path):
    """That is a module at its root; from 3.4 on it is one in any folder, if the archive is called `.zip`."""
    for name, module in {"dags.zip": "orders.py", "nested.zip": "lib/orders.py", "sheet.xlsx": "sheet.xml"}.items():
        with ZipFile(tmp_path / name, "w") as archive:
            archive.writestr(module, "from airflow.sdk import DAG")
    (tmp_path / "text.zip").write_text("airflow dag")
    new = _airflow.airflow_version() >= (3, 4)
    assert [path.name for path in dag_files(tmp_path)] == ["dags.zip", *(["nested.zip", "text.zip"] if new else [])]


def test_a_link_that_leads_back_is_walked_once(tree):
    (tree / "team" / "loop").symlink_to(tree)
    assert len(list(python_files(tree))) == len(set(python_files(tree)))


@pytest.mark.parametrize(("link", "target"), [("loop", "."), ("other", "team"), ("ignored", "team")])
def test_a_folder_is_found_twice_where_airflow_gives_up(tmp_path, link, target):
    (tmp_path / "team").mkdir()
    (tmp_path / "team" / "a.py").write_text("# airflow dag")
    (tmp_path / ".airflowignore").write_text("ignored\n")
    (tmp_path / link).symlink_to(target)
    found = [(str(again.relative_to(tmp_path))) for again, _before in repeated_folders(tmp_path)]
    assert found == ([] if link == "ignored" else [link])
    if found:
        with pytest.raises(RuntimeError, match="recursive loop"):
            files_airflow_reads(tmp_path, safe_mode=True)
    else:
        assert files_airflow_reads(tmp_path, safe_mode=True) == [str(tmp_path / "team" / "a.py")]


@pytest.mark.parametrize("safe_mode", ["True", "False"])
def test_safe_mode_means_what_it_means_to_airflow(tmp_path, monkeypatch, safe_mode):
    monkeypatch.setenv("AIRFLOW__CORE__DAG_DISCOVERY_SAFE_MODE", safe_mode)
    texts = ["import AIRFLOW; DAG", "import airflow", "airflow.sdk.Asset", "dag", ""]
    for number, text in enumerate(texts):
        (tmp_path / f"{number}.py").write_text(text)
    assert [str(path) for path in dag_files(tmp_path)] == files_airflow_reads(tmp_path, safe_mode=safe_mode == "True")
    assert holds_dag_files(tmp_path)


def test_safe_mode_leaves_out_files_that_name_no_dag(tmp_path):
    (tmp_path / "dag.py").write_text("import AIRFLOW; DAG")
    (tmp_path / "helper.py").write_text("import airflow")
    assert [path.name for path in dag_files(tmp_path)] == ["dag.py"]


def test_a_named_file_has_one_name_however_it_is_written(tmp_path, monkeypatch):
    (tmp_path / "team").mkdir()
    (tmp_path / "orders.py").touch()
    monkeypatch.chdir(tmp_path / "team")
    assert dag_files(Path("../orders.py")) == dag_files(tmp_path / "orders.py") == [tmp_path / "orders.py"]


BY_CONTENT = pytest.mark.skipif(_airflow.airflow_version() >= (3, 4), reason="3.4 goes by the name")


@pytest.mark.parametrize("name", ["README.md", pytest.param("dags.zip", marks=BY_CONTENT), "Dockerfile"])
def test_a_named_file_that_cannot_hold_a_dag_is_refused(tmp_path, name):
    (tmp_path / name).write_text("airflow dag")
    with pytest.raises(NoDagFile, match=f"{name} is neither a Python file nor a zip archive"):
        dag_files(tmp_path / name)


def test_a_named_file_is_taken_whatever_it_says(tmp_path):
    (tmp_path / "helper.py").write_text("")
    assert dag_files(tmp_path / "helper.py") == [tmp_path / "helper.py"]


@pytest.mark.parametrize(("start", "named"), [("", "dags/team"), ("dags/team", "."), ("tests", "../dags/team")])
def test_a_part_of_the_dag_folder_is_checked_as_the_part_that_it_is(tmp_path, monkeypatch, start, named):
    """Its files import from the whole folder, whose `.airflowignore` holds for them."""
    team = tmp_path / "dags" / "team"
    for folder in (team, tmp_path / "tests"):
        folder.mkdir(parents=True)
    (tmp_path / "airflowkit.toml").touch()
    for file in (team.parent / "other.py", team / "orders.py", team / "old.py"):
        file.write_text("# airflow dag")
    (team.parent / ".airflowignore").write_text("old.py\n")
    monkeypatch.chdir(tmp_path / start)
    folder = dags_folder_of(Path(named))
    assert folder == tmp_path / "dags"
    assert dag_files(Path(named), folder) == [team / "orders.py"]


def test_of_the_hidden_files_only_those_at_the_path_are_reported(tmp_path):
    for file in (tmp_path / "a.py", tmp_path / "team" / "b.py"):
        file.parent.mkdir(exist_ok=True)
        file.write_text("import factory\n\nfactory.build()\n")
    assert hidden_at(tmp_path) == ["a.py", "b.py"]
    assert hidden_at(tmp_path / "team", tmp_path) == ["b.py"]
    assert hidden_at(tmp_path / "a.py", tmp_path) == []


def hidden_at(*path):
    return [file.name for file in hidden_dag_files(seen_and_skipped(*path)[1])]


def test_a_huge_file_is_not_parsed_to_see_whether_it_hides_a_dag(tmp_path):
    (tmp_path / "a.py").write_text("import factory\n\nfactory.build()\n" + "#" * 2**20)
    assert hidden_at(tmp_path) == []


def test_pipes_sockets_and_links_that_lead_nowhere_or_back_are_no_files(tmp_path):
    (tmp_path / "a.py").write_text("# airflow dag")
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "nowhere.py").symlink_to("gone.py")
    (tmp_path / "itself.py").symlink_to("itself.py")
    (tmp_path / "again").symlink_to(".")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket.py"))
    assert [path.name for path in python_files(tmp_path)] == ["a.py"]
