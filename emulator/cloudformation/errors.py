"""Everything that can be wrong with a template or a stack, as types.

CloudFormationError        never raised itself
├── TemplateError          the template (or a parameter) is wrong: AWS answers ValidationError at once
├── ResourceFailedError    a resource could not be created, updated or deleted: the stack rolls back
└── StackNotFoundError     no stack of that name or id
"""

from __future__ import annotations


class CloudFormationError(Exception):
    """Base of this package's errors; never raised itself."""


class TemplateError(CloudFormationError):
    """The template or a parameter is invalid. The text is what AWS shows to the user."""


class ResourceFailedError(CloudFormationError):
    """One resource failed; the text becomes the reason in the stack's events."""


class OperationStoppedError(Exception):
    """The emulator stops: the operation ends where it is. Not one of the errors that roll a stack back."""


class StackNotFoundError(CloudFormationError):
    """There is no stack of this name or id."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Stack with id {name} does not exist")
        self.name = name
