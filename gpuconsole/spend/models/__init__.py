"""Daily sums of what was spent."""

from gpuconsole.spend.models.rollup import CostDay, StaleWorkload, TeamRollup, WorkloadDay

__all__ = ["CostDay", "StaleWorkload", "TeamRollup", "WorkloadDay"]
