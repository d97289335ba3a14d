"""`memory_after_oom`: the memory of a task's next try after one ran out of it, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from airflowkit.pods.schema.faults import Fault
from airflowkit.pods.schema.jinja import is_runtime_value
from airflowkit.pods.schema.quantities import parse_quantity, quantity_fault
from airflowkit.pods.validation.amounts import byte_faults

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from decimal import Decimal

_KEYWORD: Final = "memory_after_oom"


@dataclass(frozen=True)
class MemorySteps:
    """What the next tries of a pod may have, each after the one before ran out of memory.

    Attributes:
        given: The steps, ascending.
        limit: `[retry] max_memory` of `airflowkit.toml`, or empty.
    """

    given: tuple[str, ...]
    limit: str = ""

    @cached_property
    def usable(self) -> tuple[str, ...]:
        """The steps within the limit: a pod never has more, and never what is not in the list."""
        if not self.limit:
            return self.given
        most = parse_quantity(self.limit)
        return tuple(step for step in self.given if parse_quantity(step) <= most)


def memory_steps(values: Mapping[str, Any], limit: str | None) -> MemorySteps | None:
    """Return a task's steps, or None if it has none.

    Args:
        values: Its keywords, without faults.
        limit: The limit of the settings, if they have one.
    """
    given = values.get(_KEYWORD)
    return MemorySteps(tuple(given), limit or "") if given else None


def step_faults(values: Mapping[str, Any], manifest: Mapping[str, Any], *, of_resources: bool) -> Iterator[Fault]:
    """Return what is wrong with the steps of a pod.

    Args:
        values: The keywords that hold.
        manifest: The finished pod.
        of_resources: Whether `resources` was given, which then has them.
    """
    given = values.get(_KEYWORD)
    if given is None:
        return
    place = ("resources", _KEYWORD) if of_resources else _KEYWORD
    if not isinstance(given, (list, tuple)):
        yield Fault(place, given, "is not a list", "write ['4Gi', '8Gi']")
        return
    known = [(index, step) for index, step in enumerate(given) if isinstance(step, str) and not quantity_fault(step)]
    for index, step in enumerate(given):
        if (index, step) in known:
            yield from byte_faults(step, (place, index))
        else:
            yield Fault((place, index), step, "is not an amount of memory", "write '4Gi'")
    yield from _order(known, _memory(manifest), place)


def _order(steps: list[tuple[int, str]], memory: Any, place: Any) -> Iterator[Fault]:
    """Return the steps that are not above what comes before them: first of all the pod's own limit."""
    if steps and memory is None:
        hint = "write memory, too: without a limit a pod runs out of memory only with its node"
        yield Fault(place, [step for _, step in steps], "has no memory to start from", hint)
        return
    before, least = f"the {memory} that the first try has", _number(memory)
    for index, step in steps:
        number = parse_quantity(step)
        if least is not None and number <= least:
            yield Fault((place, index), step, f"is not more than {before}", "write ascending amounts")
        before, least = f"the {step} before it", number


def _memory(manifest: Mapping[str, Any]) -> Any:
    limits = manifest["spec"]["containers"][0].get("resources", {})
    limits = limits.get("limits", {}) if isinstance(limits, dict) else limits
    return limits.get("memory") if isinstance(limits, dict) else limits


def _number(memory: Any) -> Decimal | None:
    """Return an amount, or None where only the run knows it, or something else is wrong with it."""
    known = isinstance(memory, str) and not is_runtime_value(memory) and not quantity_fault(memory)
    return parse_quantity(memory) if known else None
