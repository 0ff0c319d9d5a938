"""OTOY's Dispersed compute jobs: `https://api.dispersed.com`, facts in the provider's reference of 2026-11-21."""

from gpuconsole.simulator.dialects.otoy.routes import Otoy

__all__ = ["Otoy"]
