"""The examples as this Airflow's users would write them."""

from pathlib import Path

import pytest

from airflows import copied


@pytest.fixture(scope="session")
def examples(tmp_path_factory) -> Path:
    return copied(Path(__file__).parents[2] / "dags_examples", tmp_path_factory.mktemp("examples") / "dags")
