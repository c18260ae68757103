"""What sort of AWS account the emulator plays: its limits, its permissions, whether its credentials are good.

AWS's clients cannot change any of that, here as there. Whoever runs the emulator describes it in a file
(`--account FILE`), which is read again when it changes.
"""

from emulator.account.description import Account, AccountDescription, AccountFileError

__all__ = ["Account", "AccountDescription", "AccountFileError"]
