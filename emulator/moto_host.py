"""moto as the gateway sees it: asynchronous, journalled, and telling those who listen.

One worker thread runs moto. A successful mutating call is written to the journal in that same thread, so
the journal's order is the order in which moto's state changed. Taps are told afterwards, on the event
loop: that is how event sources hear of a new record, a published message, an event.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from emulator.compaction import ConsumedUpTo, compact
from emulator.effects import CURRENT, Effect, Effects
from emulator.journal import Journal, Replayed
from emulator.moto_services import Answer, Call, MotoServices

logger = logging.getLogger(__name__)
T = TypeVar("T")
Tap = Callable[[Call, Answer], None]
Step = Callable[[Effect], Awaitable[Answer | None]]
SQS_POLL_SECONDS = 0.1
COMPACT_AFTER_ENTRIES = 500


class MotoHost:
    """moto's services behind one thread, with a journal."""

    def __init__(self, journal: Journal) -> None:
        self._moto = MotoServices()
        self._journal = journal
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="moto")
        self._taps: dict[tuple[str, str], list[Tap]] = defaultdict(list)
        self._listeners: list[Callable[[Effect], None]] = []
        self._steps: list[Step] = []
        self.changes: Counter[str] = Counter()
        """How often each service's state was changed, or may have been, since the start."""

    def tap(self, service: str, operation: str, listener: Tap) -> None:
        """Call `listener` on the event loop after every successful call of the operation."""
        self._taps[service, operation].append(listener)

    def listen(self, listener: Callable[[Effect], None]) -> None:
        """Call `listener` on the event loop for everything that calls set off outside of moto."""
        self._listeners.append(listener)

    def before_answering(self, step: Step) -> None:
        """Await `step` for everything that a call set off, before the call is answered.

        An answer of the step's is given in place of moto's, whose change stays.
        """
        self._steps.append(step)

    async def start(self) -> Replayed:
        """Bring moto's state back from the journal."""
        return await self._in_thread(lambda: self._journal.replay(self._moto))

    async def ask(self, question: Callable[[], T]) -> T:
        """Look at moto's state in moto's thread, where nothing changes meanwhile."""
        return await self._in_thread(question)

    async def compact(self, consumed_up_to: ConsumedUpTo) -> None:
        """Shorten the journal if it has grown."""
        await self._in_thread(lambda: self._compact(consumed_up_to))

    def _compact(self, consumed_up_to: ConsumedUpTo) -> None:
        if self._journal.entries_written < COMPACT_AFTER_ENTRIES:
            return
        before, after = self._journal.rewrite(lambda entries: compact(entries, self._moto, consumed_up_to))
        self._journal.entries_written = 0
        logger.info("The journal had %d entries and has %d", before, after)

    async def close(self) -> None:
        """Finish what runs, and close the journal."""
        await self._in_thread(self._journal.close)
        self._thread.shutdown(wait=True)

    async def answer(self, call: Call) -> Answer:
        """One call's answer. Raises OperationMissingError."""
        answer, effects = await self._once(call)
        if effects.wait_seconds:
            answer = await self._long_poll(call, answer, effects.wait_seconds)
        if answer.status < 300:
            for listener in self._taps.get((call.service, call.operation), ()):
                listener(call, answer)
        return answer

    async def _long_poll(self, call: Call, answer: Answer, seconds: int) -> Answer:
        """Ask again until there is a message or the wait that was asked for is over."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while answer.status == 200 and not _has_messages(answer) and loop.time() < until:
            await asyncio.sleep(SQS_POLL_SECONDS)
            answer, _ = await self._once(call)
        return answer

    async def _once(self, call: Call) -> tuple[Answer, Effects]:
        answer, effects = await self._in_thread(lambda: self._call_and_record(call))
        for effect in effects.happened:
            for listener in self._listeners:
                listener(effect)
            for step in self._steps:
                answer = await step(effect) or answer
        return answer, effects

    def _call_and_record(self, call: Call) -> tuple[Answer, Effects]:
        CURRENT.take()
        answer, moment = self._moto.call(call)
        self.changes[call.service] += moment is not None
        effects = CURRENT.take()
        if moment is not None and answer.status < 300 and _changed_something(call, answer, effects):
            self._journal.record(call, moment)
        return answer, effects

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def _has_messages(answer: Answer) -> bool:
    return b"ReceiptHandle" in answer.body


# Calls that change nothing that lasts, unless they put something into a queue.
_PASSING = frozenset(
    {
        ("sns", "Publish"),
        ("sns", "PublishBatch"),
        ("events", "PutEvents"),
        ("cloudwatch", "PutMetricData"),  # metrics end with the process; alarms and dashboards stay
    }
)


def _changed_something(call: Call, answer: Answer, effects: Effects) -> bool:
    operation = call.operation
    if (call.service, operation) in _PASSING:
        return effects.queued
    if operation == "ReceiveMessage":
        return _has_messages(answer)
    return call.service != "sts"  # temporary credentials end with the process
