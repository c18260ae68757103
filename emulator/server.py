"""Starts the emulator's services in order and stops them in reverse.

The endpoint listens before the services start, because they are each other's clients.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import signal
from collections.abc import Callable, Coroutine, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from emulator import clients, data_folder
from emulator.account.gate import AccountGate
from emulator.account.service_quotas import ServiceQuotas
from emulator.account.text_messages import TextMessageAccount
from emulator.api_gateway import ApiGateway
from emulator.cloudformation import CloudFormation
from emulator.cloudfront import CloudFront
from emulator.event_sources import Pollers
from emulator.event_sources.schedules import Schedules
from emulator.event_sources.subscriptions import Subscriptions
from emulator.functions import Lambda
from emulator.gateway import Gateway
from emulator.iam.arns import known_arns
from emulator.iam.authorization import Authorization
from emulator.iam.requests import Place
from emulator.iam.role_policies import RolePolicies
from emulator.invitations import Invitations
from emulator.journal import Journal
from emulator.kinesis_video import KinesisVideo
from emulator.moto_host import MotoHost
from emulator.moto_services import Answer, Call, sms_attributes_set
from emulator.phone import Phone
from emulator.rekognition import Rekognition
from emulator.service import Service, Settings
from emulator.starting import PortForbiddenError, PortTakenError
from emulator.time_to_live import sweep_forever
from emulator.web import Web

CLIENT_THREADS = 48  # blocking boto3 calls between services wait in these
COMPACT_SECONDS = 60.0


async def serve(settings: Settings, ready: Callable[[Settings], None], *, fresh: bool = False) -> None:
    """Run the emulator until SIGINT or SIGTERM; call `ready` once everything answers.

    `fresh` forgets what is in the data folder first.

    Raises CannotStartError: a port or the folder is not to be had.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with AsyncExitStack() as running:
        await _start(settings, running, fresh)
        ready(settings)
        await stop.wait()


def own_services() -> list[Service]:
    """The services that are not moto's, in the order in which they start: functions last, as they use all."""
    return [
        ServiceQuotas(),
        KinesisVideo(),
        Rekognition(),
        ApiGateway(),
        CloudFront(),
        CloudFormation(),
        Lambda(),
    ]


def operations_of_own() -> dict[tuple[str, ...], Mapping[str, str]]:
    """The operations that are not moto's, with their remarks, by the scopes of their service."""
    found = {service.scopes: service.operations for service in own_services()}
    return {**found, TextMessageAccount.scopes: TextMessageAccount.operations}


async def _start(settings: Settings, running: AsyncExitStack, fresh: bool) -> None:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(CLIENT_THREADS, "client"))
    clients.bind(settings)
    running.enter_context(data_folder.held(settings.data_dir, fresh=fresh))
    moto = MotoHost(Journal(settings.data_dir / "aws"))
    services = own_services()
    place = Place(settings.region, settings.account_id)
    gateway = Gateway(moto, _authorization(place, moto, services), AccountGate(settings.account, place))
    gateway.add_beside_moto(TextMessageAccount(settings.account, lambda: moto.ask(sms_attributes_set)))
    await listen(gateway.application(), settings.endpoint_url, "--port", running)
    running.push_async_callback(moto.close)
    await moto.start()
    await _start_deliveries(settings, moto, running)
    for service in services:
        gateway.add(service)
        await service.start(settings)
        running.push_async_callback(service.close)
        if isinstance(service, Lambda):
            _wake_pollers(moto, service.pollers)
            _in_background(_compact_forever(moto, service.pollers), running)
    _in_background(sweep_forever(), running)


def _authorization(place: Place, moto: MotoHost, services: Iterable[Service]) -> Authorization:
    video = next(service for service in services if isinstance(service, KinesisVideo))
    return Authorization(RolePolicies(moto).of, place, known_arns(moto, video.stream_arn))


async def _start_deliveries(settings: Settings, moto: MotoHost, running: AsyncExitStack) -> None:
    """What topics, event buses and text messages set off, and the web port that shows it."""
    phone = Phone(settings.data_dir, settings.account)
    subscriptions = Subscriptions()
    running.push_async_callback(subscriptions.close)
    moto.listen(phone.take)
    moto.listen(subscriptions.take)
    moto.before_answering(Invitations(settings, phone.receive_letter).send)
    _in_background(Schedules(settings, subscriptions.take).run(), running)
    pages = Web(phone.routes())
    await pages.start(settings)
    running.push_async_callback(pages.close)
    await listen(pages.application(), settings.web_url, "--web-port", running)


def _wake_pollers(moto: MotoHost, pollers: Pollers) -> None:
    def wake(call: Call, answer: Answer) -> None:
        body = json.loads(call.body)
        pollers.wake(body.get("StreamName") or body["StreamARN"])

    moto.tap("kinesis", "PutRecord", wake)
    moto.tap("kinesis", "PutRecords", wake)


async def _compact_forever(moto: MotoHost, pollers: Pollers) -> None:
    while True:
        await asyncio.sleep(COMPACT_SECONDS)
        await moto.compact(pollers.consumed_up_to)


def _in_background(work: Coroutine[Any, Any, None], running: AsyncExitStack) -> None:
    task = asyncio.create_task(work)

    async def cancel() -> None:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    running.push_async_callback(cancel)


async def listen(application: web.Application, url: str, option: str, running: AsyncExitStack) -> None:
    """Serve an application on the loopback address of `url`. Raises CannotStartError naming `option`."""
    parts = urlsplit(url)
    # A body that says how it is encoded is stored and passed on as it is: it is not aiohttp's to unpack.
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=2.0, auto_decompress=False)
    await runner.setup()
    running.push_async_callback(runner.cleanup)
    try:
        await web.TCPSite(runner, parts.hostname, parts.port).start()
    except OSError as err:
        if err.errno == errno.EADDRINUSE:
            raise PortTakenError(parts.port or 0, option) from err
        if err.errno == errno.EACCES:
            raise PortForbiddenError(parts.port or 0, option) from err
        raise
