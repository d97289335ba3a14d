import re
from pathlib import Path

import pytest
from packaging.version import Version

from airflowkit.scaffold import versions
from airflowkit.scaffold.version_steps import TITLES, moves, version_steps

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "update.md"
SOURCE = re.compile(r"apache/airflow#\d+|https://github\.com/apache/airflow/releases/tag/\S+")


@pytest.mark.parametrize("step", version_steps(), ids=str)
def test_each_row_says_what_breaks_and_where_that_is_said(step):
    assert step.of in TITLES
    assert SOURCE.fullmatch(step.source)
    assert step.breaks
    assert not step.breaks.endswith(".")


def test_the_rows_are_in_the_order_of_their_versions():
    for of in TITLES:
        found = [Version(step.version) for step in version_steps() if step.of == of]
        assert found == sorted(found)


def test_no_row_is_about_a_chart_that_new_repo_does_not_write():
    assert max(Version(step.version) for step in version_steps() if step.of == "chart") <= Version(versions.CHART)


def test_the_page_has_each_row():
    lines = PAGE.read_text().splitlines()
    for step in version_steps():
        assert [line for line in lines if f"{TITLES[step.of]} {step.version} | {step.breaks} |" in line], step


def test_the_steps_between_two_versions_are_shown_and_no_others():
    shown = moves({"chart": "1.20.0", "airflow": "3.3.0"}, {"chart": "1.22.0", "airflow": "3.3.1", "airflowkit": "1"})
    assert shown[0] == "chart 1.20.0 -> 1.22.0"
    assert [line.split(":")[0].strip() for line in shown[1:-2]] == ["chart 1.21.0"] * 2 + ["chart 1.22.0"] * 2
    assert shown[-2] == "Airflow 3.3.0 -> 3.3.1"
    assert "apache/airflow#71169" in shown[-1]


def test_an_older_airflow_does_not_take_the_database_with_it():
    shown = moves({"airflow": "3.3.2"}, {"airflow": "3.1.0"})
    assert shown[0] == "Airflow 3.3.2 -> 3.1.0"
    assert "airflow db downgrade" in shown[1]


def test_nothing_is_shown_where_nothing_moves_or_nothing_is_known():
    assert moves({"chart": "1.22.0"}, {"chart": "1.22.0", "airflow": "3.3.2"}) == []
