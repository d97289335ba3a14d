"""The operator behind `pod_task`: KubernetesPodOperator with its known bugs fixed.

Each fix is a method that overrides the provider's and names the public issue, if there is one; each has a test that
fails with the plain operator.
"""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from copy import copy
from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, ClassVar, Final

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.cncf.kubernetes.triggers.pod import KubernetesPodTrigger
from airflow.providers.cncf.kubernetes.utils.container import container_is_succeeded
from airflow.providers.cncf.kubernetes.utils.pod_manager import PodPhase
from airflow.providers.common.compat.sdk import AirflowSkipException, TaskDeferred, XComArg
from kubernetes.client.exceptions import ApiException

from airflowkit._airflow import has_retry_policies
from airflowkit.errors import PodFailed
from airflowkit.pods.diagnostics.diagnosis import Diagnosis, Evidence, Interruption, blames_error, diagnose
from airflowkit.pods.diagnostics.errors import template_cause
from airflowkit.pods.diagnostics.evidence import plain, read_evidence
from airflowkit.pods.diagnostics.tries import with_tries
from airflowkit.pods.operator.cluster import found_cluster
from airflowkit.pods.operator.memory import after_failure, memory_limit, raise_memory
from airflowkit.pods.operator.native_texts import Text, native_texts
from airflowkit.pods.operator.outcome import (
    FinalPodFailed,
    error_summary,
    interruption_of,
    may_have_made_a_pod,
    push_diagnosis,
    state_on_server,
    trigger_error,
)
from airflowkit.pods.operator.startup import WatchfulPodManager
from airflowkit.pods.operator.trigger import WatchfulPodTrigger
from airflowkit.pods.retry import policy_of
from airflowkit.pods.spec.checked_pod import located
from airflowkit.pods.spec.operator_call import NOT_GIVEN, NOT_OF_THE_POD, checked_spec, ids_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from airflowkit.pods.spec.memory_steps import MemorySteps

_TRIGGER_FAILED: Final = "__fail__"
"""The method that Airflow names for resuming when the trigger failed."""
_LABELS_OF_A_TRY: Final = ("dag_id", "task_id", "run_id", "map_index", "try_number")
_LATE: Final = 1.0
"""Seconds until a second look for a pod whose creation was interrupted."""
_TIMEOUT: Final = 5
"""Seconds for a call that cleans up."""


class _Killed(BaseException):
    """Leaves `execute` at once when the task is told to stop; not an Exception, because the provider swallows some."""


