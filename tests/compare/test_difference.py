"""What differs between two states of a repository is told in words, whatever the folders are called."""

from pathlib import Path

import pytest

from airflowkit.compare.difference import Difference, difference
from airflowkit.compare.state import Parser

PARSER = Parser(judged=True)
SETTINGS = '[pod]\nnamespace = "airflow"\nresources = "small"\n[presets.standard]\nretries = 2\n'
DAG = """
from datetime import datetime
from airflow.sdk import DAG
from airflowkit import default_args, pod_task, teams_failure

with DAG("{name}", schedule=None, start_date=datetime(2026, 1, 1), default_args=default_args("standard", owner="a"),
         on_failure_callback=teams_failure(), tags=["a"], params={{"file": __file__}}):
    pod_task("load", image="{image}", cmds=["sh", "-c", "echo {{{{ params.file }}}}"])
"""


def repository(folder: Path, settings: str = SETTINGS, **images: str) -> Path:
    (folder / "dags").mkdir(parents=True)
    (folder / "airflowkit.toml").write_text(settings)
    for name, image in images.items():
        (folder / "dags" / f"{name}.py").write_text(DAG.format(name=name, image=image))
    return folder


@pytest.fixture
def compared(tmp_path):
    def compare(older: Path, newer: Path) -> Difference:
        return difference(PARSER.state_of(older), PARSER.state_of(newer))

    return compare


def test_the_same_repository_in_two_folders_does_not_differ(tmp_path, compared):
    one = repository(tmp_path / "one", orders="busybox:1.37")
    other = repository(tmp_path / "other" / "folder", orders="busybox:1.37")
    found = compared(one, other)
    assert list(found.lines()) == ["no DAG changes", "no pod changes"]
    assert not found.worse


def test_changed_pods_are_named_by_task_even_if_only_the_settings_changed(tmp_path, compared):
    one = repository(tmp_path / "one", orders="busybox:1.37", stays="busybox:1.37")
    other = repository(
        tmp_path / "other", SETTINGS.replace("small", "large"), orders="busybox:1.37", stays="busybox:1.37"
    )
    assert compared(one, other).pods == (("orders", "load"), ("stays", "load"))


def test_dags_that_come_go_and_break_are_named(tmp_path, compared):
    one = repository(tmp_path / "one", orders="busybox:1.37", gone="busybox:1.37", breaks="busybox:1.37")
    other = repository(tmp_path / "other", orders="busybox:1.36", new="busybox:1.37", breaks="busybox:latest")
    (other / "dags" / "breaks.py").write_text("import nothing_like_this\n# airflow dag\n")
    found = compared(one, other)
    assert (found.added, found.removed, found.pods) == (("new",), ("breaks", "gone"), (("orders", "load"),))
    assert list(found.failures) == ["dags/breaks.py"]
    assert found.worse


def test_a_new_finding_counts_and_one_that_only_moved_does_not(tmp_path, compared):
    one = repository(tmp_path / "one", orders="busybox:1.37")
    other = repository(tmp_path / "other", orders="busybox:1.37")
    for folder in (one, other):
        (folder / "dags" / "prints.py").write_text('# airflow dag\nprint("a")\n')
    (other / "dags" / "prints.py").write_text('# airflow dag\n\n\nprint("a")\n')
    assert compared(one, other).findings == ()
    (other / "dags" / "more.py").write_text('# airflow dag\nprint("b")\n')
    assert {finding.path for finding in compared(one, other).findings} == {"dags/more.py"}
