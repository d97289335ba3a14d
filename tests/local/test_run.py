"""`airflowkit run` of real operators, pods as processes of this computer."""

from __future__ import annotations

import pytest

from airflowkit.errors import DagLoadError, DagNotFound, LocalRunError
from airflowkit.local.process.events import LogLine, Notice, Output

pytestmark = pytest.mark.namespaces


@pytest.fixture(scope="module")
def kinds(run_locally):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME_OF_THE_USER", "1")
        return run_locally("kinds")


@pytest.fixture(scope="module")
def result(kinds):
    return kinds[0]


@pytest.fixture(scope="module")
def notices(kinds):
    return [event.text for event in kinds[1] if isinstance(event, Notice)]


@pytest.mark.parametrize(
    ("task_id", "state", "log"),
    [
        ("sync", "success", "to stdout\nto stderr"),
        ("pushing", "success", "done"),
        ("pulling", "success", "rows=3"),
        ("deferred", "success", "late"),
        ("deferred_pushing", "success", "done"),
        ("retried", "success", "attempt 1\nattempt 2"),
        ("failing", "failed", "before the end"),
        ("never", "upstream_failed", ""),
        ("skipping", "skipped", ""),
        ("no_such_command", "failed", ""),
        ("late", "failed", "waiting"),
        ("environment", "success", "plain <plain> $(PLAIN) me$(NOTHING) default s3cret me set"),
        ("expanded", "success", "word $(WORD) $(NOTHING)"),
        ("private", "success", "mine\nmine"),
        ("nothing_left", "success", "nothing"),
        ("prepared", "success", "first\nsecond\n/stage/deep/er"),
        ("ill_prepared", "failed", "no"),
        ("no_secret", "failed", ""),
        ("no_key", "failed", ""),
    ],
)
def test_a_pod_ends_and_logs_as_in_a_cluster(result, task_id, state, log):
    task = result.task(task_id)
    assert (task.state, task.log) == (state, log)


def test_mapped_tasks_have_a_pod_each(result):
    tasks = [result.task("mapped", index) for index in range(3)]
    assert [task.log for task in tasks] == ["one", "two", "three"]
    assert [task.state for task in tasks] == ["success", "success", "failed"]


def test_a_retry_is_counted_and_said_not_to_wait(result, notices):
    assert result.task("retried").tries == 2
    assert "retries start at once, without retry_delay: retried" in notices


def test_a_retry_is_no_warning_of_the_pod_that_the_try_before_has_deleted(kinds):
    assert [event.text for event in kinds[1] if isinstance(event, Output) and "no longer exists" in event.text] == []


def test_a_signal_is_an_exit_code_above_128(result):
    assert "bye" in result.task("killed").log
    assert result.task("killed").state == "failed"


def test_a_secret_volume_can_only_be_read(result):
    log = result.task("secret_files").log
    assert log.startswith("s3cret\n")
    assert log.endswith("read-only")


def test_it_says_that_images_are_not_used(notices):
    assert any("images are NOT used" in notice for notice in notices)


def test_a_missing_secret_names_file_and_table(notices, repository):
    wanted = (
        f'no_secret: Error: secret "nowhere" not found (add [secrets.nowhere] to {repository}/airflowkit.local.toml)'
    )
    assert wanted in notices


def test_a_missing_key_names_file_table_and_key(notices, repository):
    place = f"add the key nothing below [secrets.kinds] in {repository}/airflowkit.local.toml"
    assert f"no_key: Error: couldn't find key nothing in Secret default/kinds ({place})" in notices


def test_a_missing_command_is_named(notices):
    assert any(
        "no_such_command: Error: " in text and '"no-such-command": executable file not found' in text
        for text in notices
    )


def test_logs_are_streamed_with_their_task(kinds):
    lines = [event for event in kinds[1] if isinstance(event, LogLine)]
    assert LogLine("ill_prepared", -1, 1, "broken", "no") in lines
    assert LogLine("mapped", 1, 1, "base", "two") in lines


def test_what_a_task_prints_is_shown(kinds):
    assert Output("from python") in kinds[1]


def test_one_claim_is_one_folder_for_all_pods_of_a_run(run_locally):
    result, _ = run_locally("sharing")
    assert result.ok
    assert result.task("read").log == "shared"
    assert result.task("other").log == "0"


def test_nothing_to_run_is_the_exception_that_loading_raises(run_locally, repository):
    with pytest.raises(DagNotFound, match="did you mean 'kinds'"):
        run_locally("kind")
    broken = repository / "dags" / "broken.py"
    broken.write_text("from airflow.sdk import DAG\nDAG(\n")
    try:
        with pytest.raises(DagLoadError, match=r"broken\.py:2: SyntaxError"):
            run_locally(str(broken))
    finally:
        broken.unlink()


def test_an_unknown_runtime_is_refused(run_locally):
    with pytest.raises(LocalRunError, match=r"no runtime 'processes'; did you mean 'process'"):
        run_locally("sharing", runtime="processes")
