"""An interpreter that cannot be the other side is refused with what it is."""

import sys
from pathlib import Path

import pytest

from airflowkit.errors import UpgradeError
from airflowkit.upgrade.environment import environment_of


@pytest.mark.parametrize(
    ("path", "why"),
    [("/bin/ls", "/bin/ls is not a Python"), ("/no/such", "there is no Python at"), (".", "there is no Python at")],
)
def test_what_is_no_python_is_no_environment(path, why):
    with pytest.raises(UpgradeError, match=why) as error:
        environment_of(Path(path))
    assert "pip install" not in str(error.value)


def test_a_python_without_airflow_says_how_to_install_it(tmp_path):
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')
    python.chmod(0o755)
    with pytest.raises(UpgradeError, match="has no Airflow") as error:
        environment_of(python)
    assert "-m pip install apache-airflow==VERSION" in error.value.hint
