"""The register of codes, read from `codes/SOURCE.toml`: what each finding is called, breaks and means.

A code is never reused for something else. A new one takes the next number of its source: AD1 is the repository, AD2 the
running Airflow, AD3 the cluster. AD100, AD200 and AD300 say that the source itself could not be examined.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from airflowkit.checks.model.findings import Severity
from airflowkit.errors import UnknownRule, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

SOURCES: Final = ("repository", "airflow", "cluster")
PAGE: Final = "docs/reference/doctor.md"


@dataclass(frozen=True, slots=True)
class Code:
    """What every finding with a code has in common.

    Attributes:
        code: Such as `AD104`.
        name: A fault in kebab case, such as `branch-beside-ref`.
        source: `repository`, `airflow` or `cluster`.
        category: A part of the source that can be examined alone, such as `secrets`.
        severity: How bad it is.
        title: What is examined, in a sentence.
        breaks: What it breaks.
        text: Why, and how to fix it, in Markdown.
        since: The version that added it.
    """

    code: str
    name: str
    source: str
    category: str
    severity: Severity
    title: str
    breaks: str
    text: str
    since: str

    @property
    def group(self) -> str:
        """What `--select` calls its category."""
        return f"{self.source}/{self.category}"

    @property
    def page(self) -> str:
        """Where its page is."""
        return f"{PAGE}#{self.code.lower()}-{self.name}"

    @property
    def explanation(self) -> str:
        """Its page, in Markdown."""
        return f"{self.title}\n\n**Breaks:** {self.breaks}.\n\n{self.text.strip()}\n\nSince airflowkit {self.since}."


@cache
def codes() -> Mapping[str, Code]:
    """Return every code, in order."""
    return {code: found for source in SOURCES for code, found in _of_source(source).items()}


def groups() -> tuple[str, ...]:
    """Return what `--select` takes beside codes: each source, and each category of it."""
    found = [name for code in codes().values() for name in (code.source, code.group)]
    return tuple(dict.fromkeys((*SOURCES, *found)))


def explain(name: str) -> str:
    """Return the page of a code, by itself or its name.

    Raises:
        UnknownRule: There is none.
    """
    known = codes()
    code = known.get(name.upper()) or next((it for it in known.values() if it.name == name.lower()), None)
    if code is None:
        hint = did_you_mean(name.upper(), known) or "`airflowkit explain AD` lists all codes"
        raise UnknownRule(f"no code {name!r} of doctor", hint=hint)
    return f"# {code.code} {code.name} ({code.severity}, {code.group})\n\n{code.explanation}"


def _of_source(source: str) -> dict[str, Code]:
    table = tomllib.loads(files(__package__).joinpath("codes", f"{source}.toml").read_text(encoding="utf-8"))
    return {
        code: Code(code=code, source=source, severity=Severity(row.pop("severity")), **row)
        for code, row in table.items()
    }
