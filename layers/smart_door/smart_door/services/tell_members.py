"""The household's messages go to the owner's phone, and to those of members who want to be told."""

from __future__ import annotations

from collections.abc import Iterable

from smart_door.domain.errors import MessageNotSentError, MessageRefusedError
from smart_door.domain.ports import Messages
from smart_door.domain.refusals import PhoneUnreachableError
from smart_door.domain.visits import Visit
from smart_door.services.narration import Narrate


def tell_members(
    messages: Messages, narrate: Narrate, visit: Visit, phones: Iterable[str], text: str
) -> None:
    """Send the visit's message to the members' phones (E.164), which the owner's has already.

    One that cannot be told is narrated and passed over: to try again would tell all the others once more.
    """
    for phone in phones:
        try:
            messages.text(phone, text)
        except (MessageNotSentError, MessageRefusedError, PhoneUnreachableError) as error:
            problem = type(error).__name__
            narrate("member not told", door_id=visit.door_id, visit_id=visit.visit_id, problem=problem)
