"""The author's own words with Jinja in them: what a context lacks becomes empty, and no alert is lost for it.

Airflow's notifiers render in place and strictly: one instance would send its first run's text for ever, and
`{{ exception }}`, which the DAG processor does not know, would raise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflowkit.alerts.safety.lenient import look
from airflowkit.alerts.safety.log import log

if TYPE_CHECKING:
    import jinja2


def rendered(template: str, context: Any) -> str:
    """Return a template's text for one context; the template as it stands where it cannot be rendered."""
    if "{" not in template:
        return template
    try:
        return str(_environment(context).from_string(template).render(dict(context)))
    except Exception as error:  # noqa: BLE001  a template may call anything
        log.warning("airflowkit: the alert's text stays unrendered (%s)", type(error).__name__)
        return template


def _environment(context: Any) -> jinja2.Environment:
    """Return the DAG's own environment, with its filters and macros, or a plain one.

    In `dag.test` the DAG is a SerializedDAG, which has none (apache/airflow#64649).
    """
    from jinja2 import ChainableUndefined
    from jinja2.sandbox import SandboxedEnvironment

    of_dag = look(context, "dag", "get_template_env")
    try:
        environment = of_dag() if of_dag else SandboxedEnvironment()
    except Exception:  # noqa: BLE001  the DAG's files may be gone
        environment = SandboxedEnvironment()
    return environment.overlay(undefined=ChainableUndefined)
