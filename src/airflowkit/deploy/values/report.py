"""Says on the terminal what became of each key of an old values file."""

from __future__ import annotations

from textwrap import TextWrapper
from typing import TYPE_CHECKING, Final

from airflowkit.deploy.values.chart import chart_version
from airflowkit.deploy.values.fates import Fate
from airflowkit.errors import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from airflowkit.deploy.values.fates import Conversion, NeededSecret, Row
    from airflowkit.deploy.values.findings import Finding

_ORDER: Final = (Fate.BY_HAND, Fate.SECRET, Fate.MOVED, Fate.DROPPED, Fate.ADDED)
_WIDTH: Final = 100
_MADE_BY_THE_CHART: Final = frozenset(
    f"airflow-{name}"
    for name in (
        "api-secret-key", "elasticsearch", "flower", "jwt-secret", "metadata", "opensearch", "pgbouncer-config",
        "result-backend",
    )
)  # fmt: skip
"""Secrets that a release called `airflow` makes from values. Helm deletes those with the upgrade that names them."""


def report(conversion: Conversion, name: str, findings: Sequence[Finding] = (), *, sources: bool = False) -> str:
    """Return what became of each key.

    Args:
        conversion: The converted values.
        name: What the old file is called.
        findings: What is wrong with the new values all the same.
        sources: Also say where each rule comes from.
    """
    today = f"chart {chart_version()}"
    worth_a_look = ["", "Worth a look", *(line for each in findings for line in _wrapped(str(each), "  "))]
    if conversion.is_current:
        current = f"{name} is today's already: {today} knows all of its {counted(_leaves(conversion.rows), 'value')}."
        return "\n".join([current, *(worth_a_look if findings else ())])
    lines = [f"{name}: values of {conversion.chart}, converted to {today}"]
    for fate in _ORDER:
        rows = [row for row in conversion.rows if row.fate is fate]
        if rows:
            lines += ["", f"{fate[0].upper()}{fate[1:]}", *_section(rows, sources=sources)]
    kept = [row.key for row in conversion.rows if row.fate is Fate.KEPT]
    if kept:
        lines += ["", "Kept", *_wrapped(", ".join(kept), "  ")]
    if findings:
        lines += worth_a_look
    if conversion.secrets:
        lines += ["", "Secrets to make or complete", *_secrets(conversion.secrets)]
        lines += _kept_by_helm([secret.name for secret in conversion.secrets])
    return "\n".join(lines)


def _leaves(rows: Sequence[Row]) -> int:
    return sum(len(row.leaves) for row in rows)


def _section(rows: Sequence[Row], *, sources: bool) -> Iterator[str]:
    """Yield the rows of one fate; those with the same note and no successor share a line."""
    shared: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        if row.to or row.fate is Fate.ADDED:
            shared[(row.key, "")] = [_line(row, sources=sources)]
        else:
            said = f"{row.note} [{row.source}]" if sources and row.source else row.note
            shared.setdefault(("", said), []).append(row.key)
    for (key, note), keys in shared.items():
        yield from [keys[0]] if key else _wrapped(f"{', '.join(keys)}: {note}", "  ")


def _line(row: Row, *, sources: bool) -> str:
    to = f" -> {', '.join(row.to)}" if row.to and row.to != (row.key,) else ""
    said = row.note or ("in today's form" if row.to == (row.key,) else "")
    note = f": {said}" if said else ""
    return f"  {row.key}{to}{note}" + (f" [{row.source}]" if sources and row.source else "")


def _secrets(secrets: Sequence[NeededSecret]) -> Iterator[str]:
    for secret in secrets:
        yield f"  {secret.name}"
        for key, what in secret.keys.items():
            yield f"    {key}: {what}"


def _kept_by_helm(names: Sequence[str]) -> list[str]:
    """Warn of Secrets that Helm would delete: they have the names of those that an old release made itself."""
    if not (made := [name for name in names if name in _MADE_BY_THE_CHART]):
        return []
    warning = (
        "If your release is called airflow, it made Secrets of these names itself, and Helm deletes them with the "
        "upgrade. Keep them:"
    )
    command = f"kubectl annotate secret {' '.join(made)} helm.sh/resource-policy=keep"
    return ["", *_wrapped(warning, ""), f"  {command}"]


def _wrapped(text: str, indent: str) -> list[str]:
    wrapper = TextWrapper(
        _WIDTH, initial_indent=indent, subsequent_indent=indent + "  ", break_long_words=False, break_on_hyphens=False
    )
    return wrapper.wrap(text)
