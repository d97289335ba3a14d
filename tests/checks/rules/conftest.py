"""What the tests of single judgements share."""

from __future__ import annotations

import pytest

from airflowkit.checks.deployment import check_options
from airflowkit.checks.engine import checked
from airflows import for_this_airflow


@pytest.fixture
def found_in(pool, tmp_path, request):
    """Return what the rules find in a DAG file that begins with the HEAD of the test's module."""
    folder = tmp_path / "dags"
    folder.mkdir()

    def judge(text: str) -> list[tuple[str, str, str]]:
        path = folder / "orders.py"
        path.write_text(for_this_airflow(request.module.HEAD + text))
        return [(it.code, it.message, it.hint) for it in checked(pool, folder, [path], check_options(folder)).findings]

    return judge
