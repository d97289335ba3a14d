"""The page of `doctor` is what the register of codes says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from airflowkit.deploy.doctor.codes import codes, groups

ROOT = Path(__file__).parents[3]


def test_the_generated_part_of_the_page_is_current():
    command = [sys.executable, str(ROOT / "scripts" / "doctor.py"), "--check"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_the_page_of_each_code_is_where_its_findings_say():
    headings = re.findall(r"^### (.*)$", (ROOT / "docs" / "reference" / "doctor.md").read_text(), re.MULTILINE)
    anchors = {heading.lower().replace(" ", "-") for heading in headings}
    assert {code.page.partition("#")[2] for code in codes().values()} == anchors


def test_codes_are_of_their_sources_and_say_what_breaks():
    numbers = {"repository": "AD1", "airflow": "AD2", "cluster": "AD3"}
    for code in codes().values():
        assert code.code.startswith(numbers[code.source])
        assert code.breaks
        assert not code.breaks.endswith(".")
        assert code.title.endswith(".")
        assert code.group in groups()
    assert len({code.name for code in codes().values()}) == len(codes())
