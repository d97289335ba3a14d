"""What the Makefile's targets have in common."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
UV = Path(sys.executable).with_name("uv")
SETTINGS = "settings:; @$(UV) --show-settings pip list"
ENVIRONMENT = "settings:; @env"


def made(rule: str, path: str, **environment: str) -> str:
    names = {name: value for name, value in os.environ.items() if not name.startswith("UV_")} | environment
    command = ["make", "--no-print-directory", f"--eval={rule}", "settings", f"VENV={UV.parents[1]}"]
    return subprocess.run(
        command, cwd=ROOT, env=names | {"PATH": path}, capture_output=True, text=True, check=True, timeout=60
    ).stdout


@pytest.mark.skipif(not UV.is_file(), reason="uv is not in this environment")
def test_uv_trusts_the_certificates_that_the_computer_trusts():
    path = f"{UV.parent}{os.pathsep}{os.environ['PATH']}"
    assert "system_certs: true" in made(SETTINGS, path)
    assert "system_certs: false" in made(SETTINGS, path, UV_SYSTEM_CERTS="0")


def test_an_older_uv_is_told_so_by_the_name_that_it_knows(tmp_path):
    older = tmp_path / "uv"
    older.write_text("#!/bin/sh\necho '      --native-tls'\n")
    older.chmod(0o755)
    said = made(ENVIRONMENT, f"{tmp_path}{os.pathsep}{os.environ['PATH']}").splitlines()
    assert {"UV_NATIVE_TLS=true", "UV_SYSTEM_CERTS=true"} <= set(said)
