"""Why a fragment cannot become MP4.

Mp4Error                        never raised itself
├── NoH264Error                 there is no video track, or it is another codec
├── NoConfigurationError        the video track has no decoder configuration
├── BadConfigurationError       it has one, but no AVCDecoderConfigurationRecord
└── BadFrameError               a frame does not consist of NAL units with their lengths before them
"""


class Mp4Error(Exception):
    """The base of the above."""


class NoH264Error(Mp4Error):
    """There is no video track, or it is another codec than H.264."""


class NoConfigurationError(Mp4Error):
    """The track has no codec private data."""


class BadConfigurationError(Mp4Error):
    """The codec private data is no AVCDecoderConfigurationRecord."""


class BadFrameError(Mp4Error):
    """A frame's NAL units do not fill it."""
