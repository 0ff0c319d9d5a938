"""The adapters on their simulator dialects, as the contract test has them."""

from tests.contract.conftest import baseten, cortecs, fireworks, novita, otoy

__all__ = ["baseten", "cortecs", "fireworks", "novita", "otoy"]
