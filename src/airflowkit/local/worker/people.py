"""Tasks that ask a person: the answer comes from `--answer`, from the terminal, or from the task's own default."""

from __future__ import annotations

import json
import sys
import time
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import patch

from airflowkit.errors import LocalRunError
from airflowkit.local.process.events import Asked, Notice
from airflowkit.local.worker.refusal import RunRefused

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from airflowkit.local.process.request import Request
    from airflowkit.local.worker.worker import Emit

_POLL: Final = 0.1
_NUMBERS: Final = count()


@contextmanager
def answered(request: Request, emit: Emit) -> Iterator[None]:
    """Have Airflow's operators that ask a person take their answer here: a run has no web page to give it on."""
    operators = sys.modules.get("airflow.providers.standard.operators.hitl")
    if operators is None:  # the DAG has none
        yield
        return
    people = _People(request, emit)

    def execute(operator: Any, context: Any) -> Any:
        return people.execute(operator, context)

    with patch.object(operators.HITLOperator, "execute", execute):
        yield


class _People:
    def __init__(self, request: Request, emit: Emit) -> None:
        self._answers = {task: tuple(choices) for task, choices in request.answers.items()}
        self._can_ask = request.can_ask
        self._folder = Path(request.scratch)
        self._emit = emit

    def execute(self, operator: Any, context: Any) -> Any:
        """Do what HITLOperator.execute and the web server do."""
        for notifier in operator.notifiers:
            notifier(context)
        choices = self._given(operator) or self._default(operator) or self._asked(operator)
        chosen, form = _split(operator, choices)
        values = {**{name: operator.params[name] for name in operator.params if name not in form}, **form}
        _check(operator, chosen)
        return operator.execute_complete(
            context,
            {
                "chosen_options": chosen,
                "params_input": values,
                "responded_at": _now(),
                "responded_by_user": {"id": "local", "name": "airflowkit run"},
                "timedout": False,
            },
        )

    def _given(self, operator: Any) -> Sequence[str]:
        full = f"{operator.dag_id}.{operator.task_id}"  # another DAG may have a task of the same name
        return self._answers.get(full) or self._answers.get(operator.task_id) or ()

    def _default(self, operator: Any) -> Sequence[str]:
        timeout = operator.response_timeout
        if self._can_ask or not operator.defaults or not timeout:
            return ()
        chosen = ", ".join(operator.defaults)
        self._emit(Notice(f"{operator.task_id}: nobody answers, so {chosen} is chosen, as after {timeout}"))
        return tuple(operator.defaults)

    def _asked(self, operator: Any) -> Sequence[str]:
        if not self._can_ask:
            raise _unanswered(operator)
        reply = self._folder / f"answer-{next(_NUMBERS)}.json"
        question = Asked(operator.task_id, operator.subject, operator.body or "", list(operator.options), str(reply))
        self._emit(question)
        while not reply.exists():
            time.sleep(_POLL)
        return tuple(json.loads(reply.read_text(encoding="utf-8"))) or ("",)


def _split(operator: Any, choices: Sequence[str]) -> tuple[list[str], Mapping[str, Any]]:
    """Return the chosen options, and the values of the form, which are given as a JSON object."""
    options = [choice for choice in choices if not choice.startswith("{")]
    try:
        form = {key: value for choice in choices if choice.startswith("{") for key, value in json.loads(choice).items()}
    except ValueError as error:
        raise RunRefused(LocalRunError(f"the answer to task {operator.task_id!r} is not valid JSON: {error}")) from None
    return options or list(operator.options[:1] if form else ()), form


def _check(operator: Any, chosen: Sequence[str]) -> None:
    unknown = [choice for choice in chosen if choice not in operator.options]
    if unknown or not chosen or (len(chosen) > 1 and not operator.multiple):
        said = ", ".join(map(repr, chosen)) or "nothing"
        one = "one or more" if operator.multiple else "one"
        message = f"task {operator.task_id!r} was answered {said}"
        raise RunRefused(LocalRunError(message, hint=f"choose {one} of {', '.join(operator.options)}"))


def _unanswered(operator: Any) -> RunRefused:
    message = f"task {operator.task_id!r} asks {operator.subject!r}, and nobody is here to answer"
    others = ", ".join(operator.options[1:])
    hint = f"answer with --answer {operator.task_id}={operator.options[0]}" + (f" (or {others})" if others else "")
    return RunRefused(LocalRunError(message, hint=hint))


def _now() -> Any:
    from airflow.sdk import timezone

    return timezone.utcnow()
