"""Pasted lines and what they say, for the server's reader and the script's: [text, pairs, lines left over]."""

from __future__ import annotations

CASES: list[tuple[str, list[list[str]], list[str]]] = [
    ("A=1", [["A", "1"]], []),
    ("A=1\r\nB=2\r\n", [["A", "1"], ["B", "2"]], []),
    ("# all mine\n\n  export A = 1\n", [["A", "1"]], []),
    ("A=\nB=x", [["A", ""], ["B", "x"]], []),
    ("A=x # why\nB=a#b\nC=# only a comment", [["A", "x"], ["B", "a#b"], ["C", ""]], []),
    ('A="two words" # why\nB=\'it is "so"\'', [["A", "two words"], ["B", 'it is "so"']], []),
    ('A=\'a\\nb\'\nB="a\\nb\\"c"', [["A", "a\\nb"], ["B", 'a\nb"c']], []),
    ('KEY="-----BEGIN\nabc\n-----END"\nB=1', [["KEY", "-----BEGIN\nabc\n-----END"], ["B", "1"]], []),
    ('A="never closed\nB=1', [["A", '"never closed'], ["B", "1"]], []),
    ("URL=https://h/p?a=b&c=d", [["URL", "https://h/p?a=b&c=d"]], []),
    ("lab.example.org/owner=evals", [["lab.example.org/owner", "evals"]], []),
    ("A=1\nnot a pair\nB=2", [["A", "1"], ["B", "2"]], ["not a pair"]),
    ("pip install a==b", [], ["pip install a==b"]),
]
