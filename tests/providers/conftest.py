"""The adapters on their simulator dialects, as the contract test has them."""

from tests.contract.conftest import baseten, cortecs, novita

__all__ = ["baseten", "cortecs", "novita"]
