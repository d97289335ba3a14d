"""Where the installed Airflow and its providers define a name: found in their files, without importing them."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from importlib.metadata import PackagePath

_AIRFLOW: Final = ("apache-airflow-core", "apache-airflow-task-sdk", "apache-airflow")
_SDK: Final = ("airflow", "sdk", "__init__.py")
_NO_HOME: Final = ("tests", "example_dags", "migrations", "api_fastapi")
_DEFINED: Final = re.compile(r"^(?:class|def|async def) (\w+)", re.MULTILINE)
_EXPORTED: Final = re.compile(r'^    "(\w+)": "', re.MULTILINE)


def is_installed(name: str) -> bool:
    """Return whether a distribution is installed."""
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def home_of(name: str, of: str = "") -> str:
    """Return the module from which a class or a function can be imported, or an empty string.

    Args:
        name: The name.
        of: The provider that has it; by default, Airflow itself.

    Examples:
        >>> home_of("KubernetesPodOperator", "apache-airflow-providers-cncf-kubernetes")
        'airflow.providers.cncf.kubernetes.operators.pod'
    """
    homes = [home for each in ((of,) if of else _AIRFLOW) for home in _homes(each).get(name, ())]
    return min(homes, key=lambda home: (home != "airflow.sdk", home.count("."), len(home)), default="")


@cache
def _homes(of: str) -> Mapping[str, list[str]]:
    """Return the modules of a distribution, by the names that they define."""
    homes: dict[str, list[str]] = defaultdict(list)
    for path in _modules(of):
        text = Path(str(path.locate())).read_text(encoding="utf-8", errors="replace")
        module = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
        for name in (_EXPORTED if path.parts == _SDK else _DEFINED).findall(text):
            homes[name].append(module)
    return homes


def _modules(of: str) -> Iterator[PackagePath]:
    """Yield the public modules of a distribution."""
    try:
        files = distribution(of).files or []
    except PackageNotFoundError:
        return
    yield from (
        path for path in files if path.suffix == ".py" and path.parts[0] == "airflow" and _is_public(path.parts)
    )


def _is_public(parts: tuple[str, ...]) -> bool:
    inner = parts[:-1] if parts[-1] == "__init__.py" else parts
    return not any(part.startswith(("_", "test_")) or part in _NO_HOME for part in inner)
