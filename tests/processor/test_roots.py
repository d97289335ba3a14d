"""From which folders of a repository its DAG files import, as the repository itself says it."""

import os

import pytest

from airflowkit.errors import SettingsError
from airflowkit.processor.roots import import_roots
from airflowkit.settings import forget_settings


@pytest.fixture
def repository(tmp_path):
    root = tmp_path / "shop"
    for folder in (".git", "dags", "include", "src", "libs/common", "deploy", ".github/workflows", "docker"):
        (root / folder).mkdir(parents=True)
    forget_settings()
    return root


def roots(repository):
    return [os.path.relpath(root.path, repository) for root in import_roots(repository / "dags")]


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("Dockerfile", "FROM apache/airflow:3.3.2\nENV PYTHONPATH=/opt/airflow\n", ["."]),
        ("Dockerfile", 'ENV PYTHONPATH "/opt/airflow/include:${PYTHONPATH}"\n', ["include"]),
        ("Dockerfile", "ENV PYTHONPATH=$AIRFLOW_HOME:$AIRFLOW_HOME/src\n", [".", "src"]),
        ("Dockerfile", "ENV TZ=UTC \\\n    PYTHONPATH=/opt/airflow/libs/common\n", ["libs/common"]),
        ("Dockerfile", "COPY --chown=airflow:0 . /srv/etl\nENV PYTHONPATH=/srv/etl\n", ["."]),
        ("Dockerfile", "COPY src/ /app/code/\nENV PYTHONPATH=/app/code\n", ["src"]),
        ("Dockerfile", "COPY dags /app/dags\nENV PYTHONPATH=/app\n", ["."]),
        ("Dockerfile", "FROM astrocrpublic.azurecr.io/runtime:3.0-4\n", ["."]),
        ("docker/airflow.Dockerfile", "ENV BASE=/opt/airflow\nENV PYTHONPATH=${BASE}/src\n", ["src"]),
        (
            "docker-compose.yaml",
            "environment:\n  PYTHONPATH: /shared\nvolumes:\n  - ./include:/shared:ro\n",
            ["include"],
        ),
        ("compose.yml", 'environment:\n  - "PYTHONPATH=${AIRFLOW_PROJ_DIR:-.}/src"\n', ["src"]),
        ("deploy/values.yaml", 'env:\n  - name: PYTHONPATH\n    value: "/opt/airflow/dags/repo"\n', ["."]),
        ("deploy/prod.yaml", 'env: [{name: "PYTHONPATH", value: "/git/repo/include"}]\n', ["include"]),
        (".env", "PYTHONPATH=./src\n", ["src"]),
        (".github/workflows/ci.yml", "env:\n  PYTHONPATH: ${{ github.workspace }}/src\n", ["src"]),
        (".github/workflows/ci.yml", "run: PYTHONPATH=include pytest tests\n", ["include"]),
        ("Makefile", "test:\n\tPYTHONPATH=$(CURDIR) pytest\n", ["."]),
        ("pyproject.toml", '[tool.pytest.ini_options]\npythonpath = [".", "src"]\n', [".", "src"]),
        ("pyproject.toml", '[tool.pytest]\npythonpath = ["src"]\n', ["src"]),
        ("pytest.ini", "[pytest]\npythonpath = src libs/common\n", ["src", "libs/common"]),
        ("setup.cfg", "[tool:pytest]\npythonpath = src\n", ["src"]),
        ("airflowkit.toml", '[check]\npython_path = [".", "include"]\n', [".", "include"]),
    ],
)
def test_a_root_is_found_where_the_repository_says_it(repository, file, text, expected):
    (repository / file).write_text(text)
    assert roots(repository) == expected


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("Dockerfile", "FROM apache/airflow:3.3.2\n"),
        ("Dockerfile", "# ENV PYTHONPATH=/opt/airflow\n"),
        ("Dockerfile", "ENV PYTHONPATH=/usr/local/lib/python3.12/site-packages:/opt/elsewhere\n"),
        ("Dockerfile", "ENV PYTHONPATH=/opt/airflow/dags\n"),
        ("deploy/values.yaml", "env:\n  - name: PYTHONPATH\n    value: ../../elsewhere\n"),
        ("README.md", "PYTHONPATH=/opt/airflow\n"),
        ("dags/Dockerfile", "ENV PYTHONPATH=/opt/airflow\n"),
        ("pyproject.toml", "not valid"),
        ("tox.ini", "no section"),
    ],
)
def test_nothing_else_is_a_root(repository, file, text):
    (repository / file).write_text(text)
    assert roots(repository) == []


def test_the_setting_replaces_what_the_repository_says(repository):
    (repository / "Dockerfile").write_text("ENV PYTHONPATH=/opt/airflow\n")
    (repository / "airflowkit.toml").write_text("[check]\npython_path = []\n")
    assert roots(repository) == []


def test_a_setting_that_names_no_folder_is_an_error(repository):
    (repository / "airflowkit.toml").write_text('[check]\npython_path = ["lib"]\n')
    with pytest.raises(SettingsError, match=r"python_path: .*lib does not exist"):
        import_roots(repository / "dags")


def test_roots_of_a_deployment_come_before_those_of_tests(repository):
    (repository / ".env").write_text("PYTHONPATH=include\n")
    (repository / "pytest.ini").write_text("[pytest]\npythonpath = src include\n")
    found = import_roots(repository / "dags")
    assert [(root.path.name, root.origin, root.for_tests) for root in found] == [
        ("include", ".env", False),
        ("src", "pytest.ini", True),
    ]


def test_without_git_the_folder_around_dags_is_the_repository(tmp_path):
    (tmp_path / "shop" / "dags").mkdir(parents=True)
    (tmp_path / "shop" / "Dockerfile").write_text("ENV PYTHONPATH=/opt/airflow\n")
    assert [root.path for root in import_roots(tmp_path / "shop" / "dags")] == [tmp_path / "shop"]
    assert import_roots(tmp_path / "shop") == ()
