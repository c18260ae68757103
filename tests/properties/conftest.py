"""How the property tests run: a busy machine is no failure."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("smart-door", deadline=None)
settings.load_profile("smart-door")
