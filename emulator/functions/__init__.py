"""AWS Lambda on one machine."""

from emulator.functions.service import Lambda

__all__ = ["Lambda"]
