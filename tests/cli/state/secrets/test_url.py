"""The URL of state in Secrets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.state.secrets.url import SCHEME, StateUrl, is_kubernetes, parse
from stacks.model.errors import UserError


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("kubernetes://ns/state", StateUrl("ns", "state")),
        ("kubernetes://my-ns/state.home-1", StateUrl("my-ns", "state.home-1")),
        ("Kubernetes://ns/state", StateUrl("ns", "state")),
        ("kubernetes://ns/state?context=a%20b", StateUrl("ns", "state", "a b")),
        ("kubernetes://ns/state?kubeconfig=/a/b&context=c", StateUrl("ns", "state", "c", "/a/b")),
    ],
)
def test_a_url_names_a_secret(url: str, meant: StateUrl) -> None:
    assert is_kubernetes(url)
    assert parse(url) == meant


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("kubernetes:", "it names no namespace"),
        ("kubernetes://", "it names no namespace"),
        ("kubernetes:///state", "it names no namespace"),
        ("kubernetes://NS/state", "'NS' is no namespace"),
        ("kubernetes://ns:80/state", "'ns:80' is no namespace"),
        ("kubernetes://ns", "it names no Secret"),
        ("kubernetes://ns/", "it names no Secret"),
        ("kubernetes://ns/a/b", "'a/b' is no name of a Secret"),
        ("kubernetes://ns/State", "'State' is no name of a Secret"),
        ("kubernetes://ns/a..b", "'a..b' is no name of a Secret"),
        (f"kubernetes://ns/{'a' * 64}", "the name has 64 characters, and may have 63"),
        ("kubernetes://ns/state#x", "it is not of that form"),
        ("kubernetes://ns/state?stack=x", "it has the option 'stack'; there are: context, kubeconfig"),
        ("kubernetes://ns/state?context=", "it says context without a value"),
        ("kubernetes://ns/state?context=a&context=b", "it says context more than once"),
        ("kubernetes://ns/state?context", "bad query field"),
        ("kubernetes://[ns/state", "Invalid IPv6 URL"),
    ],
)
def test_a_url_that_names_no_state_is_refused(url: str, what: str) -> None:
    with pytest.raises(UserError) as refusal:
        parse(url)
    [problem] = refusal.value.problems
    assert what in problem.what
    assert problem.where == url
    assert "kubernetes://NAMESPACE/NAME" in problem.do


@given(rest=st.text(max_size=40))
def test_a_url_of_any_kind_is_read_or_refused(rest: str) -> None:
    try:
        found = parse(f"{SCHEME}:{rest}")
    except UserError:
        return
    assert parse(str(found)) == StateUrl(found.namespace, found.name)


@pytest.mark.parametrize("url", ["file:///kubernetes", "s3://kubernetes", "", "https://kubernetes:443"])
def test_a_url_of_pulumis_own_backends_is_none_of_ours(url: str) -> None:
    assert not is_kubernetes(url)
