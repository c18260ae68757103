"""What can be in the way of a start; each message is one line that says what to do."""

from __future__ import annotations


class CannotStartError(Exception):
    """Something is in the way; the message says what, in one line."""


class PortTakenError(CannotStartError):
    """Another program listens on the port."""

    def __init__(self, port: int, option: str) -> None:
        super().__init__(f"port {port} is taken by another program; choose another one with {option}")
        self.port = port


class PortForbiddenError(CannotStartError):
    """The system keeps the port for privileged programs."""

    def __init__(self, port: int, option: str) -> None:
        super().__init__(f"no permission to listen on port {port}; choose one above 1023 with {option}")
        self.port = port
