"""What invokes functions: streams and queues that are polled, topics and event buses that push."""

from emulator.event_sources.pollers import Pollers

__all__ = ["Pollers"]
