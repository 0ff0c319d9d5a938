"""The key file: private, made once, and never half-written."""

import json
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ImproperlyConfigured

from gpuconsole.core import keyring


@pytest.fixture
def path(settings, tmp_path):
    settings.GPUCONSOLE_KEY_FILE = tmp_path / "deep" / "keys.json"
    return settings.GPUCONSOLE_KEY_FILE


def test_it_is_made_at_the_first_look_and_nobody_else_may_read_it(path):
    ring = keyring.read()

    assert ring.current == "k1"
    assert len(ring.keys["k1"]) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["keys.json"]


def test_many_that_start_together_agree_on_one_key(path):
    with ThreadPoolExecutor(8) as pool:
        rings = list(pool.map(lambda _: keyring.read(), range(32)))

    assert len({ring.keys["k1"] for ring in rings}) == 1


def test_a_new_key_is_seen_at_once_and_the_old_one_stays(path):
    old = keyring.read()
    keyring.add_key()

    ring = keyring.read()
    assert ring.current == "k2"
    assert ring.keys["k1"] == old.keys["k1"]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"current": "k1", "keys": {}}', '{"current": "k1", "keys": {"k1": "c2hvcnQ="}}']
)
def test_a_file_that_is_no_keyring_is_said_to_be_none(path, text):
    path.parent.mkdir()
    path.write_text(text)

    with pytest.raises(ImproperlyConfigured, match=r"keys\.json"):
        keyring.read()


def test_the_format_is_what_the_operator_was_told(path):
    keyring.read()

    assert set(json.loads(path.read_text())) == {"current", "keys"}
