"""Novita GPU instances: `https://api.novita.ai`, facts in the provider's reference of 2026-11-21."""

from gpuconsole.simulator.dialects.novita.routes import Novita

__all__ = ["Novita"]
