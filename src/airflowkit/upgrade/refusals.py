"""Why uv cannot make an environment, in a line, and what to do: its own message is above that line.

Source: what uv 0.13 says of a file that is not there (404) or cannot be reached, and of versions that do not exist.
"""

from __future__ import annotations

import re
from typing import Final

from airflowkit.errors import UpgradeError

OTHERWISE: Final = "or name an environment that has it: --python PATH"
_NO_NETWORK: Final = re.compile(
    r"error sending request|dns error|client error|timed out|certificate|Failed to fetch|Network connectivity",
    re.IGNORECASE,
)
_NO_VERSION: Final = re.compile(r"no versions? of apache-airflow(?:==|\b)")
_CONFLICT: Final = re.compile(r"unsatisfiable|incompatible", re.IGNORECASE)
_VERSIONS: Final = "https://pypi.org/project/apache-airflow/#history lists the versions"


def explained(said: str, airflow: str, python: str, constraints: str) -> UpgradeError:
    """Return the error for what uv says.

    Args:
        said: What uv says.
        airflow: Airflow's version.
        python: Python's version, such as `3.12`.
        constraints: The file or address of the constraints.
    """
    of_constraints = "remote requirements file" in said and constraints in said
    if of_constraints and _NO_NETWORK.search(said):
        message = f"the constraints of Airflow {airflow} cannot be reached from here: {constraints}"
        hint = f"fetch that file where there is a network, and pass it: --constraints FILE, {OTHERWISE}"
    elif of_constraints:  # 404: uv says no more than that
        message = f"there are no constraints for Airflow {airflow} and Python {python} at {constraints}"
        hint = f"{_VERSIONS}; pass constraints of your own: --constraints FILE, {OTHERWISE}"
    elif _NO_VERSION.search(said):
        message = f"the package index has no Airflow {airflow} for Python {python}"
        hint = f"{_VERSIONS}; an index of your own (UV_DEFAULT_INDEX) needs it, too, {OTHERWISE}"
    elif _CONFLICT.search(said):
        message = f"Airflow {airflow} conflicts with what requirements.txt and the constraints ask for"
        hint = f"loosen the version that uv names above, pass constraints of your own: --constraints FILE, {OTHERWISE}"
    elif _NO_NETWORK.search(said):
        message = "the package index cannot be reached from here"
        hint = f"name the one that can in UV_DEFAULT_INDEX, {OTHERWISE}"
    else:
        message, hint = "uv cannot make the environment, as it says above", f"see --constraints, {OTHERWISE}"
    return UpgradeError(message, hint=hint)
