"""The reference of the presets, from what `default_args` and `dag_args` read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from scripts.site.tables import code, table

from airflowkit.presets import BUILT_IN, OF_THE_DAG

INTRODUCTION: Final = """\
What `default_args("NAME")` says of the tasks and `dag_args("NAME")` of the DAG. `[presets.NAME]` in
[airflowkit.toml](settings.md#presets) changes one or adds one; a new one begins with what `standard` says. Every preset
also records why a task failed, for the alert of its run.

With `sequential`, start runs of past dates oldest first. One that starts before an earlier date's run waits for that
one, which waits for its turn (`max_active_runs=1`): neither ends until you delete or fail one of them.
"""


def pages() -> dict[str, str]:
    """Return the page, by its place."""
    parts = (
        (heading, sorted({key for preset in BUILT_IN.values() for key in preset if (key in OF_THE_DAG) is of_dag}))
        for heading, of_dag in (("Of the tasks: `default_args`", False), ("Of the DAG: `dag_args`", True))
    )
    tables = "".join(f"## {heading}\n\n{_table(keys)}\n" for heading, keys in parts)
    return {"reference/presets.md": f"# Presets\n\n{INTRODUCTION}\n{tables}"}


def _table(keys: list[str]) -> str:
    rows = [(code(key), *(_value(preset.get(key)) for preset in BUILT_IN.values())) for key in keys]
    return table(("argument", *map(code, BUILT_IN)), rows)


def _value(value: Any) -> str:
    if isinstance(value, timedelta):
        minutes = int(value.total_seconds() // 60)
        return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"
    return "" if value is None else code(value)
