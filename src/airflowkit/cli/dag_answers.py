"""The answers for `airflowkit new-dag`: from its options, or questions on a terminal."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

import typer

from airflowkit.cli.app import USAGE_ERROR
from airflowkit.cli.questions import answer, introduce, somebody_answers, was_given, words
from airflowkit.errors import ScaffoldError
from airflowkit.scaffold import inputs
from airflowkit.scaffold.answers.dag import DagAnswers
from airflowkit.scaffold.dag_templates.rendering import default_image
from airflowkit.scaffold.names import check_dag_name
from airflowkit.scaffold.new_dag import NewDag, check_exists, schedule_of_dag
from airflowkit.scaffold.places import alerts_by_teams, default_owner

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from airflowkit.scaffold.dag_templates.catalogue import Catalogue
    from airflowkit.scaffold.dag_templates.template import DagTemplate, Option

_NO_SCHEDULE: Final = "none"
_IMPLIED: Final = ("schedule", "owner", "tags", "teams")
"""What follows from the repository and the other answers."""
_QUESTIONS: Final = ("schedule", "owner", "image", "tags", "teams")


def settled(ctx: typer.Context, folder: Path, templates: Catalogue, *, asks: bool) -> NewDag:
    """Return the DAG of the answers that were given, with what they and the repository imply for the others.

    Args:
        ctx: The context of the command, whose options are the answers.
        folder: The folder of the DAG file.
        templates: What it can start from.
        asks: Whether to ask for what was not given, if a person is there to answer.

    Raises:
        ScaffoldError: An answer is not valid.
    """
    given = {name: ctx.params[name] for name in ("name", "template", *_QUESTIONS) if was_given(ctx, name)}
    given["options"] = _options(ctx.params["options"] or [], ctx.params["parent"])
    asks = asks and somebody_answers()
    if asks:
        introduce()
        _ask_for_template(ctx, templates, given)
    if not given.get("name"):
        if "name" in given:
            check_dag_name("")
        raise USAGE_ERROR("Missing argument 'NAME'", ctx=ctx)
    template = templates.template(given.get("template", ctx.params["template"]))
    template.check_options(given["options"])
    if asks:
        _ask(ctx, template, folder, given)
    return NewDag(template, _answers(template, folder, given), given["options"], folder)


def _options(assigned: list[str], parent: str) -> dict[str, str]:
    options = {"parent": parent} if parent else {}
    for each in assigned:
        name, equals, value = each.partition("=")
        if not (name and equals):
            raise typer.BadParameter(f"{each!r} is not NAME=VALUE", param_hint="--set")
        options[name] = value
    return options


def _ask_for_template(ctx: typer.Context, templates: Catalogue, given: dict[str, Any]) -> None:
    if not given.get("name"):
        given["name"] = answer("name", "The DAG id and file name, such as orders_daily.", "", check_dag_name)
    if "template" not in given:
        names = ", ".join(templates.folders)
        given["template"] = answer(
            "template", f"What to start from ({names}).", ctx.params["template"], templates.template
        )


def _ask(ctx: typer.Context, template: DagTemplate, folder: Path, given: dict[str, Any]) -> None:
    """Ask for each answer that was not given and that changes anything."""
    helps = {str(option.name): str(getattr(option, "help", "")) for option in ctx.command.params}
    for option in template.options:
        if option.name not in given["options"]:
            value = answer(
                option.name, option.help, option.default, partial(_check_option, option, folder, given["name"])
            )
            given["options"] |= {option.name: value} if value != option.default else {}
    for name in _QUESTIONS:
        if name not in given and (name != "image" or template.has_pods):
            default = _default(name, template, folder, given)
            given[name] = answer(name, helps[name], default, partial(_check, name, template, folder, given))


def _check_option(option: Option, folder: Path, name: str, value: str) -> None:
    option.check(value)
    if option.dag and value:
        check_exists(option.name, value, folder, name)


def _check(name: str, template: DagTemplate, folder: Path, given: Mapping[str, Any], value: Any) -> None:
    template.check_schedule(_answers(template, folder, {**given, name: value}).schedule)


def _answers(template: DagTemplate, folder: Path, given: Mapping[str, Any]) -> DagAnswers:
    chosen = {"image": ""} | {name: _default(name, template, folder, given) for name in _IMPLIED} | dict(given)
    schedule, tags = chosen["schedule"], chosen["tags"]
    tags = words(tags) if isinstance(tags, str) else tags
    owner = chosen["owner"] or _default("owner", template, folder, {})
    return DagAnswers(
        name=given["name"],
        schedule="" if schedule.lower() == _NO_SCHEDULE else schedule,
        owner=owner,
        image=chosen["image"],
        tags=tags or (owner,),
        teams=chosen["teams"],
    )


def _default(name: str, template: DagTemplate, folder: Path, given: Mapping[str, Any]) -> Any:
    """Return what an answer is if it is not given."""
    owner = given.get("owner") or default_owner(folder) or DagAnswers.__dataclass_fields__["owner"].default
    if name == "owner":
        return owner
    if name == "tags":
        return (owner,)
    if name == "teams":
        return alerts_by_teams(folder)
    if name == "schedule":
        found = _schedule_of_other(template, folder, given)
        return template.schedule if found is None else found or _NO_SCHEDULE
    return default_image(template, DagAnswers(name=given["name"]))


def _schedule_of_other(template: DagTemplate, folder: Path, given: Mapping[str, Any]) -> str | None:
    """Return the schedule of the DAG that this one waits for."""
    named = [given["options"].get(option.name, "") for option in template.options if option.dag]
    for dag_id in filter(None, named):
        schedule = schedule_of_dag(dag_id, folder)
        try:
            inputs.check_schedule(schedule or "")
        except ScaffoldError:
            return None
        return schedule
    return None
