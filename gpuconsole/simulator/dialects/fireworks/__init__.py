"""Fireworks batch jobs: `https://api.fireworks.ai`, facts in the provider's reference of 2026-11-21."""

from gpuconsole.simulator.dialects.fireworks.routes import Fireworks

__all__ = ["Fireworks"]
