"""A Kinesis Video stream for tests of the sender, which misbehaves on request.

The emulator is the real counterpart (see test_producer_with_emulator.py); this one can do what a network and
a service do on a bad day: cut a connection in the middle of a fragment, fall silent, answer with an error.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from matroska import Fragment, FragmentReader


@dataclass
class Conversation:
    """One PutMedia connection as the service saw it."""

    headers: dict[str, str]
    fragments: list[Fragment] = field(default_factory=list)
    bytes: int = 0
    ended_in_good_order: bool = False

    @property
    def timecodes(self) -> list[int]:
        """The time codes of the fragments that came, in order."""
        return [fragment.timecode_ms for fragment in self.fragments]


@dataclass
class Misbehaviour:
    """What goes wrong, in the order in which connections come; empty: nothing does."""

    refuse: list[tuple[int, str]] = field(default_factory=list)
    cut_after_bytes: list[int] = field(default_factory=list)
    errors: list[tuple[int, int]] = field(default_factory=list)  # (the how manieth fragment of all, error id)
    silent_connections: int = 0
    end_after_fragments: int | None = None


class StandIn:
    """Answer GetDataEndpoint and PutMedia. `stored` are the fragments said to be PERSISTED, by time code."""

    def __init__(self, misbehaviour: Misbehaviour) -> None:
        self.url = ""
        self.conversations: list[Conversation] = []
        self.stored: dict[int, Fragment] = {}
        self.endpoint_calls = 0
        self._misbehaviour = misbehaviour
        self._seen = 0

    async def data_endpoint(self, request: web.Request) -> web.Response:
        """GetDataEndpoint, of any stream but "nowhere" and "forbidden"."""
        self.endpoint_calls += 1
        asked = json.loads(await request.text())
        refused = {"nowhere": (404, "ResourceNotFoundException"), "forbidden": (403, "AccessDeniedException")}
        if asked["StreamName"] in refused:
            status, code = refused[asked["StreamName"]]
            return web.json_response({"message": "no"}, status=status, headers={"x-amzn-ErrorType": code})
        return web.json_response({"DataEndpoint": self.url})

    async def put_media(self, request: web.Request) -> web.StreamResponse:
        """PutMedia, or what is left of it."""
        if self._misbehaviour.refuse:
            status, code = self._misbehaviour.refuse.pop(0)
            return web.json_response({"message": "no"}, status=status, headers={"x-amzn-ErrorType": code})
        conversation = Conversation(dict(request.headers))
        self.conversations.append(conversation)
        response = web.StreamResponse()
        response.enable_chunked_encoding()
        await response.prepare(request)
        reader, cut = FragmentReader(), next(iter(self._misbehaviour.cut_after_bytes), None)
        silent = len(self.conversations) <= self._misbehaviour.silent_connections
        try:
            async for data in request.content.iter_any():
                conversation.bytes += len(data)
                if cut is not None and conversation.bytes > cut:
                    self._misbehaviour.cut_after_bytes.pop(0)
                    assert request.transport is not None
                    request.transport.abort()
                    return response
                for fragment in reader.feed(data):
                    conversation.fragments.append(fragment)
                    if not silent:
                        await self._acknowledge(response, fragment)
                    if len(conversation.fragments) == self._misbehaviour.end_after_fragments:
                        await response.write_eof()
                        return response
        except ConnectionError:
            return response
        conversation.ended_in_good_order = True
        return response

    async def _acknowledge(self, response: web.StreamResponse, fragment: Fragment) -> None:
        self._seen += 1
        timecode = fragment.timecode_ms
        error_id = dict(self._misbehaviour.errors).get(self._seen)
        if error_id is not None:
            await _say(
                response, EventType="ERROR", FragmentTimecode=timecode, ErrorId=error_id, ErrorCode="X"
            )
            return
        for event in ("BUFFERING", "RECEIVED", "PERSISTED"):
            await _say(response, EventType=event, FragmentTimecode=timecode, FragmentNumber=str(self._seen))
        self.stored[timecode] = fragment


async def _say(response: web.StreamResponse, **event: object) -> None:
    await response.write(json.dumps(event).encode() + b"\r\n")


@asynccontextmanager
async def serve(misbehaviour: Misbehaviour | None = None) -> AsyncIterator[StandIn]:
    """Run a stand-in on a free loopback port."""
    stand_in = StandIn(misbehaviour or Misbehaviour())
    app = web.Application(client_max_size=0)
    app.router.add_post("/getDataEndpoint", stand_in.data_endpoint)
    app.router.add_post("/putMedia", stand_in.put_media)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    stand_in.url = f"http://{host}:{port}"
    try:
        yield stand_in
    finally:
        await runner.cleanup()
        await asyncio.sleep(0)
