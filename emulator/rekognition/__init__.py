"""Amazon Rekognition's face operations and stream processors on one machine."""

from emulator.rekognition.responses import Rekognition

__all__ = ["Rekognition"]
