"""The ports in memory. The contract suites hold that the tables behave as their adapters do."""

from tests.fakes.household import InMemoryHousehold, InMemorySettings
from tests.fakes.tables import InMemoryPasscodes, InMemoryPasses, InMemoryVisitors, InMemoryVisits
from tests.fakes.world import (
    FakeEvents,
    FakeFaces,
    FakeFailedRecords,
    FakeFragments,
    FakeFrame,
    FakeFrames,
    FakeMessages,
    FakePhotos,
    KeptRecord,
)

__all__ = [
    "FakeEvents",
    "FakeFaces",
    "FakeFailedRecords",
    "FakeFragments",
    "FakeFrame",
    "FakeFrames",
    "FakeMessages",
    "FakePhotos",
    "InMemoryHousehold",
    "InMemoryPasscodes",
    "InMemoryPasses",
    "InMemorySettings",
    "InMemoryVisitors",
    "InMemoryVisits",
    "KeptRecord",
]
