"""The part of the Kubernetes API that the operator calls, for the pods of one run.

The paths and parameters are those of https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute

from airflowkit.errors import LocalRunError
from airflowkit.local.apiserver.exec import serve_exec
from airflowkit.local.apiserver.selectors import field_matches, labels_match
from airflowkit.local.apiserver.status import Waiting
from airflowkit.local.apiserver.store import Pod, PodStore
from airflowkit.local.apiserver.texts import not_text
from airflowkit.local.runtimes.protocol import CannotStart, RunningContainer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from starlette.requests import HTTPConnection, Request
    from starlette.types import ASGIApp, Receive, Scope, Send
    from starlette.websockets import WebSocket


Json = dict[str, Any]
_DIGITS: Final = 10
"""Three centuries in seconds; what is longer is a mistake."""

_REASONS: Final[Mapping[int, str]] = {
    400: "BadRequest",
    401: "Unauthorized",
    404: "NotFound",
    405: "MethodNotAllowed",
    409: "AlreadyExists",
    415: "UnsupportedMediaType",
}


class Kubelet(Protocol):
    """What runs the pods."""

    def admit(self, pod: Pod) -> None:
        """Accept a new pod.

        Raises:
            LocalRunError: It cannot run here.
        """
        ...

    async def settle(self, pod: Pod) -> None:
        """Bring a pod up to date before it is shown."""
        ...

    def container(self, pod: Pod, name: str) -> RunningContainer | None:
        """Return a running container."""
        ...

    def delete(self, pod: Pod, grace: float | None) -> None:
        """Start to delete a pod."""
        ...

    def has_running(self) -> bool:
        """Whether a container is running; it may be called in any thread."""
        ...

    async def stop(self, seconds: float) -> None:
        """Stop all pods, each within its grace period and some seconds."""
        ...

    async def shut_down(self) -> None:
        """Stop everything at once; the run is over."""
        ...


class PodApi:
    """The endpoints, named after the Kubernetes API's operations."""

    def __init__(self, store: PodStore, kubelet: Kubelet) -> None:
        self._store = store
        self._kubelet = kubelet

    async def create(self, request: Request) -> Response:
        """Create a pod and start it."""
        manifest = await _body(request)
        metadata = manifest.get("metadata") or {}
        if not metadata.get("name") and metadata.get("generateName"):
            metadata["name"] = metadata["generateName"] + secrets.token_hex(3)[:5]
        if not metadata.get("name") or not (manifest.get("spec") or {}).get("containers"):
            raise HTTPException(400, "a pod needs metadata.name and spec.containers")
        if fault := not_text(manifest):
            raise HTTPException(400, f'Pod in version "v1" cannot be handled as a Pod: json: cannot unmarshal {fault}')
        pod = Pod(manifest, request.path_params["namespace"])
        if not self._store.add(pod):
            raise HTTPException(409, f'pods "{pod.name}" already exists')
        try:
            self._kubelet.admit(pod)
        except LocalRunError as error:
            raise HTTPException(400, str(error)) from None
        return JSONResponse(pod.as_json(), 201)

    async def list_pods(self, request: Request) -> Response:
        """List the pods that match a selector."""
        labels, fields = (request.query_params.get(name, "") for name in ("labelSelector", "fieldSelector"))
        pods = [pod for pod in self._store if pod.namespace == request.path_params["namespace"]]
        try:
            chosen = [pod for pod in pods if labels_match(labels, pod.labels) and field_matches(fields, pod.as_json())]
        except ValueError as error:
            raise HTTPException(400, str(error)) from None
        return JSONResponse(_list("PodList", [pod.as_json() for pod in chosen], "0"))

    async def read(self, request: Request) -> Response:
        """Return a pod; one that is about to leave `Pending` is given a moment first."""
        pod = self._pod(request)
        await self._kubelet.settle(pod)
        return JSONResponse(pod.as_json())

    async def patch(self, request: Request) -> Response:
        """Change a pod's labels and annotations; the operator changes nothing else."""
        pod = self._pod(request)
        changes = (await _body(request)).get("metadata") or {}
        for field in ("labels", "annotations"):
            merged = {**(pod.metadata.get(field) or {}), **(changes.get(field) or {})}
            pod.metadata[field] = {key: value for key, value in merged.items() if value is not None}
        pod.touch()
        return JSONResponse(pod.as_json())

    async def delete(self, request: Request) -> Response:
        """Start to delete a pod."""
        pod = self._pod(request)
        options = await _body(request) if await request.body() else {}
        grace = request.query_params.get("gracePeriodSeconds", options.get("gracePeriodSeconds"))
        self._kubelet.delete(pod, None if grace is None else _number("gracePeriodSeconds", grace))
        return JSONResponse(pod.as_json())

    async def log(self, request: Request) -> Response:
        """Return a container's log, or follow it until it ends."""
        pod, wanted = self._pod(request), request.query_params
        name = wanted.get("container") or pod.containers[0]["name"]
        state = pod.states.get(name)
        if state is None:
            raise HTTPException(400, f"container {name} is not valid for pod {pod.name}")
        if isinstance(state, Waiting):
            raise HTTPException(400, f'container "{name}" in pod "{pod.name}" is waiting to start: {state.reason}')
        seconds = _number("sinceSeconds", wanted["sinceSeconds"]) if "sinceSeconds" in wanted else None
        since = None if seconds is None else datetime.now(UTC) - timedelta(seconds=seconds)
        tail = _number("tailLines", wanted["tailLines"]) if "tailLines" in wanted else None
        lines = pod.logs[name].read(follow=_true(wanted.get("follow")), since=since, tail=tail)
        stamped = _true(wanted.get("timestamps"))
        chunks = (line.stamped() if stamped else line.text async for line in lines)
        return StreamingResponse(chunks, media_type="text/plain")

    async def exec(self, websocket: WebSocket) -> None:
        """Start a process in a container and connect to it."""
        pod = self._store.get(websocket.path_params["namespace"], websocket.path_params["name"])
        name = websocket.query_params.get("container") or (pod.containers[0]["name"] if pod else "")
        container = self._kubelet.container(pod, name) if pod else None
        if container is None:
            await websocket.send_denial_response(_status(404, f"container {name!r} is not running"))
            return
        try:
            process = await container.exec(websocket.query_params.getlist("command"))
        except (CannotStart, OSError) as fault:
            await websocket.send_denial_response(_status(500, str(fault)))
        else:
            await serve_exec(websocket, process)

    async def events(self, request: Request) -> Response:
        """List events, or watch them."""
        wanted, namespace = request.query_params, request.path_params["namespace"]
        selector = wanted.get("fieldSelector", "")
        after = _number("resourceVersion", wanted.get("resourceVersion") or 0)
        if _true(wanted.get("watch")):
            seconds = _number("timeoutSeconds", wanted.get("timeoutSeconds") or 3600)
            return StreamingResponse(self._watched(namespace, selector, after, seconds), media_type="application/json")
        return JSONResponse(_list("EventList", self._events(namespace, selector, 0), str(len(self._store.events))))

    def _events(self, namespace: str, selector: str, after: int) -> list[Json]:
        return [
            event
            for event in self._store.events[after:]
            if event["metadata"]["namespace"] == namespace and field_matches(selector, event)
        ]

    async def _watched(self, namespace: str, selector: str, after: int, seconds: float) -> AsyncIterator[bytes]:
        try:
            async with asyncio.timeout(seconds):
                while True:
                    new = self._store.new_event
                    for event in self._events(namespace, selector, after):
                        yield json.dumps({"type": "ADDED", "object": event}).encode() + b"\n"
                    after = len(self._store.events)
                    await new.wait()
        except TimeoutError:
            return

    def _pod(self, request: Request) -> Pod:
        namespace, name = request.path_params["namespace"], request.path_params["name"]
        pod = self._store.get(namespace, name)
        if pod is None:
            raise HTTPException(404, f'pods "{name}" not found')
        return pod


