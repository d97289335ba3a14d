import signal
import subprocess
import sys
from pathlib import Path

import pytest

from airflowkit.errors import ScaffoldError
from airflowkit.scaffold.writing import add_files, is_free, write_tree

FILES = {"README.md": "read\n", ".github/workflows/ci.yml": "on: push\n", "dags/a.py": "1\n"}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def contents(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_a_file_is_written_with_the_usual_permissions(tmp_path):
    add_files(tmp_path, {"a.py": "é = 1\n"})
    (tmp_path / "usual").touch()
    assert (tmp_path / "a.py").read_bytes() == "é = 1\n".encode()
    assert (tmp_path / "a.py").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_a_file_that_exists_is_left_as_it_is(tmp_path):
    (tmp_path / "a.py").write_text("mine")
    with pytest.raises(ScaffoldError, match="already exists"):
        add_files(tmp_path, {"a.py": "new"})
    assert contents(tmp_path) == {"a.py": "mine"}


def test_a_link_to_nothing_is_left_as_it_is(tmp_path):
    (tmp_path / "a.py").symlink_to(tmp_path / "nothing")
    with pytest.raises(ScaffoldError, match="already exists"):
        add_files(tmp_path, {"a.py": "new"})
    assert names(tmp_path) == ["a.py"]


def test_a_file_is_written_where_the_disk_has_no_links(tmp_path, monkeypatch):
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    add_files(tmp_path, {"a.py": "new"})
    assert contents(tmp_path) == {"a.py": "new"}
    with pytest.raises(ScaffoldError, match="already exists"):
        add_files(tmp_path, {"a.py": "newer"})
    assert contents(tmp_path) == {"a.py": "new"}


def test_a_missing_folder_is_made_for_a_file(tmp_path):
    add_files(tmp_path, {"x/dags/a.py": "new"})
    assert contents(tmp_path) == {"x/dags/a.py": "new"}


def test_a_tree_is_written_with_the_folders_above_it(tmp_path):
    write_tree(tmp_path / "x/y/repo", FILES)
    assert contents(tmp_path / "x/y/repo") == FILES
    assert names(tmp_path) == ["x"]


def test_a_trees_folder_has_the_usual_permissions(tmp_path):
    write_tree(tmp_path / "repo", FILES)
    (tmp_path / "usual").mkdir()
    assert (tmp_path / "repo").stat().st_mode == (tmp_path / "usual").stat().st_mode


@pytest.mark.parametrize("inside", [[], [".git"]])
def test_an_empty_folder_or_fresh_clone_is_filled_and_stays_the_same_folder(tmp_path, inside):
    target = tmp_path / "repo"
    target.mkdir()
    for name in inside:
        (target / name).mkdir()
    before = target.stat().st_ino
    write_tree(target, FILES)
    assert contents(target) == FILES
    assert target.stat().st_ino == before
    assert names(target) == sorted([".github", "README.md", "dags", *inside])


def test_a_folder_that_holds_something_is_left_as_it_is(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ScaffoldError, match=r"is not empty: it contains mine\.txt"):
        write_tree(tmp_path, FILES)
    assert contents(tmp_path) == {"mine.txt": "mine"}


@pytest.mark.parametrize("below", ["", "x", "x/y"])
def test_a_file_in_the_way_is_left_as_it_is(tmp_path, below):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ScaffoldError, match="file"):
        write_tree(tmp_path / "file" / below, FILES)
    assert contents(tmp_path) == {"file": "mine"}


@pytest.mark.parametrize("exists", [False, True])
@pytest.mark.parametrize("fault", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_nothing_stays_of_a_tree_that_was_interrupted(tmp_path, exists, fault):
    target = tmp_path / "x/repo"
    if exists:
        target.mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))

    def finish(_: Path) -> None:
        raise fault

    with pytest.raises((KeyboardInterrupt, ScaffoldError)):
        write_tree(target, FILES, finish)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("at", range(3))
def test_nothing_stays_of_a_tree_that_was_interrupted_while_it_moved_in(tmp_path, monkeypatch, at):
    moves = iter(range(3))
    rename = Path.rename

    def interrupted(self: Path, target: Path) -> Path:
        if next(moves) == at:
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_tree(tmp_path, FILES)
    assert list(tmp_path.iterdir()) == []


def test_the_systems_own_refusal_is_reported_in_one_line():
    with pytest.raises(ScaffoldError, match=r"cannot write .*: ") as caught:
        write_tree(Path("/proc/airflowkit"), FILES)
    assert "\n" not in str(caught.value)


def test_ctrl_c_leaves_nothing(tmp_path):
    """A real signal, in a real process, while the tree is being written."""
    program = f"""
import signal, time
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell ignores it for its background
from airflowkit.scaffold.writing import write_tree
def finish(folder):
    print("ready", flush=True)
    time.sleep(60)
write_tree(Path({str(tmp_path)!r}) / "a/repo", {{"README.md": "x"}}, finish)
"""
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        assert list(tmp_path.iterdir())
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) != 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("new", True),
        ("new/new", True),
        ("dags/new", True),
        ("README.md", False),
        ("readme.MD", False),
        ("dags", False),
        ("dags/a.py", False),
        ("DAGS/new", False),
        ("README.md/new", False),
        ("dangling", False),
        ("dangling/new", False),
    ],
)
def test_a_path_is_free_where_there_is_nothing_of_that_name_in_any_case(tmp_path, path, expected):
    write_tree(tmp_path / "repo", FILES)
    (tmp_path / "repo/dangling").symlink_to(tmp_path / "nothing")
    assert is_free(tmp_path / "repo", path) is expected


def test_files_are_added_with_their_folders(tmp_path):
    write_tree(tmp_path / "repo", FILES)
    added = {"deploy/x/values.yaml": "a: 1\n", "dags/b.py": "2\n"}
    add_files(tmp_path / "repo", added)
    assert contents(tmp_path / "repo") == FILES | added


@pytest.mark.parametrize("fault", [KeyboardInterrupt, OSError(28, "No space left on device")])
@pytest.mark.parametrize("at", range(3))
def test_nothing_stays_of_files_when_one_cannot_be_added(tmp_path, monkeypatch, at, fault):
    write_tree(tmp_path / "repo", FILES)
    write_text, writes = Path.write_text, iter(range(3))

    def interrupted(self: Path, *arguments: object, **keywords: object) -> int:
        if next(writes) == at:
            raise fault
        return write_text(self, *arguments, **keywords)

    monkeypatch.setattr(Path, "write_text", interrupted)
    with pytest.raises((KeyboardInterrupt, ScaffoldError)):
        add_files(tmp_path / "repo", {"deploy/a": "1", "deploy/b": "2", "c": "3"})
    assert contents(tmp_path / "repo") == FILES
    assert not (tmp_path / "repo/deploy").exists()


def test_no_file_is_written_through_a_link_out_of_the_folder(tmp_path):
    write_tree(tmp_path / "repo", FILES)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "repo/deploy").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ScaffoldError, match="leads out of"):
        add_files(tmp_path / "repo", {"a": "1", "deploy/values.yaml": "2"})
    assert contents(tmp_path / "repo") == FILES
    assert names(tmp_path / "elsewhere") == []


def test_a_file_that_came_in_the_meantime_is_left_as_it_is(tmp_path):
    write_tree(tmp_path / "repo", FILES)
    with pytest.raises(ScaffoldError, match="already exists"):
        add_files(tmp_path / "repo", {"a": "1", "README.md": "new"})
    assert contents(tmp_path / "repo") == FILES
