"""What is wrong with a setting, in a line: Pydantic's errors in the words of the file."""

from __future__ import annotations

from textwrap import shorten
from typing import Any, Final, get_args

from pydantic import BaseModel

from airflowkit.errors import did_you_mean

_A_DATE: Final = "must be a date, such as 2027-03-31"
_EXPECTED: Final = {
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "list_type": 'must be a list, such as ["…"]',
    "tuple_type": "must be a list of tables, each with its name in [[…]]",
    "string_type": "must be text",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    **dict.fromkeys(("date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"), _A_DATE),
}
"""What a setting has to be, by Pydantic's name for its error."""
_CONNECTION: Final = ("check", "connections")
_VARIABLE: Final = ("check", "env")


def described(problem: Any, file: type[BaseModel], below: tuple[str, ...]) -> str:
    """Return one line about an error: the setting, its value, and what it may be.

    Args:
        problem: The error as Pydantic gives it.
        file: The model of the whole file.
        below: Where in the file the model is, such as a profile.
    """
    place: tuple[int | str, ...] = problem["loc"]
    if problem["type"] == "extra_forbidden":
        known = _fields_at(file, place[:-1])
        name = ".".join(map(str, (*below, *place)))
        return "; ".join(filter(None, (f"{name}: unknown setting", did_you_mean(str(place[-1]), known))))
    if problem["type"] == "missing":
        return f"{'.'.join(map(str, (*below, *place)))}: is missing"
    message = _EXPECTED.get(problem["type"], problem["msg"].removeprefix("Value error, "))
    if place[:2] in {_CONNECTION, _VARIABLE} and len(place) > 3:  # noqa: PLR2004  Pydantic adds the type that it tried
        message = "must be text or a table" if place[:2] == _CONNECTION else "must be text or a number"
        place = place[:3]
    message = message.replace("Input should be", "must be").replace("String should match pattern", "must match")
    may_be_secret = place[:2] in {_CONNECTION, _VARIABLE}
    given = "" if may_be_secret else f" = {shorten(repr(problem['input']), 60)}"
    return f"{'.'.join(map(str, (*below, *place)))}{given}: {message}"


def _fields_at(model: type[BaseModel], place: tuple[int | str, ...]) -> list[str]:
    """Return the settings of a table; an index, or a name of the user's own, leads to the table that all others are."""
    for step in place:
        if field := model.model_fields.get(str(step)):
            below = _model_in(field.annotation)
            if below is None:
                return []
            model = below
    return list(model.model_fields)


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, get_args(annotation))), None)
