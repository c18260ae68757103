"""A telephone for everybody: each text message of SNS, each e-mail of Cognito, kept for pages and tests."""

from __future__ import annotations

import json
import logging
import time
from pathlib import Path

from aiohttp import web

from emulator.account import Account
from emulator.effects import Effect, TextMessage

logger = logging.getLogger(__name__)


class Phone:
    """Messages in `data_dir/phone/messages.jsonl`, one JSON object a line, oldest first.

    While the account is in the sandbox, messages to numbers that are not verified are accepted and never
    arrive; nor do those to numbers from which STOP was answered.
    """

    def __init__(self, data_dir: Path, account: Account) -> None:
        self._account = account
        self._path = data_dir / "phone" / "messages.jsonl"
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._messages = [json.loads(line) for line in _whole_lines(self._path)]

    def take(self, effect: Effect) -> None:
        """Keep an effect that is a text message."""
        if not isinstance(effect, TextMessage):
            return
        account = self._account.now()
        if effect.to in account.sms_opted_out_numbers:
            logger.warning("A message to %s is lost: STOP was answered from there", effect.to)
        elif account.sms_sandbox and effect.to not in account.sms_verified_numbers:
            logger.warning("A message to %s is lost: the account is in the SMS sandbox", effect.to)
        else:
            self.receive(effect.to, effect.text)

    def receive_letter(self, to: str, subject: str, text: str) -> None:
        """Keep an e-mail that arrives now."""
        self.receive(to, text, subject=subject)

    def receive(self, to: str, text: str, **more: str) -> None:
        """Keep a message that arrives now."""
        now = time.time()
        sent_at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{int(now % 1 * 1000):03d}Z"
        message = {"to": to, **more, "text": text, "sent_at": sent_at}
        self._messages.append(message)
        with self._path.open("a") as file:
            file.write(json.dumps(message) + "\n")

    def routes(self) -> list[web.RouteDef]:
        """GET /phone/messages: [{"to": "+1… or e-mail", "text": "…", "sent_at": "…Z"}, …], oldest first.

        An e-mail has a `subject` too.
        """
        return [web.get("/phone/messages", self._list)]

    async def _list(self, request: web.Request) -> web.Response:
        return web.json_response(self._messages, headers={"Cache-Control": "no-store"})


def _whole_lines(path: Path) -> list[str]:
    """The lines of the file; the last one may be torn if the machine stopped while it was written."""
    if not path.exists():
        return []
    text = path.read_text()
    whole, newline, torn = text.rpartition("\n")
    if torn:
        path.write_text(whole + newline)
    return whole.splitlines()
