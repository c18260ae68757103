"""`--sink kvssink`: let AWS's own GStreamer element send, where somebody has built and installed it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Mapping

from kvs_producer.aws import Stream
from kvs_producer.errors import CredentialsError, KvssinkMissingError, SourceBrokenError
from kvs_producer.pipeline import STOP_SECONDS, encoded_by, require_gstreamer
from kvs_producer.producer import Recording

log = logging.getLogger(__name__)


class KvssinkProducer:
    """Run a pipeline that ends in kvssink; what it says goes straight to standard error."""

    def __init__(self, recording: Recording, stream: Stream) -> None:
        self._recording, self._stream = recording, stream
        self._child: asyncio.subprocess.Process | None = None
        self._stopping = False

    async def run(self) -> None:
        """Send until the source ends or `stop` is called.

        Raises KvssinkMissingError where GStreamer does not know the element, CredentialsError, and
        SourceBrokenError if the pipeline ended with an error, which it has then told itself.
        """
        require_gstreamer()
        await self._require_kvssink()
        environment = await asyncio.to_thread(child_environment, self._stream)
        words = [*encoded_by(self._recording.source, self._recording.encoding), *sink(self._stream)]
        while not self._stopping:
            self._child = await asyncio.create_subprocess_exec(
                *("gst-launch-1.0", "-e", *words), env=environment, start_new_session=True
            )
            code = await self._child.wait()
            if code != 0 and not self._stopping:
                raise SourceBrokenError(
                    self._recording.source.label, f"gst-launch-1.0 ended with {code}, see above"
                )
            if not self._recording.loop:
                return

    async def stop(self) -> None:
        """Ask for the end of the stream; kvssink sends what it has and waits for its acknowledgements."""
        self._stopping = True
        child = self._child
        if child is None or child.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            child.send_signal(signal.SIGINT)
        try:
            async with asyncio.timeout(4 * STOP_SECONDS):
                await child.wait()
        except TimeoutError:
            log.warning("kvssink does not stop; ending it")
            with contextlib.suppress(ProcessLookupError):
                child.kill()

    async def _require_kvssink(self) -> None:
        inspect = await asyncio.create_subprocess_exec("gst-inspect-1.0", "--exists", "kvssink")
        if await inspect.wait() != 0:
            raise KvssinkMissingError


def sink(stream: Stream) -> list[str]:
    """Return the words of a pipeline's end that is kvssink, with fragments of a second."""
    caps = "video/x-h264,stream-format=avc,alignment=au"
    properties = f"stream-name={stream.name} aws-region={stream.region} fragment-duration=1000"
    return ["!", caps, "!", "kvssink", *properties.split()]


def child_environment(stream: Stream) -> Mapping[str, str]:
    """Return the environment in which kvssink finds the credentials and the endpoint that we would use.

    It knows neither profiles nor AWS_ENDPOINT_URL, but AWS_ACCESS_KEY_ID and its like, and CONTROL_PLANE_URI.
    """
    credentials = stream.session.get_credentials()
    if credentials is None:
        raise CredentialsError("Unable to locate credentials")
    frozen = credentials.get_frozen_credentials()
    environment: dict[str, str] = {
        **os.environ,
        "AWS_ACCESS_KEY_ID": frozen.access_key or "",
        "AWS_SECRET_ACCESS_KEY": frozen.secret_key or "",
        "AWS_DEFAULT_REGION": stream.region,
    }
    if frozen.token:
        environment["AWS_SESSION_TOKEN"] = frozen.token
    if endpoint := stream.endpoint_url or os.environ.get("AWS_ENDPOINT_URL"):
        environment["CONTROL_PLANE_URI"] = endpoint
    return environment
