import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

DOCUMENT = Path(__file__).parent.parent / "docs/getting-started.md"


def test_everything_that_getting_started_says_to_type_works(tmp_path):
    """As a new user: an empty folder, an empty home, no Airflow of one's own, git that knows nobody."""
    script = "\n".join(re.findall(r"^```sh\n(.*?)^```", DOCUMENT.read_text(), flags=re.DOTALL | re.MULTILINE))
    home = tmp_path / "home"
    work = tmp_path / "work"
    home.mkdir()
    work.mkdir()
    environment = {
        "HOME": str(home),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "LANG": "C.UTF-8",
        "AIRFLOWKIT_RUNTIME": "process",  # the images of the page cannot be pulled everywhere
    }
    command = ["bash", "-euxc", script]
    result = subprocess.run(command, cwd=work, env=environment, capture_output=True, text=True, check=False)
    assert script.count("airflowkit ") > 5
    assert result.returncode == 0, result.stdout + result.stderr
    assert {path.name for path in home.iterdir()} <= {".cache"}
    assert [path.name for path in work.iterdir()] == ["airflow-dags"]
