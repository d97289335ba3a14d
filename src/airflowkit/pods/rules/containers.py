"""Containers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflowkit.pods.faults import MISSING, Fault

if TYPE_CHECKING:
    from collections.abc import Iterator


def containers(spec: dict[str, Any], version: tuple[int, int]) -> Iterator[Fault]:
    """Return what is wrong with the containers."""
    for index, container in enumerate(spec.get("containers", ())):
        path = (("spec", "containers"), index)
        if not container.get("image"):
            yield Fault((path, "image"), MISSING, "a container needs an image")
