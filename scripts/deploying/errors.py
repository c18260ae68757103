"""What can go wrong on the way, each with words for the person who deploys.

CommandError          never raised itself; `exit_code` is the command's
├── DeploymentError   AWS or the build refused; the message says what, why and what to do
├── UsageError        the command line or a parameter is wrong
└── DeclinedError     the person said no
"""

from __future__ import annotations


class CommandError(Exception):
    """Base of these errors; never raised itself."""

    exit_code = 1


class DeploymentError(CommandError):
    """The stack did not come up, or not away; the message says which resource failed and why."""


class UsageError(CommandError):
    """Something was asked for that cannot be."""

    exit_code = 2


class DeclinedError(CommandError):
    """The answer to the question was no; nothing was changed."""
