"""`RetryByCause`: what a task died of decides whether it is tried again.

On Airflow 3.3 and newer it is a `RetryPolicy` of Airflow's own, for any task: it ends a task early and sets the delay
of the next try, and never adds tries. Older versions have no policies: there a `pod_task` ends early by the exception
that Airflow never retries, and delays stay Airflow's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Self

from airflowkit._airflow import place_of, retry_decision, retry_policy_class
from airflowkit.causes import Category, Cause, CauseCode, known_code
from airflowkit.errors import PodFailed, PodSpecError, Problem, chain, did_you_mean, message_of, shown
from airflowkit.pods.diagnostics.containers import CONTAINER_ENDED
from airflowkit.pods.diagnostics.errors import code_of
from airflowkit.pods.spec.operator_call import settings_of
from airflowkit.setting_sections import LONGEST_DELAY

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator

BY_CAUSE: Final = "by-cause"
"""How `airflowkit.toml` names it: `[pod] retry_policy = "by-cause"`, with the keywords below `[retry]`."""
INFRASTRUCTURE_DELAY: Final = timedelta(seconds=30)
"""Until another try after a failure below the pod: long enough for another node, shorter than what a program needs."""
_EXIT_CODE: Final = re.compile(r"[1-9][0-9]{0,2}")
_EXIT_CODES: Final = frozenset(range(1, 256))
_OF_SIGNALS: Final = frozenset({129, 130, 131, 132, 133, 134, 135, 136, 137, 139, 141, 142, 143})
"""Exit codes of signals that have the same number everywhere, and end a program (signal(7))."""
_Policy: Final[Any] = retry_policy_class()


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a failed try.

    Attributes:
        action: As Airflow's `RetryAction`: `fail` ends the task, `default` follows `retries`, as does `retry`.
        delay: Until the next try; None for the task's own `retry_delay`.
        reason: Why, in words.
    """

    action: str
    delay: timedelta | None = None
    reason: str = ""


@dataclass(frozen=True)
class RetryByCause(_Policy):  # type: ignore[misc]  # Airflow's class, where it has one
    """A `retry_policy` by what a task died of.

    Without arguments, failures of the infrastructure are tried again after half a minute, a wrong configuration ends
    the task at once, and everything else follows `retry_delay`. There are never more tries than `retries` allows.

    Examples:
        >>> policy = RetryByCause(never=["exit-code:2"], delay={"registry-unreachable": timedelta(minutes=5)})
        >>> policy.decide(Cause(CauseCode.EXIT_CODE, "exit code 2", exit_code=2)).action
        'fail'
        >>> policy.decide(Cause(CauseCode.EXIT_CODE, "exit code 1", exit_code=1)).action
        'default'

    Attributes:
        never: Causes that end the task: codes such as `signal`, or a code with an exit code such as `exit-code:2`.
        always: Causes that are tried again, as far as there are retries. Of a code, one exit code decides before all.
        delay: The time until the next try, by cause; Airflow 3.3 and newer.

    Raises:
        PodSpecError: One of them is not a cause, or is in both lists.
    """

    never: Sequence[str] = ()
    always: Sequence[str] = ()
    delay: Mapping[str, timedelta] = field(default_factory=dict)
    at_once: bool = field(default=False, repr=False)
    """Whether the next try starts without delay, as in a local run."""

    def __post_init__(self) -> None:
        if problems := list(self._problems()) or list(self._unused_delays()):
            raise PodSpecError(problems, where="RetryByCause")
        object.__setattr__(self, "never", tuple(self.never))
        object.__setattr__(self, "always", tuple(self.always))
        object.__setattr__(self, "delay", dict(self.delay))

    def _problems(self) -> Iterator[Problem]:
        names = {"never": self.never, "always": self.always, "delay": self.delay}
        for name, given in names.items():
            kind, word = (Mapping, "dictionary") if name == "delay" else (Sequence, "list")
            if isinstance(given, str) or not isinstance(given, kind):
                yield Problem(name, shown(given), f"is not a {word}")
                return
            yield from (_not_a_cause(name, each) for each in given if not _is_cause(each))
        for each in self.always:
            if each in self.never:
                yield Problem("always", shown(each), "is in never, too")
        delays: Mapping[str, Any] = self.delay
        for cause, delay in delays.items():
            if not isinstance(delay, timedelta) or not timedelta(0) <= delay <= LONGEST_DELAY:
                reason = f"is not a timedelta from zero to {LONGEST_DELAY.days} days"
                yield Problem(f"delay[{cause!r}]", shown(delay), reason)

    def _unused_delays(self) -> Iterator[Problem]:
        """Return the delays of causes that end the task, whatever their exit code."""
        for name in self.delay:
            code, _, exit_code = name.partition(":")
            cause = Cause(known_code(code), "", exit_code=int(exit_code) if exit_code else None)
            narrower = any(each.startswith(f"{name}:") for each in self.always)
            if not narrower and self.decide(cause).action == "fail":
                hint = "take it out of never" if {name, code} & {*self.never} else "add it to always"
                yield Problem(f"delay[{name!r}]", "", "a task that dies of it is never tried again", hint)

    def decide(self, cause: Cause) -> Decision:
        """Return what becomes of a try that failed for a cause."""
        for name in _names(cause):
            if name in self.never:
                return Decision("fail", None, f"{name} is never tried again")
            if name in self.always:
                return Decision("retry", self._delay(cause), f"{name} is always tried again")
        if not cause.retryable:
            return Decision("fail", None, "every try would end the same way")
        if cause.category is Category.INFRASTRUCTURE:
            return Decision("retry", self._delay(cause, INFRASTRUCTURE_DELAY), f"{cause.code}: another try can help")
        delay = self._delay(cause)
        return Decision("default") if delay is None else Decision("retry", delay, str(cause.code))

    def _delay(self, cause: Cause, default: timedelta | None = None) -> timedelta | None:
        if self.at_once:
            return timedelta(0)
        return next((self.delay[name] for name in _names(cause) if name in self.delay), default)

    def without_delay(self) -> Self:
        """Return it for where nobody waits."""
        return replace(self, at_once=True)

    def evaluate(self, exception: BaseException, try_number: int, max_tries: int, context: Any = None) -> Any:  # noqa: ARG002
        """Return Airflow's `RetryDecision`; Airflow 3.3 and newer call it, and log the reason.

        Args:
            exception: What the task failed with.
            try_number: Which try it was.
            max_tries: How many retries there are.
            context: The task's context.
        """
        cause = cause_of(exception)
        decision = self.decide(cause)
        return retry_decision(decision.action, decision.delay, f"{cause}: {decision.reason}" if decision.reason else "")

    def serialize(self) -> dict[str, Any]:
        """Return it as plain values."""
        delay = {cause: delay.total_seconds() for cause, delay in self.delay.items()}
        return {"never": list(self.never), "always": list(self.always), "delay": delay}

    @classmethod
    def deserialize(cls, data: Mapping[str, Any]) -> Self:
        """Return a policy from what `serialize` returns."""
        delay = {cause: timedelta(seconds=seconds) for cause, seconds in data["delay"].items()}
        return cls(data["never"], data["always"], delay)


