"""A state is the same after it was written by one Python and read by another."""

import json

import pytest

from airflowkit.checks.model.findings import Finding, Severity
from airflowkit.compare.fields import Dag, Field, Kind
from airflowkit.compare.state import State
from airflowkit.upgrade.document import read, written

STATE = State(
    dags={
        "a": Dag(
            "dags/a.py",
            {Field(Kind.SCHEDULE, "schedule"): "none"},
            {"load": {Field(Kind.POD, "image"): "'busybox'"}, "then": {}},
            frozenset({("load", "then")}),
            {"next": [], "limits": {"catchup": True}},
        )
    },
    failures={"dags/b.py": "ImportError: no"},
    unknown={"dags/b.py": "ImportError: no"},
    seconds={"dags/a.py": 0.0, "dags/b.py": 0.0},
    findings=(Finding("AK101", Severity.ERROR, "no", "dags/b.py", 3, hint="yes"),),
)


def test_what_is_read_is_what_was_written():
    assert read(json.loads(written(STATE))) == STATE


def test_a_document_of_another_version_is_refused():
    document = json.loads(written(STATE)) | {"version": 0}
    with pytest.raises(ValueError, match="version 0"):
        read(document)
