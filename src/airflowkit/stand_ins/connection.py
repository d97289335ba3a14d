"""The stand-in for a Connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from airflowkit.stand_ins.known import KNOWN
from airflowkit.stand_ins.values import StandInNumber, stand_in

if TYPE_CHECKING:
    from airflowkit.stand_ins.marks import Origin

_DECODED: Final = frozenset({"extra_dejson"})
ATTRIBUTES: Final[set[str]] = set()
"""What a Connection has in this Airflow, once that is known: anything else is an error, as with a real one."""


class StandInConnection:
    """A Connection whose attributes are stand-ins, and whose methods return them.

    Args:
        origin: The Connection.
    """

    def __init__(self, origin: Origin) -> None:
        KNOWN.note(origin)
        self.stand_in_for = origin
        self.conn_id = origin.source.name
        self.conn_type = "generic"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or (ATTRIBUTES and name not in ATTRIBUTES):
            raise AttributeError(f"'Connection' object has no attribute {name!r}", name=name, obj=self)
        inner = self.stand_in_for.inner(name)
        if name == "port":
            return StandInNumber(inner)
        if name.startswith(("get_", "as_", "to_")):
            return lambda *_args, **_kwargs: stand_in(inner, decoded=True)
        return stand_in(inner, decoded=name in _DECODED)

    def __reduce__(self) -> Any:
        return StandInConnection, (self.stand_in_for,)

    def __str__(self) -> str:
        return self.stand_in_for.mark

    __repr__ = __str__
