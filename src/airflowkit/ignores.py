"""What the settings may say of a finding that is accepted: why, and for how long."""

from __future__ import annotations

from collections import Counter
from datetime import date  # noqa: TC003  Pydantic reads it
from fnmatch import fnmatchcase
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field


def _has_words(reason: str) -> str:
    if not reason.strip():
        raise ValueError("it needs a reason")
    return reason


def _is_a_date(given: Any) -> Any:
    """Refuse a number, which Pydantic takes for seconds since 1970."""
    if isinstance(given, int | float):
        raise ValueError("must be a date, such as 2027-03-31")  # noqa: TRY004  Pydantic's own kind
    return given


def _each_once(given: Any) -> Any:
    """Refuse a code that is there twice: one entry would be lost."""
    codes = Counter(str(code).upper() for code in given) if isinstance(given, dict) else Counter()
    if twice := next((code for code, count in codes.items() if count > 1), None):
        raise ValueError(f"{twice} is there twice, in capitals and not")
    return given


Reason = Annotated[str, AfterValidator(_has_words)]
Code = Annotated[str, AfterValidator(str.upper)]
_Value = TypeVar("_Value")
ByCode = Annotated[dict[Code, _Value], BeforeValidator(_each_once)]
"""A table by codes, which may be written in small letters."""


class Ignore(BaseModel):
    """An entry of `[doctor] ignore`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Reason = Field(description="why")
    until: Annotated[date | None, BeforeValidator(_is_a_date)] = Field(
        default=None, description="the last day on which the finding is ignored"
    )
    at: str = Field(default="*", description="what the finding is about, such as postgresql.enable; may contain *")

    def covers(self, subject: str) -> bool:
        """Return whether it is about something."""
        return _fits(subject, self.at)

    def expired(self, today: date) -> bool:
        """Return whether its last day is over. Only the command asks: a DAG does not change with the date."""
        return self.until is not None and today > self.until


class Mute(BaseModel):
    """An entry of `[teams] mute`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dag: str = Field(min_length=1, description="the id of the DAG; may contain *")
    task: str = Field(default="*", min_length=1, description="the id of the task; may contain *")
    reason: Reason = Field(description="why")
    until: Annotated[date, BeforeValidator(_is_a_date)] = Field(description="the last day on which it is muted")

    def covers(self, dag_id: str, task_id: str) -> bool:
        """Return whether it is about a task; an empty id stands for tasks that nobody knows."""
        return _fits(dag_id, self.dag) and _fits(task_id, self.task)

    def expired(self, today: date) -> bool:
        """Return whether its last day is over."""
        return today > self.until


def _fits(name: str, pattern: str) -> bool:
    """Return whether a name fits a pattern; of what `fnmatch` knows, only `*` has a meaning."""
    return fnmatchcase(name, pattern.replace("[", "[[]").replace("?", "[?]"))


def _entries(given: Any) -> Any:
    """Return one entry or several as several; a text is the reason of one."""
    several = given if isinstance(given, (list, tuple)) else [given]
    return [{"reason": each} if isinstance(each, str) else each for each in several]


class Doctor(BaseModel):
    """`[doctor]`: what `airflowkit doctor` accepts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ignore: ByCode[Annotated[tuple[Ignore, ...], BeforeValidator(_entries, json_schema_input_type=Any)]] = Field(
        default_factory=dict,
        description="why a finding is ignored, by its code: a reason, or a table with reason, until and at, or several",
    )
