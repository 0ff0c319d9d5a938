"""What amounts are told apart by, and the column that tells it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class By(StrEnum):
    """What amounts are told apart by."""

    ALL = "all"
    PROJECT = "project"
    PERSON = "person"
    PROVIDER = "provider"
    GPU = "gpu"
    STATE = "state"

    @property
    def kept(self) -> By:
        """Whose cost days hold it; all together is summed from those by project, the fewest."""
        return By.PROJECT if self is By.ALL else self


COLUMNS: Mapping[By, str] = {
    By.PERSON: "owner_id",
    By.PROVIDER: "provider",
    By.GPU: "gpu_model",
    By.STATE: "outcome",
}
"""Of rollups; cost days by project have none of these."""
