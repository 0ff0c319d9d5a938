"""One name for each GPU, whatever a provider calls it."""

import pytest

from gpuconsole.core import gpus
from gpuconsole.core.gpus import Gpu


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("H100 80GB HBM3", Gpu("H100", "NVIDIA", 80)),
        ("NVIDIA_H100_80G", Gpu("H100", "NVIDIA", 80)),
        ("H100 SXM", Gpu("H100", "NVIDIA", 80)),
        ("H100 NVL", Gpu("H100 NVL", "NVIDIA", 94)),
        ("H100MIG", Gpu("H100 MIG", "NVIDIA", None)),
        ("NVIDIA H100 MIG 3g.40gb", Gpu("H100 MIG", "NVIDIA", 40)),
        ("RTX 4090 24GB", Gpu("RTX 4090", "NVIDIA", 24)),
        ("NVIDIA GeForce RTX 4090", Gpu("RTX 4090", "NVIDIA", 24)),
        ("RTX 4090 spot", Gpu("RTX 4090", "NVIDIA", 24, is_spot=True)),
        ("rtx4090", Gpu("RTX 4090", "NVIDIA", 24)),
        ("RTX_PRO_6000", Gpu("RTX PRO 6000", "NVIDIA", 96)),
        ("RTX 6000 Ada Generation", Gpu("RTX 6000 Ada", "NVIDIA", 48)),
        ("NVIDIA A10G", Gpu("A10G", "NVIDIA", 24)),
        ("A100-SXM4-80GB", Gpu("A100", "NVIDIA", 80)),
        ("A100", Gpu("A100", "NVIDIA", None)),
        ("Tesla V100-SXM2-32GB", Gpu("V100", "NVIDIA", 32)),
        ("AMD Instinct MI300X", Gpu("MI300X", "AMD", 192)),
        ("Foo X1 12GB", Gpu("Foo X1", "", 12)),
        ("", Gpu("", "", None)),
    ],
)
def test_words_of_providers_are_read(words: str, found: Gpu) -> None:
    assert gpus.read(words) == found


def test_what_the_provider_tells_beside_the_words_comes_first() -> None:
    assert gpus.read("A100", "NVIDIA", 40).memory_gb == 40
    assert gpus.read("X9", "Acme").maker == "Acme"


def test_memory_of_all_is_shared_out_and_half_a_card_is_a_slice() -> None:
    assert gpus.read("H100", vram_gb=160, count=2) == Gpu("H100", "NVIDIA", 80)
    assert gpus.read("L40S", vram_gb=96, count=2).memory_gb == 48
    assert gpus.read("A100", vram_gb=80, count=2).memory_gb == 80
    assert gpus.read("H100", vram_gb=40) == Gpu("H100 MIG", "NVIDIA", 40)
    assert gpus.read("RTX PRO 6000", vram_gb=95) == Gpu("RTX PRO 6000", "NVIDIA", 95)


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("NVIDIA_H100_80GB_SXM5", "H100"),
        ("h100", "H100"),
        ("H100 NVL", "H100"),
        ("H100/80GB", "H100"),
        ("NVIDIA H100 MIG 3g.40gb", "H100 MIG"),
        ("RTX 6000 ADA", "RTX 6000 Ada"),
        ("rtx4090", "RTX 4090"),
        ("Foo X1 12GB", "FOO X1"),
        ("", ""),
    ],
)
def test_limits_count_every_way_to_write_a_model(words: str, name: str) -> None:
    assert gpus.normal(words) == name
    assert gpus.normal(name) == name


def test_a_name_of_ours_is_read_as_itself() -> None:
    for model in (*gpus._NVIDIA, *gpus._AMD):
        assert gpus.read(model).model == model
