"""What a DAG file does while it is imported: what it builds, looks up and talks to, each with its line.

Only for worker processes: Airflow's constructors stay wrapped.
"""

from __future__ import annotations

import inspect
import os
import re
import socket
import sys
import warnings
from dataclasses import dataclass, field
from functools import lru_cache, wraps
from itertools import dropwhile
from pathlib import Path
from traceback import walk_stack
from typing import TYPE_CHECKING, Any, Final, TextIO

from airflowkit import _airflow
from airflowkit.checks.importing.import_costs import IMPORT_COSTS
from airflowkit.checks.model import pod_arguments
from airflowkit.checks.model.facts import Observation
from airflowkit.stand_ins.known import KNOWN

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from airflowkit.stand_ins.marks import Source


@dataclass(frozen=True, slots=True)
class Defaulted:
    """A look-up that the deployment may answer otherwise.

    Attributes:
        source: What was looked up.
        default: What the file got; None if it got nothing.
        line: The line of the DAG file.
    """

    source: Source
    default: object
    line: int | None


@dataclass(slots=True)
class Watch:
    """What the file that is being imported has done so far.

    Attributes:
        path: The file, or an empty string between two files.
        built: Each DAG and task that it built, with its line, in the order of construction.
        variables: Variables that it looked up.
        connections: Connections that it looked up.
        hosts: Hosts that it talked to.
        deprecations: Deprecation warnings of Airflow and its providers, each once.
        environment: Environment variables that it changed, with their previous values; None for a new one.
        defaulted: What it looked up and got its own default for, or nothing.
        open: The `id()` of each DAG and task of which some arguments are unknown.
        read: Files and folders that it read.
        modules: Modules of the repository that this process has imported so far, for this file or one before.
        adapt: Called with a class and the keywords of a call; returns the keywords to call it with.
    """

    path: str = ""
    built: list[tuple[Any, int | None]] = field(default_factory=list)
    variables: list[Observation] = field(default_factory=list)
    connections: list[Observation] = field(default_factory=list)
    hosts: list[Observation] = field(default_factory=list)
    deprecations: dict[Observation, None] = field(default_factory=dict)
    environment: dict[str, str | None] = field(default_factory=dict)
    defaulted: list[Defaulted] = field(default_factory=list)
    open: set[int] = field(default_factory=set)
    read: set[str] = field(default_factory=set)
    modules: set[str] = field(default_factory=set)
    adapt: Callable[[type, dict[str, Any]], dict[str, Any]] = lambda _cls, given: given

    def start(self, path: str) -> None:
        """Forget the previous file, and start this one."""
        self.built.clear()
        self.variables.clear()
        self.connections.clear()
        self.hosts.clear()
        self.deprecations.clear()
        self.environment.clear()
        self.defaulted.clear()
        self.open.clear()
        self.read.clear()
        self.path = path

    def stop(self) -> None:
        """Ignore what follows: rules build things and look them up, too."""
        self.path = ""

    def listen(self) -> None:
        """Record deprecations until the end of the `warnings.catch_warnings` block."""
        warnings.simplefilter("always")
        warnings.showwarning = self._note

    def _note(
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,  # noqa: ARG002  Python's signature
        line: str | None = None,  # noqa: ARG002
    ) -> None:
        if category.__module__.startswith("airflow.") and not KNOWN.spread:  # then arguments are not known
            if filename in _constructors():
                filename, lineno = _built_by()
            if filename == self.path:
                self.deprecations[Observation(str(message), lineno)] = None

    def line(self) -> int | None:
        """Return the line of the file that is being executed."""
        frame: FrameType | None = sys._getframe(1)  # noqa: SLF001  `inspect.stack` reads source files
        while frame and frame.f_code.co_filename != self.path:
            frame = frame.f_back
        return frame.f_lineno if frame else None


_INSTALLED: Final = (sys.prefix, sys.base_prefix, str(Path(__file__).parents[2]), "/proc", "/dev", "/sys", "/etc")

WATCH = Watch()
"""The instance of this process: Airflow's constructors have no other way to it."""


def is_users(file: str) -> bool:
    """Return whether a source file is the user's own, not an installed package's nor Python's."""
    return "site-packages" not in file and not file.startswith((*_INSTALLED, "<"))


