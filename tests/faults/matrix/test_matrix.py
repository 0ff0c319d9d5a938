"""Scenarios times providers: whatever dies, is cut off or goes down, both sides agree afterwards."""

from __future__ import annotations

import pytest

from gpuconsole.providers import registry
from tests.faults.matrix.rows import ROWS, Matrix, Row


@pytest.mark.parametrize("slug", registry.SLUGS)
@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_console_and_provider_agree_after(matrix: Matrix, row: Row, slug: str) -> None:
    played = matrix.of(row)
    verdict = played.cells[slug]
    assert verdict.complaints == []
    assert played.proof[slug]
    assert verdict.agreed + sum(verdict.flagged.values()) >= 1
