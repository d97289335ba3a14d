"""Every fix, by the code of its rule."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from airflowkit.checks.fixes import dags, ignores, moves, repository, templates

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflowkit.checks.fixes.fix import Fix

FIXES: Final[Mapping[str, Fix]] = MappingProxyType(
    {fix.code: fix for family in (dags, ignores, moves, repository, templates) for fix in family.FIXES}
)
