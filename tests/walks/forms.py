"""Launch forms filled in as a person would, with what each provider's reference documents."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Page, expect

from tests.contract.samples import DOCUMENTED_FIREWORKS, DOCUMENTED_NOVITA, DOCUMENTED_OTOY

CORTECS: dict[str, Any] = {
    "model_id": "cortecs--phi-4-FP8-Dynamic",
    "hardware_type_id": "NVIDIA_L4_1",
    "context_length": 16000,
    "billing_interval": "per_hour",
    "num_workers": 2,
}
FIREWORKS: dict[str, Any] = DOCUMENTED_FIREWORKS | {"envVars": DOCUMENTED_FIREWORKS["envVars"] | {"SLEEP_S": "200"}}
"""With one variable that tells the simulator how long it runs: 10 s at its speed of 20."""
OTOY: dict[str, Any] = DOCUMENTED_OTOY | {
    "title": "segment-eval",
    "parameters": {
        "type": "docker",
        "parameters": {"image": "myteam/eval", "tag": "v12", "env": {"SPLIT": "test", "SIM_RUN_S": "200"}},
    },
}
OTOY_PERSISTENT: dict[str, Any] = {
    "task": "PERSISTENT",
    "title": "render-node",
    "gpu_count": 1,
    "gpu_name": "NVIDIA RTX 4090",
    "max_timeout_run_ms": None,
    "parameters": {"type": "docker", "parameters": {"image": "myteam/worker", "tag": "v3", "ports": [22, 8080]}},
}
NOVITA: dict[str, Any] = DOCUMENTED_NOVITA | {"name": "notebook"}
del NOVITA["imageAuth"], NOVITA["clusterId"]  # empty in the example: a form leaves that unsaid
HANDY = {
    "max_timeout_run_ms": ("1", "h"),
    "max_timeout_assign_ms": ("10", "min"),
    "max_timeout_start_ms": ("15", "min"),
}
"""The documented milliseconds as a person says them."""


def fill_cortecs(page: Page) -> None:
    page.locator("[name=model_id]").select_option(CORTECS["model_id"])
    page.locator(f"[name=hardware_type_id][value={CORTECS['hardware_type_id']}]").check()
    type_in(page, CORTECS, "context_length", "num_workers")
    page.get_by_text("Per hour", exact=True).click()
    expect(page.locator("#rail")).to_contain_text("2 × L4")


def fill_fireworks(page: Page) -> None:
    """On the way, the other ways to go are looked at."""
    type_in(page, FIREWORKS, "displayName")
    page.locator('[name="account_id"]').select_option("sandbox")
    page.get_by_text("Container image", exact=True).click()
    expect(page.locator('[name="environmentId"]')).to_have_attribute("data-grey", "")
    type_in(page, FIREWORKS, "imageRef")
    page.get_by_text("Shell", exact=True).click()
    expect(page.locator('[name="shellExecutor.command"]')).to_be_visible()
    page.get_by_text("Python", exact=True).first.click()
    expect(page.locator('[name="shellExecutor.command"]')).to_be_hidden()
    page.locator('[name="pythonExecutor.targetType"]').select_option("MODULE")
    page.locator('[name="pythonExecutor.target"]').fill("acme_eval.run")
    page.locator('[name="pythonExecutor.args"]').fill("--suite full")
    page.locator('[name="nodePoolId"][value="h100-pool"]').check()
    type_in(page, FIREWORKS, "numRanks")
    for title, name in (("Environment variables", "envVars"), ("Annotations and sharing", "annotations")):
        open_section(page, title)
        add_pairs(page, name, FIREWORKS[name])
    page.get_by_label("Share in the account").check()
    expect(page.locator("#rail")).to_contain_text("4 × H100")


def fill_otoy(page: Page) -> None:
    page.locator('[name="task"][value="BATCH"]').check()
    type_in(page, OTOY, "title", "description", "gpu_name", "gpu_count", "cpu_count")
    type_in(page, OTOY, "min_vram_gb", "min_ram_gb", "min_storage_gb", "max_node_count", "max_retry_count")
    for name, (number, unit) in HANDY.items():
        page.locator(f'[name="{name}.unit"]').select_option(unit)
        page.locator(f'[name="{name}"]').fill(number)
    open_section(page, "Regions")
    for region in OTOY["allowed_region_codes"]:
        page.locator(f'[name="allowed_region_codes"][value="{region}"]').check()
    container = OTOY["parameters"]["parameters"]
    type_in(page, container, "image", "tag", below="parameters.parameters.")
    add_pairs(page, "parameters.parameters.env", container["env"])
    expect(page.locator("#rail")).to_contain_text("1 × RTX 4090")


def fill_otoy_persistent(page: Page) -> None:
    page.locator('[name="task"][value="PERSISTENT"]').check()
    expect(page.locator('[name="max_timeout_run_ms"]')).to_be_hidden()
    type_in(page, OTOY_PERSISTENT, "title", "gpu_name", "gpu_count")
    open_section(page, "Ports and access")
    container = OTOY_PERSISTENT["parameters"]["parameters"]
    type_in(page, container | {"ports": "22\n8080"}, "image", "tag", "ports", below="parameters.parameters.")
    page.locator('[name="guards.stop_after_s"]').fill("2")
    expect(page.locator("#rail")).to_contain_text("1 × RTX 4090")


def fill_novita(page: Page) -> None:
    for name in ("productId", "networkId"):
        open_section(page, "Private network")
        page.locator(f'[name="{name}"]').select_option(NOVITA[name])
    type_in(page, NOVITA, "name", "gpuNum", "cpuNum", "memory", "imageUrl", "diskSize", "rootfsSize")
    type_in(page, NOVITA, "localStorageMountPoint")
    for number, text in enumerate(NOVITA["ports"].split(",")):
        port, kind = text.split("/")
        add_row(page, "ports")
        page.locator(f'[name="ports.{number}.port"]').fill(port)
        page.locator(f'[name="ports.{number}.type"]').select_option(kind)
    [tool], [mount], [variable] = NOVITA["tools"], NOVITA["networkStorages"], NOVITA["envs"]
    add_row(page, "tools")
    page.locator('[name="tools.0.name"]').select_option(tool["name"])
    type_in(page, tool, "port", below="tools.0.")
    add_row(page, "networkStorages")
    page.locator('[name="networkStorages.0.Id"]').select_option(mount["Id"])
    type_in(page, mount, "mountPoint", below="networkStorages.0.")
    add_pairs(page, "envs", {variable["key"]: variable["value"]})
    expect(page.locator("#rail")).to_contain_text("1 × RTX")


def open_form(page: Page, provider: str, kind: str) -> None:
    """An empty form, once a worker has read what the account offers."""
    for _ in range(60):
        page.goto(f"/launch/{provider}/{kind}/?draft=discard")
        if page.get_by_text(re.compile(r"\bSeen ")).count():
            return
        page.wait_for_timeout(500)
    raise AssertionError("no choices were read")


def type_in(page: Page, values: Mapping[str, Any], *names: str, below: str = "") -> None:
    """Type each of the values into the input of its name."""
    for name in names:
        page.locator(f'[name="{below}{name}"]').fill(str(values[name]))


def open_section(page: Page, title: str) -> None:
    card = page.locator("details.section", has=page.get_by_role("heading", name=title, exact=True))
    if card.get_attribute("open") is None:
        card.locator("summary").first.click()


def add_row(page: Page, name: str) -> None:
    page.locator(f'[data-rows="{name}"]').locator(f'button[name="add:{name}"]').click()


def add_pairs(page: Page, name: str, pairs: Mapping[str, str]) -> None:
    """One row a pair, into the map of that name."""
    rows = page.locator(f'[data-rows="{name}"] [data-rows-list]')
    for key, value in pairs.items():
        add_row(page, name)
        rows.locator('[data-cell="key"]').last.fill(key)
        rows.locator('[data-cell="value"]').last.fill(value)
