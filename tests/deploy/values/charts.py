"""The official chart as tests see it: its schema, and Helm with the chart where the machine has them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

CHART = os.environ.get("AIRFLOW_CHART", "")
HELM = os.environ.get("HELM", "") or shutil.which("helm") or ""
SCHEMA = Path(os.environ.get("AIRFLOW_CHART_SCHEMA", Path(__file__).parents[4] / "shared/helm/values.schema.json"))

needs_schema = pytest.mark.skipif(
    not SCHEMA.is_file(), reason="no schema: set AIRFLOW_CHART_SCHEMA to the chart's values.schema.json"
)
needs_helm = pytest.mark.skipif(
    not (CHART and HELM), reason="no chart: set AIRFLOW_CHART to the official chart, and HELM to Helm's path"
)
OF_THE_CHARTS_OWN_DEFAULTS = ("`ingress.web.tls` has been renamed", "`ingress.flower.tls` has been renamed")
"""Chart 1.22 warns of its own defaults where any ingress is on."""


def schema_errors(values: Mapping[str, Any]) -> list[str]:
    return [f"{'.'.join(map(str, each.path))}: {each.message}" for each in _validator().iter_errors(values)]


def notes(values: Mapping[str, Any], tmp_path: Path) -> str:
    """Return what Helm says about an installation with these values."""
    file = tmp_path / "values-for-helm.yaml"
    file.write_text(yaml.safe_dump(dict(values)))
    command = [HELM, "install", "release", CHART, "--dry-run=client", "--values", str(file)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout.partition("\nNOTES:")[2]


def warnings(values: Mapping[str, Any], tmp_path: Path) -> list[str]:
    """Return the chart's warnings about values, and nothing about its own defaults."""
    found = re.findall(r"WARNING:?[^\n]*\n\s*([^\n]+)", notes(values, tmp_path))
    return [each for each in found if not any(own in each for own in OF_THE_CHARTS_OWN_DEFAULTS)]


@cache
def _validator() -> Any:
    from jsonschema import Draft7Validator

    return Draft7Validator(json.loads(SCHEMA.read_text()))