class CheckedPodOperator(KubernetesPodOperator):
    """A `KubernetesPodOperator` that says why its pod failed, and that never succeeds after it was killed."""

    shallow_copy_attrs = (*KubernetesPodOperator.shallow_copy_attrs, "pod_layers")

    # Airflow takes for `partial` only what a signature names; all else is the provider's.
    def __init__(
        self,
        *,
        security: Any = NOT_GIVEN,
        node_pool: Any = NOT_GIVEN,
        retry_policy: Any = NOT_GIVEN,
        memory_after_oom: Any = NOT_GIVEN,
        **keywords: Any,
    ) -> None:
        added = {"security": security, "node_pool": node_pool, "retry_policy": retry_policy}
        if memory_after_oom is not (keywords.get("default_args") or {}).get("memory_after_oom", NOT_GIVEN):
            added["memory_after_oom"] = memory_after_oom  # of the call: it goes with the memory that the call has
        spec = checked_spec({**keywords, **added})
        ids = ids_of(keywords)
        policy = policy_of(
            spec.keywords.get("retry_policy"), keywords.get("dag"), lambda found: located(found, spec.layers, *ids)
        )
        of_the_pod = {key: value for key, value in spec.keywords.items() if key != "retry_policy"}
        super().__init__(**{key: keywords[key] for key in NOT_OF_THE_POD if key in keywords}, **of_the_pod)
        self.retry_policy = policy
        self.pod_layers = spec.layers
        if spec.memory_steps:
            self.memory_steps = spec.memory_steps
        for output in spec.upstream:
            XComArg.apply_upstream_relationship(self, output)

    env_vars: Any
    memory_steps: MemorySteps | None = None

    # `dag.test` waits for a deferred pod in the task's own process, and takes another copy of the task for the rest.
    _stopped_pods: ClassVar[set[str]] = set()
    # What a run records to explain its end.
    _executing = False
    _creating = False
    _evidence: Evidence | None = None
    _in_flight: BaseException | None = None
    _event: Mapping[str, Any] | None = None

    def execute(self, context: Any) -> Any:
        """Run the pod.

        Raises:
            PodFailed: The pod, or the way to it, failed; the first line says why.
        """
        return self._explained(context, partial(super().execute, context))

    def trigger_reentry(self, context: Any, event: dict[str, Any]) -> Any:
        """Resume a deferred pod.

        Raises:
            PodFailed: The pod, or the way to it, failed; the first line says why.
        """
        self._event = event
        self._killed = event["name"] in self._stopped_pods
        return self._explained(context, partial(super().trigger_reentry, context, event))

    def resume_execution(self, next_method: str, next_kwargs: dict[str, Any] | None, context: Any) -> Any:
        """Resume after a deferral; where the trigger itself has failed, the provider leaves the pod running.

        Raises:
            PodFailed: As for `execute`.
        """
        resume = partial(super().resume_execution, next_method, next_kwargs, context)
        if next_method != _TRIGGER_FAILED:
            return resume()
        try:
            return self._explained(context, resume)
        finally:
            self._delete_deferred(context["ti"])

    def on_kill(self) -> None:
        """Delete the pod and leave `execute`, which would otherwise end in success (apache/airflow#73006, #71202).

        While the pod is being created it is unknown whether there is one: `get_or_create_pod` deals with it then.
        """
        super().on_kill()
        if self.pod is not None:
            self._stopped_pods.add(self.pod.metadata.name)
        if self._executing and not self._creating:
            raise _Killed

    def get_or_create_pod(self, pod_request_obj: Any, context: Any) -> Any:
        """Return the task's pod; a task that is killed or times out meanwhile leaves none behind."""
        self._creating = True
        try:
            self._disown_dying_pods(pod_request_obj.metadata.namespace, context)
            self.pod = super().get_or_create_pod(pod_request_obj, context)
        except BaseException as error:
            if may_have_made_a_pod(error):
                self._delete_unseen(pod_request_obj)
            raise
        finally:
            self._creating = False
        if self._killed:
            self.on_kill()
        return self.pod

    def cleanup(self, pod: Any, remote_pod: Any, xcom_result: Any = None, context: Any = None) -> None:
        """Delete the pod as `on_finish_action` says, but read first what it died of.

        The provider calls this in a `finally` and raises in it, which hides what went wrong before: that is kept too.
        """
        self._in_flight = sys.exception()
        if not remote_pod and self.pod is not None and not self._killed:  # an error came before the first look at it
            with suppress(Exception):
                remote_pod = self.pod_manager.read_pod(self.pod)
        if remote_pod and not self._killed:  # from here on, that the pod is gone is the operator's own doing
            self._evidence = self._seen(remote_pod)
        super().cleanup(pod=pod, remote_pod=remote_pod, xcom_result=xcom_result, context=context)

    def build_pod_request_obj(self, context: Any = None, *, dry_run: bool = False) -> Any:
        """Return the pod; the provider appends `pod_runtime_info_envs` to the list that the user handed in."""
        given: Any = self.env_vars
        self.env_vars = list(given) if isinstance(given, list) else given
        try:
            pod = super().build_pod_request_obj(context, dry_run=dry_run)
        finally:
            self.env_vars = given
        if self.memory_steps and context is not None and not dry_run:
            raise_memory(pod, self.base_container_name, self.memory_steps, context)
        return pod

    def defer(self, *, trigger: Any, **keywords: Any) -> None:
        """Defer to the triggerer, with a trigger that gives up on a pod that cannot start, and finds this cluster."""
        if type(trigger) is KubernetesPodTrigger:
            trigger = WatchfulPodTrigger(**{**trigger.serialize()[1], **found_cluster(self.hook)})
        super().defer(trigger=trigger, **keywords)

    def convert_config_file_to_dict(self) -> None:
        """Read no kubeconfig, which the provider does whether or not the worker has used one; see `found_cluster`."""
        self._config_dict = None

    @cached_property
    def pod_manager(self) -> WatchfulPodManager:
        """What creates, reads and deletes the pod."""
        return WatchfulPodManager(kube_client=self.client, callbacks=self.callbacks)

    def _do_render_template_fields(
        self, parent: Any, template_fields: Iterable[str], context: Any, jinja_env: Any, seen_oids: set[int]
    ) -> None:
        """Render this task's own copies: Jinja writes into objects that other tasks, and map indices, share.

        Values that a mapped task was expanded with are not templates: they stay the objects that Airflow has marked.
        """
        if parent is not self:
            super()._do_render_template_fields(parent, template_fields, context, jinja_env, seen_oids)
            return
        texts = native_texts(self)
        for field in template_fields:
            value = getattr(self, field)
            if id(value) not in seen_oids:
                setattr(self, field, texts.marked(field, deep_copy(value)))
        try:
            super()._do_render_template_fields(parent, template_fields, context, jinja_env, seen_oids)
        except Exception as error:
            if cause := template_cause(error, self.task_id):
                raise self._failure(diagnose(Evidence(error=cause)), context) from error
            raise
        for field in template_fields:
            setattr(self, field, texts.settled(field, getattr(self, field)))

    def render_template(self, content: Any, context: Any, jinja_env: Any = None, seen_oids: Any = None) -> Any:
        """Render a template; one where only text is allowed to text, whatever the DAG says (see `native_texts`)."""
        if isinstance(content, Text):
            return content.rendered(context)
        return super().render_template(content, context, jinja_env, seen_oids)

    def _explained(self, context: Any, run: Callable[[], Any]) -> Any:
        """Run, and turn every failure into a PodFailed that says why."""
        if self._executing:  # `execute` calls `trigger_reentry` for a pod that has ended before it could defer
            return run()
        result, error = None, None
        self._executing = True
        try:
            result = run()
        except (AirflowSkipException, TaskDeferred):
            if not self._killed:
                raise
        except BaseException as raised:  # noqa: BLE001  a timeout and a kill are not Exceptions
            error = raised
        finally:
            self._executing = False
        if self._killed:
            return self._end_killed(context)
        if error is not None:
            self._end_failed(error, context)
        return result

    def _end_killed(self, context: Any) -> None:
        """Fail, unless the task was marked as success: Airflow would still call its failure callbacks."""
        if self.pod is None and self._event is not None:
            self._delete(self._event["name"], self._event["namespace"])
        state = state_on_server(context["ti"])
        if state == "success":
            self.log.info("The task was marked as success while its pod ran; the pod is stopped.")
            return
        interruption = Interruption.MARKED_FAILED if state == "failed" else Interruption.KILLED
        raise self._failure(diagnose(Evidence(interruption=interruption)), context)

    def _end_failed(self, error: BaseException, context: Any) -> None:
        hidden = self._in_flight or error
        if isinstance(hidden, (KeyboardInterrupt, SystemExit)):
            raise hidden
        event = self._event or {}
        seen, of_trigger = self._evidence or self._read_what_is_left(), trigger_error(event)
        evidence = replace(
            seen,
            gone=seen.gone and of_trigger is None,  # the trigger's error came first
            interruption=interruption_of(hidden, event),
            error=of_trigger or error_summary(hidden, event),
        )
        raise self._failure(diagnose(evidence), context, evidence.pod) from (hidden if blames_error(evidence) else None)

    def _failure(self, diagnosis: Diagnosis, context: Any, pod: Mapping[str, Any] | None = None) -> PodFailed:
        found, diagnosis = diagnosis, with_tries(diagnosis, self.retry_policy, context.get("ti"))
        saved = bool(diagnosis.tries and diagnosis.tries.saved)
        if self.memory_steps:
            base = self.base_container_name
            memory = memory_limit(pod, base)
            said = after_failure(self.memory_steps, found.cause, base, context, ended=saved, memory=memory)
            diagnosis = replace(diagnosis, hint="; ".join(filter(None, (said, diagnosis.hint))))
        push_diagnosis(diagnosis, context.get("ti"))
        # From 3.3 on, Airflow itself asks the policy.
        cls = FinalPodFailed if saved and not has_retry_policies() else PodFailed
        failure = cls(diagnosis.reason, hint=diagnosis.hint)
        failure.diagnosis = diagnosis
        return failure

    def _seen(self, pod: Any) -> Evidence:
        """Return what a pod shows that is about to be deleted; one that has ended well shows all there is at once."""
        by_base = self.do_xcom_push and container_is_succeeded(pod, self.base_container_name)
        if pod.status.phase == PodPhase.SUCCEEDED or by_base:
            return Evidence(pod=plain(pod), base=self.base_container_name)
        return self._read_evidence(pod.metadata.name, pod.metadata.namespace)

    def _read_what_is_left(self) -> Evidence:
        if self.pod is not None:
            return self._read_evidence(self.pod.metadata.name, self.pod.metadata.namespace)
        if self._event is not None:
            return self._read_evidence(self._event["name"], self._event["namespace"])
        return Evidence()

    def _read_evidence(self, name: str, namespace: str) -> Evidence:
        last_seen = self.pod_manager.last_seen
        return read_evidence(self.client, name, namespace, base=self.base_container_name, last_seen=last_seen)

    def _disown_dying_pods(self, namespace: str, context: Any) -> None:
        """Hide a pod of an earlier try that is still being deleted: the provider's search would find it.

        The provider would wait for its end, or fail because it finds two pods.
        """
        if context["ti"].try_number <= 1:
            return
        selector = self._build_find_pod_label_selector(context)
        for pod in self.client.list_namespaced_pod(namespace, label_selector=selector).items:
            if pod.metadata.deletion_timestamp:
                self.patch_already_checked(pod, reraise=False)

    def _delete_unseen(self, request: Any) -> None:
        """Delete the pod of an interrupted creation: the API server may be about to create it."""
        name, namespace, labels = request.metadata.name, request.metadata.namespace, request.metadata.labels
        for delay in (0, _LATE):
            time.sleep(delay)
            with suppress(Exception):
                found = self.client.read_namespaced_pod(name, namespace, _request_timeout=_TIMEOUT)
                if all(found.metadata.labels.get(key) == labels.get(key) for key in _LABELS_OF_A_TRY):
                    self._delete(name, namespace)
                return

    def _delete_deferred(self, ti: Any) -> None:
        with suppress(Exception):
            name, namespace = (ti.xcom_pull(task_ids=ti.task_id, key=key) for key in ("pod_name", "pod_namespace"))
            self.process_pod_deletion(self.client.read_namespaced_pod(name, namespace), reraise=False)

    def _delete(self, name: str, namespace: str) -> None:
        with suppress(ApiException):
            self.client.delete_namespaced_pod(name, namespace, _request_timeout=_TIMEOUT)


def deep_copy(value: Any) -> Any:
    """Return a value with its own lists, tuples, dictionaries and Kubernetes objects; everything else is shared.

    A plain deep copy would follow an XCom reference into its operator, and from there through the whole DAG.
    """
    if isinstance(value, dict):
        return {key: deep_copy(item) for key, item in value.items()}
    if type(value) in (list, tuple):
        return type(value)(deep_copy(item) for item in value)
    if hasattr(value, "openapi_types"):
        clone = copy(value)
        # Not through the setters: each of them validates the whole object.
        clone.__dict__ = {name: deep_copy(item) for name, item in vars(value).items()}
        return clone
    return value
