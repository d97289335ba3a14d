"""The kinds of DAG files that Airflow's importers add, without importing Airflow.

From 3.4 on, `[dag_processor] dag_importer_configs` registers importers (`airflow.sdk.importers`), each for the suffixes
of its files. Without it Airflow reads no YAML.
"""

from __future__ import annotations

import json
import subprocess
import sys
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from airflowkit._airflow import airflow_version
from airflowkit.discovery.airflow_config import option
from airflowkit.errors import BadImporter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

YAML: Final = "airflow.sdk.importers.yaml_importer.YamlDagImporter"
_SUFFIXES: Final = {YAML: (".yaml", ".yml")}
"""Those of Airflow's own importers; any other is asked."""
_OPTION: Final = "[dag_processor] dag_importer_configs"
_ASK: Final = """
import json, sys
from airflow.sdk._shared.module_loading import import_string
from airflow.sdk.importers.base import _get_importer_extensions
importer = import_string(sys.argv[1])(**json.loads(sys.argv[2]))
print("\\n", json.dumps(_get_importer_extensions(importer)))
"""


def importers() -> Mapping[str, str]:
    """Return the class that reads the files of a suffix, for each suffix that is configured.

    Raises:
        BadImporter: The configuration is not valid: Airflow itself would read no DAG file.
    """
    return _registered(option("dag_processor", "dag_importer_configs")) if airflow_version() >= (3, 4) else {}


def register_yaml(file: Path) -> str:
    """Return how to have a file read that Airflow's own YAML importer could read, or an empty string."""
    if airflow_version() < (3, 4) or file.suffix.lower() not in _SUFFIXES[YAML]:
        return ""
    return f"Airflow reads YAML if you set AIRFLOW__DAG_PROCESSOR__DAG_IMPORTER_CONFIGS='[\"{YAML}\"]'"


@lru_cache(maxsize=8)
def _registered(configured: str) -> Mapping[str, str]:
    try:
        entries = json.loads(configured or "[]")
    except json.JSONDecodeError as error:
        raise BadImporter(f"{_OPTION} is not valid JSON: {error}", hint="write a list of importers") from error
    if not isinstance(entries, list):
        raise BadImporter(f"{_OPTION} is {configured!r}", hint="write a list of importers")
    return {suffix: path for entry in entries for path, suffixes in [_read(entry)] for suffix in suffixes}


def _read(entry: Any) -> tuple[str, Iterable[str]]:
    """Return the class of an entry, and the suffixes that it is for."""
    if isinstance(entry, str):
        entry = {"classpath": entry}
    path = entry.get("classpath") if isinstance(entry, dict) else None
    if not path:
        raise BadImporter(f"{_OPTION} has the entry {entry!r}", hint='write {"classpath": "package.Importer"}')
    keywords = entry.get("kwargs") or {}
    named = entry.get("extensions") or keywords.get("extensions") or _SUFFIXES.get(path)
    suffixes = named or _asked(path, json.dumps(keywords))
    return path, [f".{suffix.lower().lstrip('.')}" for suffix in suffixes]


def _asked(path: str, keywords: str) -> list[str]:
    """Ask an importer for its suffixes, in a process of its own: it imports Airflow."""
    asked = subprocess.run(  # noqa: S603  the class that the DAG processor loads as well
        [sys.executable, "-c", _ASK, path, keywords], capture_output=True, text=True, check=False
    )
    if asked.returncode:
        why = asked.stderr.strip().rsplit("\n", 1)[-1]
        raise BadImporter(f"{_OPTION}: {path} cannot be loaded: {why}", hint="put its package on PYTHONPATH")
    suffixes: list[str] = json.loads(asked.stdout.rsplit("\n", 2)[-2])
    return suffixes
