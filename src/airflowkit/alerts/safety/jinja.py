"""Jinja in the author's own text: what a context lacks is rendered empty, and no alert is lost for it.

Airflow's notifiers render in place and strictly: an instance would keep sending its first run's text, and
`{{ exception }}`, which is undefined in the DAG processor, would raise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflowkit.alerts.safety.lenient import look
from airflowkit.alerts.safety.log import log

if TYPE_CHECKING:
    import jinja2


def render(template: str, context: Any) -> str:
    """Return a template rendered for a context, or the template itself where that fails."""
    if "{" not in template:
        return template
    try:
        return str(_environment(context).from_string(template).render(dict(context)))
    except Exception as error:  # noqa: BLE001  a template may call anything
        log.warning("airflowkit: the alert's text is not rendered (%s)", type(error).__name__)
        return template


def _environment(context: Any) -> jinja2.Environment:
    """Return the DAG's environment, with its filters and macros, or a plain one.

    In `dag.test` the DAG is a SerializedDAG, which has none (apache/airflow#64649).
    """
    from jinja2 import ChainableUndefined
    from jinja2.sandbox import SandboxedEnvironment

    of_dag = look(context, "dag", "get_template_env")
    try:
        environment = of_dag() if of_dag else SandboxedEnvironment()
    except Exception:  # noqa: BLE001  the DAG file may be gone
        environment = SandboxedEnvironment()
    return environment.overlay(undefined=ChainableUndefined)
