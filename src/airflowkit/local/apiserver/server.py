"""The loopback Kubernetes API of one run: a server thread with its own port and token."""

from __future__ import annotations

import asyncio
import json
import secrets
import socket
import threading
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final, Self

import uvicorn

from airflowkit.errors import LocalRunError
from airflowkit.local.apiserver.api import create_app

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future
    from pathlib import Path
    from types import TracebackType

    from airflowkit.local.apiserver.api import Kubelet
    from airflowkit.local.apiserver.store import PodStore

_START: Final = 30.0


class LocalCluster:
    """Serves the Kubernetes API on 127.0.0.1 within a `with` block.

    Args:
        store: The pods.
        kubelet: What runs them; it is called in the server's thread only.
        kubeconfig: The kubeconfig file to write.
    """

    def __init__(self, store: PodStore, kubelet: Kubelet, kubeconfig: Path) -> None:
        self._store = store
        self._kubelet = kubelet
        self._token = secrets.token_urlsafe(32)
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="kubernetes-api", daemon=True)
        self._stop: Callable[[], object] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._kubeconfig = kubeconfig

    def __enter__(self) -> Self:
        self._socket = socket.create_server(("127.0.0.1", 0))
        # Accepted sockets inherit it; asyncio only sets it for sockets with an explicit protocol. Without it a call
        # takes 40 ms.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._write_kubeconfig(self._socket.getsockname()[1])
        self._thread.start()
        if not self._ready.wait(_START) or self._stop is None:
            raise LocalRunError("the local Kubernetes API did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stop and self._thread.is_alive():
            self._stop()
        self._thread.join()
        self._socket.close()

    def stop_pods(self, seconds: float) -> Future[None] | None:
        """Begin to stop all pods, each within its grace period and some seconds; None if none is running."""
        if self._loop is None or not self._kubelet.has_running():
            return None
        return asyncio.run_coroutine_threadsafe(self._kubelet.stop(seconds), self._loop)

    def _serve(self) -> None:
        try:
            with suppress(asyncio.CancelledError):
                asyncio.run(self._main())
        finally:
            self._ready.set()

    async def _main(self) -> None:
        config = uvicorn.Config(
            create_app(self._store, self._kubelet, self._token),
            log_config=None,
            log_level="critical",
            access_log=False,
            lifespan="off",
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[self._socket]))
        self._loop = asyncio.get_running_loop()
        self._stop = partial(self._loop.call_soon_threadsafe, serving.cancel)
        self._ready.set()
        try:
            await serving
        finally:
            await self._kubelet.shut_down()
            # uvicorn's own shutdown would wait for them; the Kubernetes client leaves those of `exec` open
            for connection in list(server.server_state.connections):
                connection.transport.abort()
            await asyncio.sleep(0)

    def _write_kubeconfig(self, port: int) -> None:
        """Write the kubeconfig as JSON, which is YAML; only its owner may read the token."""
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "local",
            "clusters": [{"name": "local", "cluster": {"server": f"http://127.0.0.1:{port}"}}],
            "users": [{"name": "local", "user": {"token": self._token}}],
            "contexts": [{"name": "local", "context": {"cluster": "local", "user": "local", "namespace": "default"}}],
        }
        self._kubeconfig.touch(mode=0o600)
        self._kubeconfig.write_text(json.dumps(config), encoding="utf-8")
