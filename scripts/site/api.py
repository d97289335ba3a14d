"""The reference of the API, from the docstrings: mkdocstrings and griffe read them and import nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scripts.site.source import descriptions, package
from scripts.site.undocumented import UndocumentedError

if TYPE_CHECKING:
    import griffe

PAGES: Final = {
    "airflowkit": ("reference/api.md", "API"),
    "airflowkit.testing": ("reference/testing.md", "API for tests"),
}
WORDS: Final = {
    "airflowkit": "Everything that `from airflowkit import …` has. What is not here is not public, and may change.",
    "airflowkit.testing": (
        "The fixtures that come with airflowkit, and what `from airflowkit.testing import …` has. "
        "[Test your DAGs](../how-to/testing.md) shows them at work."
    ),
}
MODULES: Final = {
    "airflowkit.pods": "Pods",
    "airflowkit.pods.values": "Values of a pod",
    "airflowkit.presets": "Presets",
    "airflowkit.alerts": "Alerts",
    "airflowkit.causes": "Causes",
    "airflowkit.errors": "Errors",
    "airflowkit.testing": "Fixtures",
    "airflowkit": "What the fixtures return",
    "airflowkit.alerts.teams.inbox": "What the fixtures return",
    "airflowkit.local.fake.outcomes": "Outcomes: how a pod of the fake cluster ends",
}
"""The sections, by the modules that the names come from; the nearest counts."""
ORDER: Final = list(dict.fromkeys(MODULES.values()))
OF_AIRFLOW: Final = frozenset({"evaluate", "serialize", "deserialize", "notify", "async_notify", "template_fields"})
NOT_FOR_USERS: Final = OF_AIRFLOW | {"build", "without_delay", "FIELDS"}
"""Members that only airflowkit and Airflow use."""


def pages() -> dict[str, str]:
    """Return the pages, by their place.

    Raises:
        UndocumentedError: Something public has no docstring.
    """
    return {place: f"# {title}\n\n{WORDS[module]}\n\n{_sections(module)}" for module, (place, title) in PAGES.items()}


def public(module: str) -> dict[str, griffe.Object]:
    """Return what is public in a module, by name: what `__all__` lists, and pytest's fixtures."""
    found = package()[module.partition(".")[2]] if "." in module else package()
    fixtures = [name for name, member in found.functions.items() if _is_fixture(member)]
    return {name: _target(found[name]) for name in [*fixtures, *(found.exports or [])] if str(name)}


def undocumented(name: str, found: griffe.Object) -> list[str]:
    """Return what lacks a docstring: the object, its public methods, or a field that no section describes."""
    missing = [] if found.docstring else [name]
    missing += [f"{name}.{member.name}" for member in _members(found) if not member.docstring]
    return missing + [f"{name}.{field}" for field in _fields(found) if field not in descriptions(found)]


def _sections(module: str) -> str:
    names = public(module)
    if missing := [each for name, found in names.items() for each in undocumented(name, found)]:
        raise UndocumentedError(f"{module}: no docstring for {', '.join(missing)}")
    by_section: dict[str, list[str]] = {}
    for name, found in names.items():
        by_section.setdefault(_section(found.path), []).append(_entry(module, name, found))
    return "\n".join(f"## {title}\n\n{''.join(by_section[title])}" for title in ORDER if title in by_section)


def _section(path: str) -> str:
    nearest = max((module for module in MODULES if f"{path}.".startswith(f"{module}.")), key=len)
    return MODULES[nearest]


def _entry(module: str, name: str, found: griffe.Object) -> str:
    """Return mkdocstrings' directive for a name."""
    if found.is_attribute:  # an object that is called: its class says how
        path, members = f"{found.module.path}.{_class_of(found)}", ["__call__", "partial"]
    else:
        path, members = f"{module}.{name}", [member.name for member in _members(found)]
    shown = "".join(f"\n        - {member}" for member in members) or " false"
    return f"::: {path}\n    options:\n      heading: {name}\n      toc_label: {name}\n      members:{shown}\n\n"


def _members(found: griffe.Object) -> list[griffe.Object]:
    """Return the public methods and properties."""
    if not found.is_class or _is_enum(found):
        return []
    members = [
        member for name, member in found.members.items() if not name.startswith("_") and name not in NOT_FOR_USERS
    ]
    return [member for member in members if member.is_function or "property" in member.labels]


def _fields(found: griffe.Object) -> list[str]:
    """Return the fields of a dataclass that have no docstring of their own."""
    if not found.is_class or "dataclass" not in found.labels:
        return []
    return [
        name
        for name, member in found.attributes.items()
        if not (name.startswith("_") or name in NOT_FOR_USERS or "property" in member.labels or member.docstring)
    ]


def _class_of(found: griffe.Object) -> str:
    return str(found.value).partition("(")[0]


def _is_enum(found: griffe.Object) -> bool:
    return any("Enum" in str(base) for base in found.bases)


def _is_fixture(found: griffe.Object) -> bool:
    return any(str(decorator.value).startswith("pytest.fixture") for decorator in found.decorators)


def _target(found: griffe.Object | griffe.Alias) -> griffe.Object:
    return found.final_target if found.is_alias else found
