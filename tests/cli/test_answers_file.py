"""A file of answers makes the same repository again."""

import pytest

from airflowkit.scaffold.record import RECORD
from cli.new_repo_command import answers_of

FILES = {
    "a.yaml": "executor: CeleryExecutor\nflower: true\nworkers: 3\nproviders: [snowflake, dbt-cloud]\n",
    "a.toml": 'executor = "CeleryExecutor"\nflower = true\nworkers = 3\nproviders = ["snowflake", "dbt-cloud"]\n',
    "a.json": '{"executor": "CeleryExecutor", "flower": true, "workers": "3", "providers": ["snowflake", "dbt-cloud"]}',
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_answers_is_replayed_and_a_flag_beats_it(new_repo, tmp_path, name):
    (tmp_path / name).write_text(FILES[name])
    status, printed = new_repo("one", "--answers", name, "--workers", "4")
    assert status == 0, printed
    found = answers_of(tmp_path / "one")
    assert (found["executor"], found["flower"], found["workers"]) == ("CeleryExecutor", True, "4")
    assert found["providers"] == ["snowflake", "dbt-cloud"]


def test_the_record_of_a_repository_is_a_file_of_answers(new_repo, tmp_path):
    new_repo("one", "--executor", "CeleryExecutor", "--flower", "--ci", "none", "--pod-namespaces", "a,b")
    status, printed = new_repo("two", "--answers", f"one/{RECORD}")
    assert status == 0, printed
    assert answers_of(tmp_path / "two") == answers_of(tmp_path / "one")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("exeutor: CeleryExecutor", "did you mean 'executor'?"),
        ("dags-folder: dags", "did you mean 'dags_folder'?"),
        ("name: x", "unknown answer 'name'"),
        ("- executor", "no names with values"),
        ("executor: {a: b}", "executor is not a text"),
        ("executor:", "executor is not a text"),
        ("executor: [", "is not valid"),
        ("executor: NoExecutor", "executor"),
        ("flower: perhaps", "flower"),
        ("executor: !!python/object/apply:os.system [true]", "is not valid"),
        ("executor: ~", "executor is not a text"),
        ("a" * 100_000, "no names with values"),
        ("executor: CeleryExecutor\nexecutor: KubernetesExecutor", "line 2: executor is in line 1 already"),
        ("owner: a\n---\nowner: b", "line 2: but found another document"),
        ("workers: !!int 0x10", "line 1: the tag"),
        ("existing: perhaps", "existing"),
    ],
)
def test_a_wrong_file_of_answers_is_one_line_and_nothing_is_written(new_repo, tmp_path, text, reason):
    (tmp_path / "a.yaml").write_text(text)
    status, printed = new_repo("one", "--answers", "a.yaml")
    assert (status, len(printed.splitlines())) == (2, 1), printed
    assert reason in printed
    assert not (tmp_path / "one").exists()


def test_an_answer_of_a_file_is_what_is_written_there_and_not_the_number_that_yaml_makes_of_it(new_repo, tmp_path):
    (tmp_path / "a.yaml").write_bytes(b"branch: 1.10\r\nowner: 007\r\nnamespace: on\r\nteams: no\r\n")
    status, printed = new_repo("one", "--answers", "a.yaml")
    assert status == 0, printed
    found = answers_of(tmp_path / "one")
    assert [found[name] for name in ("branch", "owner", "namespace", "teams")] == ["1.10", "007", "on", False]
    (tmp_path / "a.toml").write_text("branch = 1.10\n")
    status, printed = new_repo("two", "--answers", "a.toml")
    assert status == 2
    assert "Put it in quotes" in printed


def test_a_file_of_answers_can_say_that_the_repository_has_dags_already(new_repo, tmp_path):
    (tmp_path / "one" / "dags").mkdir(parents=True)
    (tmp_path / "one" / "README.md").write_text("ours\n")
    (tmp_path / "a.yaml").write_text("existing: true\nci: none\n")
    status, printed = new_repo("one", "--answers", "a.yaml")
    assert status == 0, printed
    assert (tmp_path / "one" / "README.md").read_text() == "ours\n"
