"""git-sync with the generated settings: what it brings, what it does when git fails, and what Airflow makes of it."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import pytest

from deploy.real.git_sync import COMMANDS, GitSync
from deploy.real.installation import free_port, quick, wait_for
from deploy.real.repositories import TOKEN, USER, Repository, served

if TYPE_CHECKING:
    from pathlib import Path

HOST = "https://git.example.com/team"
NUMBER_OF_FAILURES = 10
HELPER = 'VERSION = "{version}"\n'
DAG_WITH_HELPER = """\
from datetime import datetime
from airflow.sdk import DAG
from airflow.providers.standard.operators.empty import EmptyOperator
from shared_lib import version

assert version.VERSION == "{version}", version.__file__
with DAG("delivered", schedule=None, start_date=datetime(2026, 1, 1), description="{version}"):
    EmptyOperator(task_id="done")
"""

pytestmark = [pytest.mark.slow, pytest.mark.needs_airflow(3, 1, "bundles of DAGs")]


@pytest.fixture(scope="module", params=COMMANDS)
def command(request):
    return request.param


@pytest.fixture
def delivery(command, install, tmp_path):
    """git-sync with the settings of a new repository, but a short period, and the repository that it follows."""

    def deliver(given=None, **options):
        over = quick(dags={"gitSync": {"period": "200ms", "httpPort": free_port()}})
        installation = install(given, over, git_url=f"{HOST}/dags.git", **options)
        repository = Repository(tmp_path / "server")
        installation.places[HOST] = str(repository.bare.parent)
        return GitSync(command, installation), repository

    return deliver


def commit_at(link: Path) -> str:
    return link.resolve().name if link.exists() else ""


def wait_for_commit(sync: GitSync, commit: str) -> None:
    wait_for(lambda: commit_at(sync.link) == commit, "git-sync does not bring the commit", seconds=30)


def failures(output: str) -> int:
    return max((int(number) for number in re.findall(r'failCount"?[=: ]+(\d+)', output)), default=0)


def test_the_link_leads_to_the_newest_commit_and_never_to_half_of_one(delivery):
    sync, repository = delivery()
    names = [f"dags/file-{number}.txt" for number in range(40)]
    repository.push(dict.fromkeys(names, "0"))
    assert sync.once().returncode == 0
    assert commit_at(sync.link) == repository.head
    with sync.following():
        for number in range(1, 6):
            commit = repository.push(dict.fromkeys(names, str(number)))
            wait_for(lambda commit=commit: whole(sync.link, names) == commit, "no new commit", 30)
    assert [path.name for path in (sync.link.parent / ".worktrees").iterdir()] == [repository.head]


def whole(link: Path, names: list[str]) -> str:
    """Read the files of one worktree, as who has opened it sees them; those of an older one go while they are read."""
    worktree = link.resolve()
    try:
        found = {(worktree / name).read_text() for name in names}
    except FileNotFoundError:
        return ""
    assert len(found) == 1
    return worktree.name


def test_a_history_that_was_pushed_by_force_is_followed(delivery):
    sync, repository = delivery()
    repository.push({"dags/old.py": ""})
    with sync.following():
        wait_for_commit(sync, repository.head)
        wait_for_commit(sync, repository.push_another_history({"dags/new.py": ""}))
    assert [path.name for path in (sync.link / "dags").iterdir()] == ["new.py"]


def test_while_a_branch_is_gone_the_last_commit_stays_and_the_restarted_container_finds_the_branch_again(delivery):
    sync, repository = delivery()
    last = repository.push({"dags/last.py": ""})
    assert sync.once().returncode == 0
    repository.rename_branch("main", "elsewhere")
    ended = sync.until_it_gives_up()
    assert ended.returncode == 1
    assert failures(ended.stdout + ended.stderr) == NUMBER_OF_FAILURES
    assert commit_at(sync.link) == last
    assert (sync.link / "dags/last.py").is_file()
    repository.rename_branch("elsewhere", "main")
    with sync.following():
        wait_for_commit(sync, repository.push({"dags/next.py": ""}))


def test_a_branch_that_comes_back_before_the_last_try_is_followed_without_a_restart(delivery):
    sync, repository = delivery()
    repository.push({"dags/last.py": ""})
    with sync.following() as log:
        wait_for_commit(sync, repository.head)
        for _ in range(2):
            repository.rename_branch("main", "elsewhere")
            seen = len(log.read_text())
            wait_for(lambda seen=seen: failures(log.read_text()[seen:]) >= NUMBER_OF_FAILURES // 2, "no failure", 30)
            repository.rename_branch("elsewhere", "main")
            wait_for_commit(sync, repository.push({"dags/next.py": ""}))


def test_with_the_charts_own_limit_the_first_failure_ends_it(delivery):
    sync, repository = delivery()
    repository.push({"dags/last.py": ""})
    del sync.installation.values["dags"]["gitSync"]["maxFailures"]
    repository.rename_branch("main", "elsewhere")
    ended = sync.until_it_gives_up()
    assert (ended.returncode, failures(ended.stdout + ended.stderr)) == (1, 1)


@pytest.mark.parametrize(("token", "code"), [(TOKEN, 0), ("wrong", 1)])
def test_a_wrong_token_ends_the_init_container_after_ten_tries(delivery, token, code):
    given = {"airflow-git-https/GITSYNC_USERNAME": USER, "airflow-git-https/GITSYNC_PASSWORD": token}
    sync, repository = delivery(given, dags="git-sync-https")
    repository.push({"dags/first.py": ""})
    with served(repository.bare.parent) as address:
        sync.installation.places[HOST] = address
        ended = sync.once()
    assert ended.returncode == code
    assert failures(ended.stdout + ended.stderr) == (NUMBER_OF_FAILURES if code else 0)
    assert sync.link.exists() is not bool(code)
    assert token not in ended.stdout + ended.stderr


def test_probes_are_answered_after_the_first_commit_and_not_before(delivery):
    sync, repository = delivery()
    with sync.following():
        wait_for(lambda: probe(sync) >= 500, "it is ready without a commit", 30)
        repository.push({"dags/first.py": ""})
        wait_for(lambda: probe(sync) == 200, "it is not ready", 30)


def probe(sync: GitSync) -> int:
    port = sync.installation.values["dags"]["gitSync"]["httpPort"]
    try:
        return urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


@pytest.mark.parametrize(
    ("dags_folder", "shared"), [("dags", "shared_lib"), ("src/dags", "src/shared_lib"), (".", "shared_lib")]
)
def test_the_dag_processor_reads_dags_and_what_they_share_through_the_link(delivery, dags_folder, shared):
    sync, repository = delivery(dags_folder=dags_folder)
    installation = sync.installation
    path = f"{dags_folder}/delivered.py".removeprefix("./")

    def push(version):
        library = {f"{shared}/__init__.py": "", f"{shared}/version.py": HELPER.format(version=version)}
        return repository.push(library | {path: DAG_WITH_HELPER.format(version=version)})

    push("first")
    assert sync.once().returncode == 0
    with sync.following(), installation.running("dagProcessor", "dag-processor"):
        for version in ("first", "second", "third"):
            commit = push(version)
            query = f"select fileloc from dag where dag_id = 'delivered' and description = '{version}'"
            ((file,),) = wait_for(lambda query=query: installation.rows(query), f"no {version} commit")
            assert file == str(sync.link / path)
            wait_for_commit(sync, commit)
    assert installation.rows("select filename, stacktrace from import_error") == []