class RequireToken:
    """Rejects every request without the run's token."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._expected = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward the request, or answer 401."""
        if scope["type"] in {"http", "websocket"}:
            given = dict(scope["headers"]).get(b"authorization", b"")
            if not secrets.compare_digest(given, self._expected):
                if scope["type"] == "http":
                    await _status(401, "Unauthorized")(scope, receive, send)
                else:
                    await send({"type": "websocket.close", "code": 1008})
                return
        await self._app(scope, receive, send)


def create_app(store: PodStore, kubelet: Kubelet, token: str) -> ASGIApp:
    """Return the application."""
    api = PodApi(store, kubelet)
    pods = "/api/v1/namespaces/{namespace}/pods"
    routes = [
        Route(pods, api.create, methods=["POST"]),
        Route(pods, api.list_pods, methods=["GET"]),
        Route(f"{pods}/{{name}}", api.read, methods=["GET"]),
        Route(f"{pods}/{{name}}", api.patch, methods=["PATCH"]),
        Route(f"{pods}/{{name}}", api.delete, methods=["DELETE"]),
        Route(f"{pods}/{{name}}/log", api.log, methods=["GET"]),
        WebSocketRoute(f"{pods}/{{name}}/exec", api.exec),
        Route("/api/v1/namespaces/{namespace}/events", api.events, methods=["GET"]),
    ]
    return RequireToken(Starlette(routes=routes, exception_handlers={HTTPException: _refused}), token)


async def _refused(request: HTTPConnection, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  Starlette's type is wider than what it passes
    if error.status_code == 404 and error.detail == "Not Found":  # noqa: PLR2004
        return _status(404, f"the local run does not serve {request.url.path}")
    return _status(error.status_code, error.detail)


async def _body(request: Request) -> Json:
    try:
        body = await request.json()
    except ValueError as error:
        raise HTTPException(400, f"the body is not valid JSON: {error}") from None
    if not isinstance(body, dict):
        raise HTTPException(400, "the body is not a JSON object")
    return body


def _number(name: str, value: object) -> int:
    """Return a whole number that a client sends, as text or, in a body, as a number."""
    text = str(value)
    if not text.isascii() or not text.isdigit() or len(text) > _DIGITS:
        raise HTTPException(400, f"{name}: Invalid value: {text!r}: must be a whole number")
    return int(text)


def _true(value: str | None) -> bool:
    """Return a boolean parameter; the Python client sends `True`."""
    return (value or "").lower() in {"true", "1"}


def _list(kind: str, items: list[Json], version: str) -> Json:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"resourceVersion": version}, "items": items}


def _status(code: int, message: str) -> JSONResponse:
    """Return an error response as the API writes it."""
    status = {"apiVersion": "v1", "kind": "Status", "status": "Failure", "code": code, "message": message}
    return JSONResponse({**status, "reason": _REASONS.get(code, "InternalError"), "metadata": {}}, code)
