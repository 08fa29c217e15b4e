"""What stops a command that runs until it is told: Ctrl-C, a service manager, a terminal that is closed."""

import signal
from collections.abc import Callable
from threading import Thread
from types import FrameType


def when_stopped(act: Callable[[], None]) -> None:
    """Call ``act`` at every signal that means stop, on a thread of its own.

    The thread the signal interrupts may just hold a lock that ``act`` needs, an event's for example to wait for it.
    Started by nohup it outlives the terminal.
    """

    def stop(_number: int, _frame: FrameType | None) -> None:
        Thread(target=act).start()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, stop)
