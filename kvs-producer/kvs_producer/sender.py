"""Get everything in the spool to the stream, over as many connections as it takes."""

from __future__ import annotations

import asyncio
import logging
import random
import ssl
from os import environ

import aiohttp

from kvs_producer.acknowledgements import Acknowledgement, Remedy, judge
from kvs_producer.aws import Stream
from kvs_producer.errors import (
    ConnectionLostError,
    RetryableError,
    ServiceRefusedError,
    StreamNotFoundError,
)
from kvs_producer.figures import Figures
from kvs_producer.putmedia import Connection, Patience
from kvs_producer.spool import Outgoing, Spool

log = logging.getLogger(__name__)

FIRST_TRIES = 3
"""How often the very first call is tried: a typing error in an address should show at once."""

MAX_FAILURES = 5
"""How often one fragment may meet an error of the service before it is given up."""


class Sender:
    """Send the spool's fragments in order, and after a broken connection all that are not persisted again."""

    def __init__(
        self, stream: Stream, spool: Spool, figures: Figures, patience: Patience | None = None
    ) -> None:
        self._stream, self._spool, self._figures = stream, spool, figures
        self._patience = patience or Patience()
        self._endpoint: str | None = None
        self._retry_seconds = self._patience.first_retry

    async def prepare(self) -> None:
        """Find out that the stream is there and may be asked for, before any video is captured.

        Raises the permanent errors, and the retryable ones after a few tries.
        """
        for tries_left in reversed(range(FIRST_TRIES)):
            try:
                self._endpoint = await asyncio.to_thread(self._stream.data_endpoint)
            except RetryableError:
                if not tries_left:
                    raise
                await self._back_off()
            else:
                self._retry_seconds = self._patience.first_retry
                return

    async def run(self) -> None:
        """Send until the spool is closed and empty. Raises only permanent errors; others are tried again."""
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=self._patience.connect)
        connector = aiohttp.TCPConnector(ssl=_certificates(), force_close=True)
        async with aiohttp.ClientSession(timeout=timeout, connector=connector, trust_env=True) as http:
            while not (self._spool.closed and not len(self._spool)):
                if not len(self._spool):
                    await self._spool.changed()
                    continue
                persisted = self._figures.fragments_persisted
                try:
                    await self._connect(http)
                except RetryableError as error:
                    self._endpoint = None  # it may have moved
                    if self._figures.fragments_persisted > persisted:
                        self._retry_seconds = self._patience.first_retry
                    log.warning(
                        "%s; %d to send again in %.0f s", error, len(self._spool), self._retry_seconds
                    )
                    await self._back_off()

    async def _connect(self, http: aiohttp.ClientSession) -> None:
        if self._endpoint is None:
            self._endpoint = await asyncio.to_thread(self._stream.data_endpoint)
        connection = Connection(self._stream, self._spool, self._figures, self._patience, self._on_error)
        await connection.run(http, self._endpoint)

    async def _back_off(self) -> None:
        """Wait, longer each time, never all cameras of a house at the same moment."""
        await asyncio.sleep(self._retry_seconds * random.uniform(0.75, 1.25))  # noqa: S311 - no secret
        self._retry_seconds = min(self._retry_seconds * 2, self._patience.longest_retry)

    def _on_error(self, outgoing: Outgoing | None, error: Acknowledgement) -> None:
        remedy, meaning = judge(error.error_id)
        name = f"error {error.error_id} ({meaning})"
        if remedy is Remedy.STREAM_GONE:
            raise StreamNotFoundError(self._stream.name, self._stream.region)
        if outgoing is not None:
            outgoing.failures += 1
            if remedy is Remedy.DROP or (remedy is Remedy.SEND_AGAIN and outgoing.failures >= MAX_FAILURES):
                log.warning("fragment %d is given up: %s", outgoing.timecode_ms, name)
                self._spool.remove(outgoing)
                self._figures.dropped()
                return
        if remedy is Remedy.WAIT:
            raise ServiceRefusedError(str(error.error_id), meaning)
        if remedy is Remedy.SEND_AGAIN:
            raise ConnectionLostError(name)
        log.warning("the service says: %s", name)


def _certificates() -> ssl.SSLContext | bool:
    """Trust what botocore trusts: AWS_CA_BUNDLE where it is set, else the system's authorities."""
    bundle = environ.get("AWS_CA_BUNDLE")
    return ssl.create_default_context(cafile=bundle) if bundle else True
