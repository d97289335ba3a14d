"""Which exceptions are about a file that only the deployment has."""

from __future__ import annotations

import os
import re
from typing import Final

from airflowkit.stand_ins.marks import is_marked_text

_MISSING: Final = re.compile(r"no such file|not (?:be )?f[io]u?nd|not exist|cannot open|missing", re.IGNORECASE)
_PATH: Final = re.compile(r"(?<![\w/:.])/[\w.+-]+(?:/[\w.+-]+)+")


def missing_path(text: str) -> str:
    """Return the path that an exception says is missing, and that is not on this computer; or an empty string.

    Examples:
        >>> missing_path("Could not find dbt_project.yml at /nowhere/warehouse/dbt_project.yml")
        '/nowhere/warehouse/dbt_project.yml'
    """
    found = _PATH.findall(text) if _MISSING.search(text) else []
    return next((path for path in found if not is_marked_text(path) and not os.path.lexists(path)), "")
