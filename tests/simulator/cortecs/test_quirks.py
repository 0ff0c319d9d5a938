"""The known quirks of the provider's reference, in its order and under its numbers.

1 and 5 are the client's own (a variable of the environment wins over an argument, `ensure_instance` restarts at its
own pace): `tests/clients/test_cortecs_py.py` has them.
"""

import httpx
import pytest

from gpuconsole.simulator.world import World
from tests.simulator.asking import instance, start


def test_quirk_2_there_is_always_a_first_worker_and_its_progress_while_it_starts(
    cortecs: httpx.Client, world: World
) -> None:
    made = start(cortecs)
    steps = []
    while not (told := instance(cortecs, made))["instance_status"]["started_at"]:
        steps.append(told["worker_statuses"][0]["init_progress"]["current_step"])
        world.clock.advance(5)
    assert steps[0] == 1
    assert instance(cortecs, made)["worker_statuses"][0]["init_progress"]["current_step"] == 5


def test_quirk_3_a_poll_can_meet_step_5_while_the_status_is_still_pending(cortecs: httpx.Client, world: World) -> None:
    made = start(cortecs)
    while instance(cortecs, made)["worker_statuses"][0]["init_progress"]["current_step"] < 5:
        world.clock.advance(1)
    told = instance(cortecs, made)
    assert (told["instance_status"]["status"], told["base_url"]) == ("pending", None)


def test_quirk_4_the_number_of_workers_is_always_told(cortecs: httpx.Client) -> None:
    assert instance(cortecs, start(cortecs))["instance_args"]["num_workers"] == 1
    assert instance(cortecs, start(cortecs, num_workers=None))["instance_args"]["num_workers"] == 1


def test_quirk_6_a_slash_in_a_models_name_is_two_hyphens_in_its_id(cortecs: httpx.Client) -> None:
    for model in cortecs.get("/models/").json()["models"]:
        assert model["hf_name"] == model["model_name"].replace("--", "/")
    assert cortecs.get("/models/cortecs/phi-4-FP8-Dynamic").status_code == 404


@pytest.mark.parametrize("old", ["startModel", "stopModel", "restartModel", "myModels"])
def test_quirk_7_the_calls_of_2024_are_gone(cortecs: httpx.Client, old: str) -> None:
    assert cortecs.post(f"/models/{old}", json={}).status_code in (404, 405)


def test_quirk_7_progress_is_told_by_worker_and_not_in_the_status(cortecs: httpx.Client) -> None:
    assert "init_progress" not in instance(cortecs, start(cortecs))["instance_status"]


def test_older_releases_of_the_client_find_the_longest_context_under_its_former_name(cortecs: httpx.Client) -> None:
    model = cortecs.get("/models/cortecs--phi-4-FP8-Dynamic").json()["model"]
    params = model["hardware_configs"][model["recommended_config"]]["params"]
    assert params["max_context_length"] == params["--max-model-len"] == 16000
