"""The web port: it stands where CloudFront does, and does what the deployed distribution says."""

from emulator.web.server import Web

__all__ = ["Web"]
