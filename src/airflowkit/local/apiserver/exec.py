"""`exec` over a websocket, as `kubectl exec` and the operator's XCom extraction use it.

Each binary frame begins with a channel: 0 is standard input, 1 output, 2 error, 3 the final status (JSON).
See https://kubernetes.io/docs/reference/using-api/api-concepts/ (`v4.channel.k8s.io`).
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from starlette.websockets import WebSocket

    from airflowkit.local.runtimes.protocol import ExecProcess

PROTOCOL: Final = "v4.channel.k8s.io"
_STDIN, _STDOUT, _STDERR, _STATUS = range(4)


async def serve_exec(websocket: WebSocket, process: ExecProcess) -> None:
    """Connect a websocket to a process until the process ends or the client disconnects."""
    await websocket.accept(subprotocol=PROTOCOL)
    incoming = asyncio.create_task(_feed(websocket, process))
    outgoing = asyncio.create_task(_forward_all(websocket, process))
    try:
        await asyncio.wait({incoming, outgoing}, return_when=asyncio.FIRST_COMPLETED)
        if incoming.done():
            process.kill()
        code = await process.wait()
        await outgoing
        await websocket.send_bytes(bytes([_STATUS]) + json.dumps(_status(code)).encode())
        await websocket.close()
    except (RuntimeError, OSError):
        pass  # the client disconnected
    finally:
        incoming.cancel()
        process.kill()


async def _feed(websocket: WebSocket, process: ExecProcess) -> None:
    """Forward standard input; the Python client sends it as text, others as binary frames."""
    while (message := await websocket.receive())["type"] == "websocket.receive":
        frame: bytes = message.get("bytes") or (message.get("text") or "").encode()
        if frame[:1] == bytes([_STDIN]):
            await process.write(frame[1:])


async def _forward_all(websocket: WebSocket, process: ExecProcess) -> None:
    await asyncio.gather(_forward(websocket, process, _STDOUT), _forward(websocket, process, _STDERR))


async def _forward(websocket: WebSocket, process: ExecProcess, channel: int) -> None:
    with suppress(RuntimeError):
        while data := await process.read(channel):
            await websocket.send_bytes(bytes([channel]) + data)


def _status(code: int) -> dict[str, Any]:
    if code == 0:
        return {"metadata": {}, "status": "Success"}
    return {
        "metadata": {},
        "status": "Failure",
        "reason": "NonZeroExitCode",
        "message": f"command terminated with non-zero exit code: exit status {code}",
        "details": {"causes": [{"reason": "ExitCode", "message": str(code)}]},
    }
