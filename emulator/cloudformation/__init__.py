"""CloudFormation: AWS's templates, deployed onto this machine through AWS's own protocols."""

from emulator.cloudformation.service import CloudFormation

__all__ = ["CloudFormation"]
