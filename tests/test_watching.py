"""What `--watch` watches, and when that has changed."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time

import pytest

from airflowkit.watching import changes, description, watched


@pytest.fixture
def repository(tmp_path):
    (tmp_path / "airflowkit.toml").touch()
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "orders.py").write_text("1\n")
    return tmp_path


@pytest.fixture
def burst(repository):
    """The next burst of changes in the repository."""
    found = changes(lambda: watched(repository / "dags"), repository)
    assert next(found) == frozenset()
    yield lambda: {str(path.relative_to(repository)) for path in next(found)}
    found.close()


def save(file, content):
    """Save as many editors do: another file, which is then renamed. So there is no moment with half of the content."""
    other = file.with_name(f".{file.name}.tmp")
    other.write_text(content)
    other.replace(file)


def names(repository):
    return {str(path.relative_to(repository)) for path in watched(repository / "dags").files}


def test_settings_deployment_plugins_and_import_roots_are_watched_and_what_tools_keep_is_not(repository):
    (repository / "airflowkit.toml").write_text('[check]\npython_path = ["src"]\n')
    for name in (
        *("dags/.airflowignore", "dags/sql/orders.sql", "plugins/ours.py", "src/lib/names.py", "Dockerfile"),
        *("deploy/values.yaml", "pyproject.toml", "airflowkit.local.toml", ".env"),
    ):
        (repository / name).parent.mkdir(parents=True, exist_ok=True)
        (repository / name).touch()
    seen = names(repository)
    for name in (
        *("dags/__pycache__/orders.pyc", "dags/.orders.py.swp", "dags/orders.py~", "dags/4913", "dags/#orders.py#"),
        *("dags/venv/lib/six.py", "dags/.idea/a.xml", "README.md", "airflow.log", ".git/index", "node_modules/a.js"),
    ):
        (repository / name).parent.mkdir(parents=True, exist_ok=True)
        (repository / name).touch()
    (repository / "dags" / "venv" / "pyvenv.cfg").touch()
    assert names(repository) == seen
    assert len(seen) == 11


def test_links_that_lead_back_end_the_walk(repository):
    (repository / "dags" / "again").symlink_to(repository / "dags")
    (repository / "dags" / "gone").symlink_to(repository / "nowhere")
    assert names(repository) == {"airflowkit.toml", "dags/orders.py"}


def test_a_folder_that_comes_later_is_watched_with_what_is_in_it(repository, burst):
    (repository / "dags" / "new" / "deep").mkdir(parents=True)
    save(repository / "dags" / "new" / "deep" / "one.py", "1\n")
    assert burst() == {"dags/new/deep/one.py"}
    save(repository / "dags" / "new" / "deep" / "one.py", "2\n")
    assert burst() == {"dags/new/deep/one.py"}


def test_a_save_by_rename_is_a_change_of_that_file_only(repository, burst):
    save(repository / "dags" / "orders.py", "2\n")
    assert burst() == {"dags/orders.py"}


def test_a_file_written_again_with_the_same_content_has_changed_at_the_first_time_at_most(repository, burst):
    file = repository / "dags" / "orders.py"
    save(file, "1\n")
    assert burst() == {"dags/orders.py"}
    save(file, "1\n")
    time.sleep(0.5)
    save(repository / "dags" / "other.py", "1\n")
    assert burst() == {"dags/other.py"}


def test_while_git_works_nothing_has_changed_yet(repository):
    subprocess.run(["git", "init", "--quiet", repository], check=True)
    lock = repository / ".git" / "index.lock"
    found = changes(lambda: watched(repository / "dags"), repository)
    next(found)
    lock.touch()

    def switch():
        for number in range(5):
            (repository / "dags" / f"{number}.py").touch()
            time.sleep(0.3)
        lock.unlink()

    thread = threading.Thread(target=switch)
    thread.start()
    assert len(next(found)) == 5
    thread.join()
    found.close()


def test_bytecode_of_a_file_that_was_saved_twice_in_a_second_is_not_used(repository, burst):
    file = repository / "dags" / "names.py"

    def value():
        command = [sys.executable, "-c", "import names; print(names.VALUE)"]
        done = subprocess.run(command, cwd=file.parent, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    now = time.time_ns() // 10**9 * 10**9
    save(file, "VALUE = 1\n")
    os.utime(file, ns=(now, now))
    assert burst() == {"dags/names.py"}
    assert value() == "1"
    save(file, "VALUE = 2\n")
    os.utime(file, ns=(now + 1000, now + 1000))
    assert burst() == {"dags/names.py"}
    assert value() == "2"


def test_what_happened_is_said_in_a_few_words(repository, monkeypatch):
    monkeypatch.chdir(repository)
    dags = repository / "dags"
    assert description({dags / "orders.py"}) == "dags/orders.py saved"
    assert description({dags / "gone.py"}) == "dags/gone.py deleted"
    assert description({dags / "orders.py", dags / "gone.py"}) == "2 files changed"
