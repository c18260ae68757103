"""Write the e-mail that invites somebody into the household."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from smart_door.domain.errors import ServiceUnavailableError
from smart_door.domain.letters import Letter, household_invitation, owner_page
from smart_door.services.narration import Narrate


@dataclass(frozen=True)
class InviteMessage:
    """Writes invitations; the first password of one is good for `password_days`.

    An invitation without a link is better than none: where `site_url` cannot be read just now, the letter
    says whom to ask for the address.
    """

    door_names: Mapping[str, str]
    site_url: Callable[[], str]
    password_days: int
    narrate: Narrate

    def __call__(self, username: str, password: str) -> Letter:
        """The letter, with these placeholders of Cognito's for user name and password."""
        names = list(self.door_names.values())
        return household_invitation(names, self._page(), username, password, self.password_days)

    def _page(self) -> str | None:
        try:
            return owner_page(self.site_url())
        except ServiceUnavailableError as error:
            self.narrate("invitation without a link", problem=str(error))
            return None
