"""Keeps secrets out of changes: that a value changed is shown, the value is not."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from airflowkit.compare.fields import Kind
from airflowkit.compare.pod_fields import REFERENCE
from airflowkit.redaction import is_secret, mask_shapes, may_name_secret, names_secret
from airflowkit.secret_shapes import MASK

if TYPE_CHECKING:
    from airflowkit.compare.changes import Change

_VALUES: Final = frozenset({Kind.POD, Kind.TASK, Kind.DAG, Kind.ALERT, Kind.IMPORT, Kind.SCHEDULE})
_VARIABLE: Final = re.compile(r"(?:^|\] |\.|\])(?:env_vars|env)[.\[]([^\]]+)")
"""An environment variable among the fields of a pod."""
_NOTE: Final = re.compile(r"(?:^|\] |\.)(?:annotations|labels)[.\[](.+)")
_SEPARATORS: Final = re.compile(r"[.\[\]]+")
_NOT_SHOWN: Final = "the values are not shown"


def masked(change: Change) -> Change:
    """Return a change without secrets."""
    if change.kind not in _VALUES:
        return change
    before, after = _masked(change, change.before), _masked(change, change.after)
    hidden = before is not None and before == after and change.before != change.after
    return replace(change, before=before, after=after, note=_NOT_SHOWN if hidden else change.note)


def _masked(change: Change, text: str | None) -> str | None:
    if not text or (change.kind is Kind.POD and REFERENCE.fullmatch(text)):
        return text
    if _is_named_as_secret(change) or is_secret(text.strip("'\"")):
        return MASK
    return mask_shapes(text)


def _is_named_as_secret(change: Change) -> bool:
    if variable := _VARIABLE.search(change.field) or (change.kind is Kind.POD and _NOTE.search(change.field)):
        return may_name_secret(variable[1])
    return change.kind is not Kind.POD and any(map(names_secret, _SEPARATORS.split(change.field)))
