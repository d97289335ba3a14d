"""The line of `airflowkit.toml` that gives a value which only the deployment has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from airflowkit.stand_ins.marks import is_marked_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflowkit.checks.model.facts import Need

_TABLES: Final = {"Variable": "variables", "Connection": "connections", "environment variable": "env"}
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_VALUE: Final = '"..."'
_DEEPEST: Final = 2


def needed(needs: Sequence[Need]) -> str:
    """Return what a file needs, such as `needs Variable 'orders_cron' to be checked`."""
    names = dict.fromkeys(f"{need.kind} {need.name!r}" for need in needs)
    return f"needs {' and '.join(names)} to be checked"


def settings_for(needs: Sequence[Need]) -> str:
    """Return the lines to add to the settings."""
    lines: dict[str, dict[str, str]] = {}
    for need in needs:
        lines.setdefault(f"[check.{_TABLES[need.kind]}]", {}).setdefault(_key(need.name), _value(need))
    below = (
        f"{', '.join(f'{key} = {value}' for key, value in it.items())} below {table}" for table, it in lines.items()
    )
    return f"add to airflowkit.toml: {'; '.join(below)}"


def _key(name: str) -> str:
    if is_marked_text(name):
        return _VALUE  # a key that is itself of the value
    return name if _BARE.fullmatch(name) else '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _value(need: Need) -> str:
    """Return an example of the value, with the part that the file reads."""
    if need.kind == "Connection":
        part = need.path[0] if need.path and need.path[0] in _ATTRIBUTES else "host"
        return f'{{ conn_type = "generic", {part} = {_ATTRIBUTES[part]} }}'
    value = _VALUE
    for name in reversed(need.path[:_DEEPEST]):
        value = f"[{value}]" if name.isdigit() else f"{{ {_key(name)} = {value} }}"
    return value


_ATTRIBUTES: Final = {
    **dict.fromkeys(("host", "login", "password", "schema"), _VALUE),
    "port": "1234",
    "extra": '"{}"',
    "extra_dejson": '"{}"',
}
