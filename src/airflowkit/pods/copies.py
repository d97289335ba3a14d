"""Copies of what an operator was given, so that no two tasks share a list or a Kubernetes object."""

from __future__ import annotations

from copy import copy
from typing import Any


def deep_copy(value: Any) -> Any:
    """Return a value whose lists, tuples, dictionaries and Kubernetes objects are new; all else stays as it is.

    A plain deep copy would follow an XCom reference into its operator, and from there through the whole DAG.
    """
    if isinstance(value, dict):
        return {key: deep_copy(item) for key, item in value.items()}
    if type(value) in (list, tuple):
        return type(value)(deep_copy(item) for item in value)
    if hasattr(value, "openapi_types"):
        clone = copy(value)
        # Not through the setters: they check the whole object at each field.
        clone.__dict__ = {name: deep_copy(item) for name, item in vars(value).items()}
        return clone
    return value
