from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.marks import labels

VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=126, exclude_characters=',"\\'), max_size=100)
KEYS = VALUES.filter(lambda key: key and "=" not in key)


@given(pairs=st.dictionaries(KEYS, VALUES, max_size=5), heritage=st.sampled_from(["truenorth", "external-dns"]))
def test_labels_read_back_as_they_were_written(pairs: dict[str, str], heritage: str) -> None:
    content = labels.encode(heritage, pairs)
    assert labels.parse(labels.unquoted(content), heritage) == pairs
    assert labels.parse(labels.unquoted(content), "mate") is None


@given(pairs=st.dictionaries(KEYS, VALUES, min_size=1, max_size=5), at=st.integers(min_value=1, max_value=200))
def test_a_content_in_several_character_strings_is_one_text(pairs: dict[str, str], at: int) -> None:
    text = labels.unquoted(labels.encode("truenorth", pairs))
    assert labels.unquoted(f'"{text[:at]}" "{text[at:]}"') == text


def test_labels_are_written_with_their_keys_sorted() -> None:
    assert labels.encode("mate", {"b": "1", "a": "2"}) == '"heritage=mate,mate/a=2,mate/b=1"'


@pytest.mark.parametrize(
    ("key", "value"), [("", "x"), ("a=b", "x"), ("a,b", "x"), ("a", "x,y"), ("a", 'x"'), ("a", "ü")]
)
def test_what_could_not_be_read_back_is_not_written(key: str, value: str) -> None:
    with pytest.raises(ValueError, match="cannot stand in an ownership mark"):
        labels.encode("mate", {key: value})


def test_the_keys_of_other_tools_are_ignored() -> None:
    assert labels.parse("heritage=mate,mate/a=1,other/a=2,mateship=3,a=4,mate", "mate") == {"a": "1"}
