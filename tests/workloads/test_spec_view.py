"""What a provider gave back otherwise than it was asked for."""

from __future__ import annotations

from gpuconsole.workloads.spec_view import Difference, differences, sides


def test_a_changed_value_is_named_with_its_path() -> None:
    sent = {"training_job": {"compute": {"cpu_count": 16, "memory": "2Gi"}}}
    returned = {"id": "7", "compute": {"cpu_count": 52, "memory": "2Gi"}}
    [found] = differences(sent, returned)
    assert (found.path, found.asked, found.given) == ("compute.cpu_count", 16, 52)


def test_what_only_one_side_has_is_no_difference() -> None:
    assert list(differences({"training_job": {"image": {"base_image": "x"}}}, {"training_job": {"id": "7"}})) == []


def test_null_means_the_default_so_a_filled_in_one_is_no_difference() -> None:
    sent = {"model_id": "m", "context_length": None}
    assert list(differences(sent, {"instance_args": {"model_id": "m", "context_length": 32000}})) == []


def test_arguments_below_a_wrapper_are_compared_too() -> None:
    [found] = differences({"num_workers": 2, "model_id": "m"}, {"instance": {"instance_args": {"num_workers": 1}}})
    assert (found.path, found.asked, found.given) == ("num_workers", 2, 1)


def test_what_is_hidden_in_the_answer_is_no_difference() -> None:
    sent = {"env": {"TOKEN": "••• hf", "EPOCHS": "3"}, "secret": "••• login", "tag": "v1"}
    returned = {"env": {"TOKEN": "•••", "EPOCHS": "•••"}, "secret": "•••", "tag": "v2"}
    assert [found.path for found in differences(sent, returned)] == ["tag"]


def test_a_number_that_comes_back_as_text_is_no_difference() -> None:
    assert list(differences({"gpuNum": 2, "memory": 0}, {"gpuNum": "2", "memory": "124"})) == [
        Difference("memory", 0, "124")
    ]


def test_two_runs_are_compared_line_by_line_and_nothing_is_unescaped() -> None:
    found = sides({"a": 1, "b": "<b>", "c": 3}, {"a": 1, "b": "<i>", "c": 3, "d": None})
    assert [str(line) for line in found.here if "mark" in line] == [
        _marked("b", "s", "&quot;&lt;b&gt;&quot;", ","),
        _marked("c", "n", "3", ""),
    ]
    assert found.different == 5
    assert sides({"a": 1}, {"a": 1}).different == 0


def _marked(key: str, kind: str, value: str, end: str) -> str:
    drawn = f'<span class="code-k">&quot;{key}&quot;</span>: <span class="code-{kind}">{value}</span>{end}'
    return f'<mark class="line">  {drawn}</mark>'
