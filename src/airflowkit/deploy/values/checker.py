"""Checks a values file for what the chart's schema lets pass and what then fails, or does nothing, in the cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflowkit.deploy.values.conversion import convert
from airflowkit.deploy.values.fates import Fate
from airflowkit.deploy.values.findings import Finding, find

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SAID = {
    Fate.MOVED: "it has moved",
    Fate.DROPPED: "it does nothing",
    Fate.SECRET: "a secret does not belong in values",
    Fate.BY_HAND: "the chart does not take it",
    Fate.ADDED: "it is missing",
}


def check_values(values: Mapping[str, Any]) -> list[Finding]:
    """Return what is wrong with values for the official chart, in the order of the rules.

    Keys that the chart does not know, values of a wrong type, old keys and options, and secrets are found by
    converting the values; what is wrong between several keys by the rules in `findings`.

    Examples:
        >>> check_values({"executor": "KubernetExecutor"})[-1].key
        'executor'
    """
    return [*_of_keys(dict(values)), *find(values)]


def _of_keys(values: dict[str, Any]) -> Iterator[Finding]:
    for row in convert(values).rows:
        if row.fate is Fate.KEPT:
            continue
        to = f" to {', '.join(row.to)}" if row.fate is Fate.MOVED and row.to and row.to != (row.key,) else ""
        yield Finding(row.key, f"{_SAID[row.fate]}{to}", row.note, row.source)
