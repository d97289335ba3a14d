"""Provides old names and arguments, so that one check also shows what else is wrong with a file that uses them.

Only in a process of its own: the import system and Airflow's modules stay changed.
"""

from __future__ import annotations

import builtins
import sys
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import wraps
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from typing import TYPE_CHECKING, Any, Final

from airflowkit._airflow import mapped_calls
from airflowkit.checks.importing.watch import WATCH, is_users
from airflowkit.checks.model.facts import UNKNOWABLE, Outdated
from airflowkit.checks.moves.keywords import renamed
from airflowkit.checks.moves.names import Move, is_old_module, provider_of, successor, successors

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import CodeType, FrameType, ModuleType

    from airflowkit.checks.model.facts import Failure

OUTDATED: Final[dict[Outdated, None]] = {}
"""What the file uses, each once; the import system has no other way to it."""


def tolerate() -> None:
    """Provide old names and arguments from now on, and record in `OUTDATED` which of them are used."""
    sys.meta_path.append(_OldModules())
    builtins.__import__ = _with_old_names(builtins.__import__)
    WATCH.adapt = _up_to_date
    _adapt_mapped_calls()
    _adapt_timetables()


class _OldModules(MetaPathFinder, Loader):
    """Makes modules that no longer exist; it comes last, so that it sees no others."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002  the import system's interface
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        return ModuleSpec(fullname, self, is_package=True) if is_old_module(fullname) else None

    def create_module(self, spec: ModuleSpec) -> None:  # noqa: ARG002
        return None

    def exec_module(self, module: ModuleType) -> None:
        name = module.__name__

        def get(attribute: str) -> Any:
            move = None if attribute.startswith("__") else successor(f"{name}.{attribute}")
            if move is None:
                raise AttributeError(f"module {name!r} has no attribute {attribute!r}")
            return _provided(move)

        module.__getattr__ = get  # type: ignore[method-assign]
        module.__all__ = [move.old.rpartition(".")[2] for move in successors(name) if not move.old.endswith("*")]  # type: ignore[attr-defined]


def _with_old_names(original: Callable[..., ModuleType]) -> Callable[..., ModuleType]:
    """Return an `__import__` that adds to a module what `from … import` asks for and it no longer has."""

    @wraps(original)
    def importing(name: str, *rest: Any, **keywords: Any) -> ModuleType:
        module = original(name, *rest, **keywords)
        names = keywords.get("fromlist") or (rest[2] if len(rest) > 2 else None) or ()  # noqa: PLR2004  its position
        if name.startswith("airflow"):
            for each in names:
                move = successor(f"{name}.{each}")
                if move and not _has(module, each):
                    setattr(module, each, _provided(move))
        return module

    return importing


def _has(module: ModuleType, name: str) -> bool:
    try:
        return hasattr(module, name)
    except ImportError:  # Airflow's own shims import a provider that may be missing
        return False


def _provided(move: Move) -> Any:
    """Return what a name means now; a stand-in, if it means nothing or its provider is missing."""
    hint, found = move.hint, None
    module, _, name = move.new.rpartition(".")
    try:
        found = getattr(import_module(module), name) if move.new else None
    except ImportError:
        if module.startswith("airflow.providers."):
            hint += f", and add {provider_of(module)[1]} to requirements.txt"
    place = _place()
    OUTDATED[Outdated(f"imports {move.old}, which {move.what}{place}", hint, WATCH.line(), place)] = None
    if found is not None:
        return found
    return _days_ago if move.old.endswith(".days_ago") else _REMOVED


def _place() -> str:
    """Return where the name is used, if in another file than the DAG file."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001  `inspect.stack` reads source files
    while frame and not is_users(frame.f_code.co_filename):  # an import may go through Airflow's own shims
        frame = frame.f_back
    file = frame.f_code.co_filename if frame else WATCH.path
    return "" if not frame or file == WATCH.path else f" ({file}:{frame.f_lineno})"


def _days_ago(n: int, hour: int = 0, minute: int = 0, second: int = 0, microsecond: int = 0) -> Any:
    """Return midnight some days ago, as Airflow 2 did."""
    from airflow.sdk import timezone

    midnight = timezone.utcnow().replace(hour=hour, minute=minute, second=second, microsecond=microsecond)
    return midnight - timedelta(days=n)


def without_stand_ins(failure: Failure) -> Failure:
    """Return a failure that names no stand-in: it is one of ours, and the file has nothing to correct there."""
    return replace(failure, text=UNKNOWABLE, needs=()) if _Removal.__name__ in failure.text else failure


class _Removal(type):
    """Makes the class that stands for what has no successor: a class may be a base, and is nothing's type."""

    def __call__(cls, *args: Any, **keywords: Any) -> Any:
        """Return a task for an operator's arguments, and what it decorates for a decorator."""
        if "task_id" in keywords:
            from airflow.providers.standard.operators.empty import EmptyOperator

            return EmptyOperator(task_id=keywords["task_id"])
        return args[0] if len(args) == 1 and callable(args[0]) and not keywords else cls

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return cls


_REMOVED: Final[Any] = _Removal("_Removal", (), {})


def _up_to_date(cls: type, given: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a call under their names of today, without those that were removed."""
    classes = [base.__name__ for base in cls.__mro__]
    accepted = {name for base in cls.__mro__ for name in _parameters(base)}
    adapted: dict[str, Any] = {}
    for name, value in given.items():
        keyword = None if name in accepted else renamed(classes, name)
        if keyword is None:
            adapted[name] = value
            continue
        message = f"passes {name} to {_called(cls)}, which {keyword.what}"
        OUTDATED[Outdated(message, keyword.hint, WATCH.line())] = None
        if keyword.new:
            adapted.setdefault(keyword.new, value)
    return adapted


def _adapt_mapped_calls() -> None:
    """Adapt the arguments of `partial` and `expand`, too: they do not reach the operator's constructor yet."""
    descriptor, cls = mapped_calls()
    begin, expand = descriptor.class_method.__func__, cls.expand

    @wraps(begin)
    def begun(operator: type[Any], /, **given: Any) -> Any:
        return begin(operator, **_up_to_date(operator, given))

    @wraps(expand)
    def expanded(self: Any, **given: Any) -> Any:
        return expand(self, **_up_to_date(self.operator_class, given))

    descriptor.class_method, cls.expand = classmethod(begun), expanded


def _adapt_timetables() -> None:
    """Adapt the arguments of the one timetable that the table knows: it is neither a DAG nor an operator."""
    with suppress(ImportError):
        from airflow.timetables.assets import AssetOrTimeSchedule

        construct = AssetOrTimeSchedule.__init__
        AssetOrTimeSchedule.__init__ = wraps(construct)(
            lambda self, **given: construct(self, **_up_to_date(type(self), given))
        )


def _called(cls: type) -> str:
    """Return the name by which a DAG file calls a class: `@task` for the operators behind decorators."""
    return str(getattr(cls, "custom_operator_name", "") or cls.__name__)


def _parameters(cls: type) -> tuple[str, ...]:
    construct: Any = cls.__dict__.get("__init__")
    while wrapped := getattr(construct, "__wrapped__", None):
        construct = wrapped
    code: CodeType | None = getattr(construct, "__code__", None)
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount] if code else ()
