"""Sealing: a blob opens only where it was sealed."""

import pytest

from gpuconsole.core import crypto, keyring


@pytest.fixture(autouse=True)
def _own_keyring(settings, tmp_path):
    settings.GPUCONSOLE_KEY_FILE = tmp_path / "keys.json"


def test_what_was_sealed_opens_in_the_same_context():
    blob = crypto.seal("geheim-ü", context="a:1:b")

    assert crypto.open_sealed(blob, context="a:1:b").decode() == "geheim-ü"
    assert b"geheim" not in blob


def test_two_seals_of_one_text_differ():
    assert crypto.seal("x", context="c") != crypto.seal("x", context="c")


@pytest.mark.parametrize("context", ["a:2:b", "a:1:c", ""])
def test_a_blob_moved_elsewhere_does_not_open(context):
    blob = crypto.seal("x", context="a:1:b")

    with pytest.raises(crypto.SealBroken):
        crypto.open_sealed(blob, context=context)


@pytest.mark.parametrize("position", range(0, 34, 3))
def test_a_changed_byte_does_not_open(position):
    blob = bytearray(crypto.seal("secret", context="c"))
    blob[position] ^= 1

    with pytest.raises(crypto.SealBroken):
        crypto.open_sealed(bytes(blob), context="c")


@pytest.mark.parametrize("blob", [b"", b"\x01", b"\x01\x02k1", b"\x02\x02k1" + b"0" * 40])
def test_what_is_no_blob_does_not_open(blob):
    with pytest.raises(crypto.SealBroken):
        crypto.open_sealed(blob, context="c")


def test_an_older_key_still_opens_after_a_new_one_was_added():
    old = crypto.seal("x", context="c")
    keyring.add_key()

    assert crypto.open_sealed(old, context="c") == b"x"
    assert not crypto.is_sealed_by_current_key(old)
    assert crypto.is_sealed_by_current_key(crypto.seal("x", context="c"))


def test_a_dropped_key_is_named_in_the_error():
    old = crypto.seal("x", context="c")
    keyring.add_key()
    keyring.drop_old_keys()

    with pytest.raises(crypto.SealBroken, match="k1"):
        crypto.open_sealed(old, context="c")
