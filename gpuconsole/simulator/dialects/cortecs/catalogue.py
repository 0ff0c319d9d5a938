"""What Cortecs sells in the simulator: hardware with prices, models with the hardware they run on."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gpuconsole.simulator.world import World, chance


@dataclass(frozen=True)
class Hardware:
    """A hardware type; prices are EUR for one worker. `scarcity` is the share of time without stock."""

    id: str
    gpu_model: str
    gpu_count: int
    vram_gb: int
    cpu_count: int
    ram_gb: int
    price_per_hour: Decimal
    price_per_minute: Decimal
    scarcity: float

    def as_json(self) -> dict[str, Any]:
        """As the catalogue calls show it; the keys of `hardware_info` are assumed."""
        return {
            "hardware_type_id": self.id,
            "price_info": {
                "price_per_hour": self.price_per_hour,
                "price_per_minute": self.price_per_minute,
                "currency": "EUR",
            },
            "hardware_info": {
                "gpu_model": self.gpu_model,
                "gpu_count": self.gpu_count,
                "vram_gb": self.vram_gb,
                "cpu_count": self.cpu_count,
                "ram_gb": self.ram_gb,
            },
        }


def _hardware(
    name: str, model: str, gpus: int, vram: int, cpus: int, ram: int, hourly: str, scarcity: float
) -> Hardware:
    price = Decimal(hourly)
    return Hardware(name, model, gpus, vram, cpus, ram, price, price / 60, scarcity)


# NVIDIA_L4_1: price of the provider's own example (1.2 EUR/h, 0.02 EUR/min), undated.
# All other prices are assumed (2026-11-21): the provider publishes none; chosen so that a minute is exact in cents.
# Ids seen in public text: L4_1, L40S_2, H100_1, H100_2; L40S_4 is assumed.
HARDWARE = {
    item.id: item
    for item in (
        _hardware("NVIDIA_L4_1", "L4", 1, 24, 8, 32, "1.2", 0),
        _hardware("NVIDIA_L40S_2", "L40S", 2, 96, 32, 192, "4.8", 0),
        _hardware("NVIDIA_L40S_4", "L40S", 4, 192, 64, 384, "9.6", 0.25),
        _hardware("NVIDIA_H100_1", "H100", 1, 80, 24, 240, "4.2", 0.2),
        _hardware("NVIDIA_H100_2", "H100", 2, 160, 48, 480, "8.4", 0.5),
    )
}

STOCK_PERIOD_S = 600


def is_available(world: World, hardware: Hardware) -> bool:
    """Whether there is stock just now; it changes every ten nominal minutes, the same way in every run."""
    period = int(world.now() // world.span(STOCK_PERIOD_S))
    return world.has_stock("cortecs", hardware.id) and chance("stock", hardware.id, period) >= hardware.scarcity


@dataclass(frozen=True)
class Model:
    """A catalogue model; `max_len` maps hardware ids to the longest context there, the first is recommended."""

    id: str
    screen_name: str
    creator: str | None
    size: int
    instant: bool
    description: str
    max_len: dict[str, int]

    @property
    def hf_name(self) -> str:
        """The Hugging Face name: a plain replacement, as the provider does it."""
        return self.id.replace("--", "/")

    def preview(self) -> dict[str, Any]:
        """As `GET /models/` lists it."""
        return {
            "model_name": self.id,
            "hf_name": self.hf_name,
            "screen_name": self.screen_name,
            "creator": {"name": self.creator} if self.creator else None,
            "description": self.description,
            "size": self.size,
            "instant_provisioned": self.instant,
            "hardware_info": {"hardware_configs": list(self.max_len)},
        }

    def detail(self) -> dict[str, Any]:
        """As `GET /models/{model_id}` shows it."""
        configs = {}
        for hardware_id, longest in self.max_len.items():
            gpus = HARDWARE[hardware_id].gpu_count
            configs[hardware_id] = {
                # The last key is what releases 0.1.0 and 0.1.1 of the vendor's client read in place of the first.
                "params": {
                    "--max-model-len": longest,
                    "--tensor-parallel-size": gpus,
                    "max_context_length": longest,
                },
                "requirements": {"gpus": gpus, "vram_gb": HARDWARE[hardware_id].vram_gb},
            }
        recommended = next(iter(self.max_len))
        return {**self.preview(), "recommended_config": recommended, "hardware_configs": configs}


# Real open models; which hardware serves which context length is assumed.
MODELS = {
    model.id: model
    for model in (
        Model(
            "cortecs--phi-4-FP8-Dynamic",
            "Phi-4 FP8",
            "cortecs",
            15_700_000_000,
            True,
            "14B reasoning model, quantised to 8 bit.",
            {"NVIDIA_L4_1": 16000, "NVIDIA_L40S_2": 16384, "NVIDIA_H100_1": 16384},
        ),
        Model(
            "meta-llama--Meta-Llama-3.1-8B-Instruct",
            "Llama 3.1 8B Instruct",
            "Meta",
            16_060_000_000,
            True,
            "8B general purpose chat model with a long context.",
            {"NVIDIA_L4_1": 24576, "NVIDIA_L40S_2": 131072, "NVIDIA_H100_1": 131072},
        ),
        Model(
            "mistralai--Mixtral-8x7B-Instruct-v0.1",
            "Mixtral 8x7B Instruct",
            "Mistral AI",
            93_400_000_000,
            False,
            "Sparse mixture of eight experts, 47B parameters.",
            {"NVIDIA_L40S_4": 32768, "NVIDIA_H100_2": 32768},
        ),
        Model(
            "cortecs--Llama-3.3-70B-Instruct-FP8-Dynamic",
            "Llama 3.3 70B FP8",
            "cortecs",
            72_700_000_000,
            False,
            "70B chat model, quantised to 8 bit.",
            {"NVIDIA_L40S_4": 65536, "NVIDIA_L40S_2": 8192, "NVIDIA_H100_2": 131072},
        ),
        Model(
            "Qwen--Qwen2.5-Coder-32B-Instruct",
            "Qwen2.5 Coder 32B",
            "Qwen",
            65_500_000_000,
            False,
            "32B model for code.",
            {"NVIDIA_L40S_2": 32768, "NVIDIA_H100_1": 16384, "NVIDIA_H100_2": 131072},
        ),
        Model(
            "mistralai--Mistral-Small-24B-Instruct-2501",
            "Mistral Small 24B",
            None,
            47_200_000_000,
            False,
            "24B model for low latency.",
            {"NVIDIA_L40S_2": 32768, "NVIDIA_H100_1": 32768},
        ),
    )
}
