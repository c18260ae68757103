"""What can go wrong, and whether trying again can help.

    ProducerError                     never raised itself
    ├── RetryableError                never raised itself; the sender or the source is started again
    │   ├── EndpointUnreachableError  no connection to AWS (or the emulator)
    │   ├── ConnectionLostError       an open PutMedia connection ended before everything was persisted
    │   ├── ServiceRefusedError       AWS says not now: throttled, a limit, an internal error
    │   └── SourceBrokenError         a source that worked stopped in the middle
    └── PermanentError                never raised itself; a person has to change something
        ├── CredentialsError          none found, or they do not work
        ├── AccessDeniedError         they work, and may not do this
        ├── StreamNotFoundError       no such Kinesis Video stream in this region
        ├── SourceError               cannot be opened, holds no video, is in a codec nobody can decode
        ├── GStreamerError            GStreamer or an element of it is missing
        │   └── KvssinkMissingError   the same of AWS's own element, with how to get it
        └── FragmentsLostError        the end came before everything was persisted

`exit_code` is what the command ends with.
"""

from __future__ import annotations


class ProducerError(Exception):
    """The base of this package's errors; its text is one a camera's owner can act on."""

    exit_code = 1


class RetryableError(ProducerError):
    """Trying again can help."""


class EndpointUnreachableError(RetryableError):
    """No connection to `endpoint`."""

    exit_code = 5

    def __init__(self, endpoint: str, reason: str) -> None:
        super().__init__(
            f"cannot reach {endpoint}: {reason}. Is the network up, and is the address right"
            " (--endpoint-url, AWS_ENDPOINT_URL, --region)?"
        )
        self.endpoint = endpoint
        self.reason = reason


class ConnectionLostError(RetryableError):
    """An open PutMedia connection ended before everything sent on it was persisted."""

    exit_code = 5

    def __init__(self, reason: str) -> None:
        super().__init__(f"the connection to the stream was lost: {reason}")
        self.reason = reason


class ServiceRefusedError(RetryableError):
    """AWS answered that it cannot take the request now; `code` is AWS's error code."""

    exit_code = 5

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"the service refused: {code}: {message}")
        self.code = code


class SourceBrokenError(RetryableError):
    """A source that delivered video stopped in the middle."""

    exit_code = 3

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(f"{source} broke off: {reason}")
        self.source = source
        self.reason = reason


class PermanentError(ProducerError):
    """A person has to change something first."""


class CredentialsError(PermanentError):
    """No AWS credentials, or AWS does not accept them."""

    exit_code = 4

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"AWS credentials: {reason}. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
            " (with the emulator, any value will do)."
        )
        self.reason = reason


class AccessDeniedError(PermanentError):
    """The credentials may not do this."""

    exit_code = 4

    def __init__(self, action: str, message: str) -> None:
        super().__init__(
            f"access denied: {message}. The credentials need kinesisvideo:GetDataEndpoint and"
            f" kinesisvideo:PutMedia on the stream ({action} was refused)."
        )
        self.action = action


class StreamNotFoundError(PermanentError):
    """There is no such stream."""

    exit_code = 4

    def __init__(self, stream_name: str, region: str) -> None:
        super().__init__(
            f'there is no Kinesis Video stream "{stream_name}" in {region}: the deployment creates it'
            " (its outputs name it); is this the right account and region?"
        )
        self.stream_name = stream_name
        self.region = region


class SourceError(PermanentError):
    """`source` gives no video; `reason` says why and what can be done."""

    exit_code = 3

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(f"{source}: {reason}")
        self.source = source
        self.reason = reason


class GStreamerError(PermanentError):
    """A part of GStreamer is missing; `package` is Debian's name of what holds it, where known."""

    exit_code = 6

    def __init__(self, missing: str, package: str | None) -> None:
        how = f"Debian, Ubuntu and Raspberry Pi OS: sudo apt install {package}" if package else "install it"
        super().__init__(f"{missing} is missing ({how})")
        self.missing = missing
        self.package = package


class KvssinkMissingError(GStreamerError):
    """--sink kvssink was asked for, and GStreamer does not find that element."""

    def __init__(self) -> None:
        super().__init__("the GStreamer element kvssink", None)
        how = (
            "GStreamer does not find kvssink. No package holds it: build AWS's"
            " amazon-kinesis-video-streams-producer-sdk-cpp with -DBUILD_GSTREAMER_PLUGIN=ON, set"
            " GST_PLUGIN_PATH to its build folder and LD_LIBRARY_PATH to its open-source/local/lib, and check"
            " with `gst-inspect-1.0 kvssink` (remove ~/.cache/gstreamer-1.0 if it was looked for before)."
            " Or leave out --sink: our own sender needs none of it."
        )
        self.args = (how,)


class FragmentsLostError(PermanentError):
    """The producer ended while `count` fragments were not persisted."""

    def __init__(self, count: int, reason: str) -> None:
        fragments = "1 fragment was" if count == 1 else f"{count} fragments were"
        super().__init__(f"{fragments} not persisted: {reason}")
        self.count = count
