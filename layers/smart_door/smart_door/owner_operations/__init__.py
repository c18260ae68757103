"""What the owner API does: a module for each resource of api-specs/owner.yaml, and the table of all."""

from smart_door.owner_operations import household, me, passes, settings, video, visitors, visits
from smart_door.owner_operations.requests import Operation

OPERATIONS: dict[str, Operation] = {
    **me.OPERATIONS,
    **visits.OPERATIONS,
    **video.OPERATIONS,
    **visitors.OPERATIONS,
    **passes.OPERATIONS,
    **household.OPERATIONS,
    **settings.OPERATIONS,
}
"""Every operation by method and resource, as API Gateway names them."""