def install() -> None:
    """Start to watch this process."""
    _record_construction()
    _airflow.make_tables()
    IMPORT_COSTS.install()
    warnings.showwarning = _drop  # what objects of the last attempt say when they go is not the file's
    sys.addaudithook(_audit)


def _drop(*_warning: object, **_more: object) -> None:
    """Show nothing of a warning."""


def _record_construction() -> None:
    meta, dag, mapped = _airflow.constructors()

    def build(cls: type, *args: Any, **kwargs: Any) -> Any:
        pod_arguments.watch_pod_operator(cls)
        operator = type.__call__(cls, *args, **WATCH.adapt(cls, kwargs))
        pod_arguments.note_call(operator, kwargs)
        _remember(operator)
        return operator

    for owner, name in ((dag, "__init__"), (mapped, "__attrs_post_init__")):
        setattr(owner, name, _remembering(getattr(owner, name)))
    setattr(meta, "__call__", build)  # noqa: B010  a type checker sees a method there
    # Airflow asks for an operator's parameters, and would now get those of `build`.
    setattr(meta, "__signature__", property(_signature))  # noqa: B010  as above


@lru_cache(maxsize=1)
def _constructors() -> frozenset[str]:
    """Return the files between a DAG file and the constructor that it calls, including this one."""
    meta, *_classes = _airflow.constructors()
    return frozenset({__file__, pod_arguments.__file__, inspect.getfile(meta)})


def _built_by() -> tuple[str, int]:
    """Return the file and line that call the constructor that is issuing a warning."""
    calls = ((frame.f_code.co_filename, line) for frame, line in walk_stack(sys._getframe(2)))  # noqa: SLF001
    inside = dropwhile(lambda call: call[0] not in _constructors(), calls)
    return next(dropwhile(lambda call: call[0] in _constructors(), inside), ("", 0))


def _signature(cls: Any) -> inspect.Signature:
    whole = inspect.signature(cls.__init__)
    return whole.replace(parameters=list(whole.parameters.values())[1:])


def _remembering(construct: Callable[..., None]) -> Callable[..., None]:
    @wraps(construct)
    def wrapped(self: Any, *args: Any, **kwargs: Any) -> None:
        construct(self, *args, **WATCH.adapt(type(self), kwargs))
        if getattr(self, "fileloc", None) == __file__:  # a DAG takes its caller's file for its own
            self.fileloc = sys._getframe(1).f_code.co_filename  # noqa: SLF001
        _remember(self)

    return wrapped


def _remember(built: object) -> None:
    if WATCH.path:
        WATCH.built.append((built, WATCH.line()))
        if KNOWN.spread:
            KNOWN.spread = False
            WATCH.open.add(id(built))


def _audit(event: str, args: tuple[Any, ...]) -> None:
    """Record connections to hosts and changes of the environment; forbid signals to other processes."""
    if not WATCH.path:
        return
    if event in {"open", "os.listdir", "os.scandir"}:
        _record_read(args[0])
    elif event in {"os.putenv", "os.unsetenv"}:
        name = os.fsdecode(args[0])
        WATCH.environment.setdefault(name, os.environ.get(name))
    elif event == "socket.connect" and args[0].family in {socket.AF_INET, socket.AF_INET6}:
        WATCH.hosts.append(Observation(f"{args[1][0]}:{args[1][1]}", WATCH.line()))
    elif event == "os.killpg" or (event == "os.kill" and args[0] != os.getpid()):
        raise PermissionError(f"sends signal {args[1]} to process {args[0]}")


_BYTECODE: Final = re.compile(r"\.pyc(\.[0-9]+)?$")
"""Python reads it, or writes it under a name of the moment first."""


def _record_read(read: object) -> None:
    if not isinstance(read, str) or not read.startswith("/") or read == WATCH.path or read.startswith(_INSTALLED):
        return
    if _BYTECODE.search(read):
        WATCH.modules.add(f"{Path(read).parent.parent / Path(read).name.partition('.')[0]}.py")
    elif read.endswith(".py"):
        WATCH.modules.add(read)
    elif read not in sys.path:  # the import system lists those
        WATCH.read.add(read)
