"""A coroutine run as a command: its errors come out as they are, and a signal ends it in order.

The first Ctrl-C ends what is under way; while that ends, more of them change nothing. Nothing is asked of any job on the way out.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

import anyio

from jobstates.cli.showing import complaints

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from anyio.abc import TaskStatus

BY_SIGNAL = 128
"""What a shell adds to the number of the signal that ended a command."""
ENDING = tuple(signal.Signals[name] for name in ("SIGINT", "SIGTERM", "SIGHUP") if name in signal.Signals.__members__)
"""The signals that ask a process to end, as far as the system has them."""
STOPPED = "Stopped watching; nothing was asked of the jobs, and they go on."


def run(main: Callable[[], Awaitable[int]], *, stopped: str = STOPPED) -> int:
    """Run a coroutine to its end; its exit code, or that of the signal that ended it.

    Args:
        main: the coroutine function.
        stopped: what to say when a signal ended it.

    Raises:
        Exception: the first that was raised, without the groups that came around it.
    """
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # or gRPC itself writes about connections that break
    try:
        code, ended = anyio.run(_until_signalled, main)
    except BaseExceptionGroup as group:
        raise _first(group) from None
    if ended:
        complaints().print(stopped, style="dim")
    return code


async def _until_signalled(main: Callable[[], Awaitable[int]]) -> tuple[int, bool]:
    caught: list[int] = []
    code = 0

    async def listen(*, task_status: TaskStatus[None]) -> None:
        with anyio.open_signal_receiver(*ENDING) as signals:
            task_status.started()
            async for number in signals:
                caught.append(number)
                scope.cancel()

    async with anyio.create_task_group() as tasks:
        with anyio.CancelScope() as scope:
            if sys.platform != "win32":  # where Python itself ends the loop
                await tasks.start(listen)
            code = await main()
        tasks.cancel_scope.cancel()
    return (BY_SIGNAL + caught[0], True) if caught else (code, False)


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
