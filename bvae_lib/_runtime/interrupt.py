"""Ctrl-C that waits until it does no harm."""

import signal
import threading
from types import FrameType
from typing import Self


class HeldInterrupt:
    """While it is entered, the first Ctrl-C only sets ``came``; a second one raises KeyboardInterrupt as ever.

    Outside the main thread, and where somebody else handles the signal, nothing is held.
    """

    came = False

    def __enter__(self) -> Self:
        main = threading.current_thread() is threading.main_thread()
        self.held = main and signal.getsignal(signal.SIGINT) is signal.default_int_handler
        if self.held:
            signal.signal(signal.SIGINT, self.hold)
        return self

    def __exit__(self, *error: object) -> None:
        if self.held:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def hold(self, number: int, frame: FrameType | None) -> None:
        """Handle the signal."""
        if self.came:
            raise KeyboardInterrupt
        self.came = True
