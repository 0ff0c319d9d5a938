"""Baseten training: `https://api.baseten.co`, facts in the provider's reference of 2026-11-21."""

from gpuconsole.simulator.dialects.baseten.routes import Baseten

__all__ = ["Baseten"]
