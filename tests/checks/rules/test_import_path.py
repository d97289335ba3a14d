"""AK113 names the line to write, and where the module is."""

import pytest

from airflowkit.checks.model.facts import Failure, FailureKind, FileFacts
from airflowkit.checks.model.rule import FileSubject
from airflowkit.checks.rules.import_path import module_outside_dag_folder
from airflowkit.setting_sections import Check
from airflowkit.settings import forget_settings


@pytest.fixture
def fault(tmp_path):
    """What AK113 says of a file of a repository that cannot import a module."""
    for folder in (".git", "dags/team", "include", "libs/shop", "docker"):
        (tmp_path / folder).mkdir(parents=True)
    for file in ("include/names.py", "libs/shop/names.py", "docker/Dockerfile", "dags/team/near.py", "dags/top.py"):
        (tmp_path / file).touch()
    forget_settings()

    def judged(module: str):
        failure = Failure(FailureKind.EXCEPTION, f"No module named {module!r}", 3, module)
        facts = FileFacts(str(tmp_path / "dags" / "team" / "orders.py"), failure)
        found = [*module_outside_dag_folder.judge(FileSubject(facts, tmp_path / "dags", Check()))]
        return found[0] if found else None

    return judged


@pytest.mark.parametrize(
    ("module", "where", "setting"),
    [
        ("include", "in the repository's root: that is not on the import path", '["."]'),
        ("shop", "in libs: that is not on the import path", '["libs"]'),
        ("near", "in dags/team: Airflow puts only the DAG folder itself on the path", '["dags/team"]'),
        ("dags", "the DAG folder itself: Airflow puts that on the path, not the folder around it", '["."]'),
    ],
)
def test_the_hint_is_the_line_to_write(fault, module, where, setting):
    found = fault(module)
    assert found.message == f"imports {module!r}, which is {where}"
    assert f"write [check] python_path = {setting} in airflowkit.toml" in found.hint


def test_a_module_called_as_the_repository_is_the_repository(fault, tmp_path):
    found = fault(tmp_path.name)
    assert "which is the repository itself" in found.message
    assert (
        'if the deployment has the folder around the repository on PYTHONPATH, write [check] python_path = [".."]'
        in (found.hint)
    )


def test_the_setting_keeps_what_the_repository_says(fault, tmp_path):
    (tmp_path / "Dockerfile").write_text("ENV PYTHONPATH=/opt/airflow/libs\n")
    assert '[check] python_path = ["libs", "."]' in fault("include").hint


def test_a_package_named_like_the_dag_folder_is_not_to_be_moved_into_it(fault):
    assert "move" not in fault("dags").hint
    assert fault("dags").hint.endswith("otherwise import what is in it without `dags.`")


def test_a_neighbour_is_imported_by_its_place_in_the_dag_folder(fault):
    assert fault("near").hint.endswith("otherwise import team.near")


@pytest.mark.parametrize("module", ["nosuch", "docker", "airflow.operators.bash_operator"])
def test_what_is_not_in_the_repository_is_no_finding(fault, module):
    assert fault(module) is None
