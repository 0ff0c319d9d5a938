"""Cortecs dedicated instances: `https://cortecs.ai/api/v1`, facts in the provider's reference of 2026-11-21."""

from gpuconsole.simulator.dialects.cortecs.routes import Cortecs

__all__ = ["Cortecs"]