def cause_of(exception: BaseException) -> Cause:
    """Return why a task failed: that of its pod, or by the exception's type."""
    for link in chain(exception, lambda link: link.__cause__):
        if isinstance(link, PodFailed):
            return link.cause
    name, message = type(exception).__name__, message_of(exception)
    return Cause(code_of(exception), f"{name}: {message}" if message else name)


def policy_of(value: Any, dag: Any, located: Callable[[Problem], Problem] | None = None) -> Any:
    """Return a task's retry policy, with `"by-cause"` as what `[retry]` of `airflowkit.toml` says.

    Args:
        value: What the task was given.
        dag: The task's DAG, if it is known.
        located: Adds to a problem whose task it is; None for `default_args`.

    Raises:
        PodSpecError: It is no policy, or `[retry]` is not valid.
    """
    if value is None:
        return None
    if value == BY_CAUSE:
        retry = settings_of(place_of(dag, None)[0]).retry
        delay = {cause: timedelta(seconds=seconds) for cause, seconds in retry.delay.items()}
        try:
            return RetryByCause(retry.never, retry.always, delay)
        except PodSpecError as error:
            raise PodSpecError(error.problems, where="[retry] of airflowkit.toml") from None
    if isinstance(value, type) and callable(getattr(value, "evaluate", None)):
        hint = f"write {value.__name__}(), with parentheses"
        raise _refused(Problem("retry_policy", value.__name__, "is a class", hint), located)
    if callable(getattr(value, "evaluate", None)):
        return value
    hint = f"write RetryByCause(…), another RetryPolicy, or {BY_CAUSE!r}"
    raise _refused(Problem("retry_policy", shown(value), "is not a retry policy", hint), located)


def _refused(problem: Problem, located: Callable[[Problem], Problem] | None) -> PodSpecError:
    return PodSpecError([located(problem)]) if located else PodSpecError([problem], where="default_args")


def _names(cause: Cause) -> tuple[str, ...]:
    """Return how a policy may name a cause, the narrowest first."""
    return (f"{cause.code}:{cause.exit_code}", str(cause.code))


def _is_cause(name: object) -> bool:
    code, colon, exit_code = str(name).partition(":")
    if not isinstance(name, str) or code not in set(CauseCode):
        return False
    return not colon or (bool(_EXIT_CODE.fullmatch(exit_code)) and int(exit_code) in _exit_codes(code))


def _exit_codes(code: str) -> Container[int]:
    """Return the exit codes that a cause may have: a program that a signal ends has the cause `signal`."""
    if code == CauseCode.EXIT_CODE:
        return _EXIT_CODES - _OF_SIGNALS
    if code == CauseCode.SIGNAL:
        return _EXIT_CODES - set(range(1, 129))
    return _EXIT_CODES if code in CONTAINER_ENDED else frozenset()


def _not_a_cause(where: str, name: object) -> Problem:
    code, _, exit_code = str(name).partition(":")
    number = int(exit_code) if _EXIT_CODE.fullmatch(exit_code) else 0
    by_page = "write a code of docs/reference/causes.md, or one with an exit code: exit-code:2"
    hint = did_you_mean(code, CauseCode) or by_page
    if code == CauseCode.EXIT_CODE and number in _OF_SIGNALS:
        hint = f"a signal ends the program then: write signal:{number}"
    elif code == CauseCode.SIGNAL and number + 128 in _OF_SIGNALS:
        hint = f"write the exit code: signal:{number + 128}"
    elif code in set(CauseCode) - CONTAINER_ENDED:
        hint = f"it has no exit code: write {code}"
    elif code in set(CauseCode):
        hint = "an exit code is a number from 1 to 255"
    return Problem(where, shown(name), "is not a cause", hint)
