"""What `make release` refuses."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "scripts" / "release.py"
SOURCES = {"__init__.py", "py.typed", "scaffold/templates/repository/tests/test_dags.py.j2"}
METADATA = "airflowkit_k8s-1.2.3.dist-info"
WHEEL = {
    *(f"airflowkit/{name}" for name in SOURCES),
    "airflowkit/alerts/teams/renderer/adaptivecards.min.js",
    "airflowkit/alerts/teams/renderer/markdown-it.min.js",
    "airflowkit/alerts/teams/renderer/LICENSES.txt",
    *(f"{METADATA}/{name}" for name in ("METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE")),
}


@pytest.fixture(scope="module")
def release():
    spec = importlib.util.spec_from_file_location("release", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_whole_wheel_is_accepted(release):
    assert list(release.wheel_faults(WHEEL, SOURCES, "1.2.3")) == []


@pytest.mark.parametrize("name", sorted(name for name in WHEEL if not name.endswith(("RECORD", "WHEEL", "METADATA"))))
def test_a_wheel_without_one_of_its_files_is_refused(release, name):
    assert list(release.wheel_faults(WHEEL - {name}, SOURCES, "1.2.3")) == [f"the wheel lacks {name}"]


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("tests/test_task.py", "the wheel has tests/test_task.py, outside the package"),
        ("airflowkit/pods/test_task.py", "the wheel has airflowkit/pods/test_task.py"),
        ("airflowkit/tests/data.json", "the wheel has airflowkit/tests/data.json"),
        ("airflowkit/airflowkit.local.toml", "the wheel has airflowkit/airflowkit.local.toml"),
    ],
)
def test_a_wheel_with_tests_or_secrets_is_refused(release, name, fault):
    assert list(release.wheel_faults(WHEEL | {name}, SOURCES, "1.2.3")) == [fault]


def test_a_source_distribution_without_its_tests_is_refused(release):
    names = {f"airflowkit_k8s-1.2.3/{name}" for name in release.OF_THE_SDIST} | {
        "airflowkit_k8s-1.2.3/src/airflowkit/a"
    }
    assert list(release.sdist_faults(names, {"a"}, "1.2.3")) == ["the source distribution has no tests"]


@pytest.mark.parametrize(
    ("changelog", "tags", "changed", "fault"),
    [
        ("## 1.2.3 (2026-12-01)", ["v1.2.3"], "", None),
        ("## Unreleased", ["v1.2.3"], "", "CHANGELOG.md begins with 'Unreleased'"),
        ("## 1.2.2 (2026-12-01)", ["v1.2.3"], "", "CHANGELOG.md begins with '1.2.2 (2026-12-01)'"),
        ("## 1.2.3 (2026-12-01)", [], "", "this commit has the tags []"),
        ("## 1.2.3 (2026-12-01)", ["v1.2.4"], "", "this commit has the tags ['v1.2.4']"),
        ("## 1.2.3 (2026-12-01)", ["v1.2.3"], " M README.md\n", "there are uncommitted changes"),
    ],
)
def test_a_version_must_be_that_of_the_tag_and_of_the_changelog(release, changelog, tags, changed, fault):
    faults = list(release.version_faults("1.2.3", f"# Changelog\n\n{changelog}\n", tags, changed))
    assert [found[: len(fault or "")] for found in faults] == ([fault] if fault else [])
