"""No secret passes the last fence, and nothing else is kept by it."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.session.redactor import Redactor, addresses, of_notification, of_ping, redactor, without_way

SECRETS = st.text(st.characters(codec="utf-8", exclude_characters="*"), min_size=6, max_size=30)


class TestARedactor:
    @given(st.lists(SECRETS, min_size=1, max_size=5), st.lists(st.text(max_size=10), max_size=6), st.data())
    def test_leaves_no_secret_in_any_text(self, secrets: list[str], between: list[str], data: st.DataObject) -> None:
        parts = [part for text in between for part in (text, data.draw(st.sampled_from(secrets)))]
        told = Redactor(secrets).text("".join(parts))
        assert not [secret for secret in secrets if secret in told]

    def test_leaves_none_in_keys_values_and_depths_of_a_document(self) -> None:
        document = {"hunter22": [{"a": ("x hunter22", 7, None, True)}]}
        assert Redactor(["hunter22"]).document(document) == {"***": [{"a": ["x ***", 7, None, True]}]}

    @pytest.mark.parametrize(
        "spelled", ["p/ss w?rd&", "p%2Fss%20w%3Frd%26", "p%2Fss+w%3Frd%26", base64.b64encode(b"p/ss w?rd&").decode()]
    )
    def test_knows_a_secret_as_urls_and_headers_spell_it(self, spelled: str) -> None:
        assert Redactor(["p/ss w?rd&"]).text(f"<{spelled}>") == "<***>"

    def test_takes_the_longer_of_two_secrets_first(self) -> None:
        assert Redactor(["secret", "secret-and-more"]).text("secret-and-more, secret") == "***, ***"

    @pytest.mark.parametrize("after", ["/CLOUDFLARE_BASE_URL/zones/0", '"', ""])
    def test_leaves_no_way_to_the_api_proxy(self, after: str) -> None:
        said = f'Post "http://127.0.0.1:40123/{"aZ-_0" * 8}{after}: EOF'
        assert Redactor().text(said) == without_way(said) == f'Post "http://127.0.0.1:40123/***{after}: EOF'

    @pytest.mark.parametrize("path", ["client/v4/zones", "a" * 41, "a" * 39, ""])
    def test_leaves_other_ways_on_this_machine_alone(self, path: str) -> None:
        assert Redactor().text(f"http://127.0.0.1:80/{path}") == f"http://127.0.0.1:80/{path}"

    def test_leaves_short_values_alone(self) -> None:
        assert Redactor(["", "a", "12345"]).text("a 12345") == "a 12345"

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("GET https://me:hunter2@host/path", "GET https://***@host/path"),
            ("postgres://me:p%40ss@db/state failed", "postgres://***@db/state failed"),
            ("Authorization: Bearer abcdefghijklmnop123", "Authorization: Bearer ***"),
            ("token eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrdWJlIn0.c2lnbmF0dXJl is bad", "token *** is bad"),
            ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\n", "***\n"),
        ],
    )
    def test_knows_what_looks_like_a_secret(self, text: str, told: str) -> None:
        assert Redactor().text(text) == told

    @pytest.mark.parametrize(
        "text",
        [
            "www.example.com A: 203.0.113.7 -> 203.0.113.8",
            "http://[2001:db8::1]:8080/a@b",
            "mail admin@example.com, see https://example.com/@team",
            "basic authentication is needed",
        ],
    )
    def test_changes_nothing_else(self, text: str) -> None:
        assert Redactor().text(text) == text


class TestTheEnvironment:
    @pytest.mark.parametrize(
        "name",
        [
            "CLOUDFLARE_API_TOKEN",
            "CF_API_TOKEN",
            "CF_API_KEY",
            "CLOUDFLARE_API_KEY",
            "GANDI_API_KEY",
            "GANDI_KEY",
            "GANDI_PERSONAL_ACCESS_TOKEN",
            "PULUMI_ACCESS_TOKEN",
            "PULUMI_CONFIG_PASSPHRASE",
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN",
            "AZURE_STORAGE_KEY",
            "AZURE_CLIENT_SECRET",
            "EXTERNAL_DNS_TXT_ENCRYPT_AES_KEY",
            "PGPASSWORD",
            "HOME_ZONE_TOKEN",
        ],
    )
    def test_each_credential_is_a_secret(self, name: str) -> None:
        assert redactor({name: " squeamish "}).text("it says squeamish.") == "it says ***."

    @pytest.mark.parametrize(
        "name", ["HOME", "AWS_REGION", "CF_ZONE_ID", "AWS_WEB_IDENTITY_TOKEN_FILE", "KEYBOARD", "TRUENORTH_STACK"]
    )
    def test_other_variables_are_none(self, name: str) -> None:
        assert redactor({name: "squeamish"}).text("squeamish") == "squeamish"

    def test_the_password_in_the_url_of_the_state_is_a_secret(self) -> None:
        known = redactor({"PULUMI_BACKEND_URL": "postgres://me:ossifrage@db/state"})
        assert known.text("password ossifrage of me") == "password *** of me"

    def test_what_the_files_of_passphrase_and_addresses_hold_is_secret(self, tmp_path: Path) -> None:
        passphrase, notify = tmp_path / "passphrase", tmp_path / "notify"
        passphrase.write_text("squeamish\n")
        notify.write_text("# mail\njson://me:ossifrage@host/\n")
        known = redactor({"PULUMI_CONFIG_PASSPHRASE_FILE": str(passphrase), "TRUENORTH_NOTIFY_FILE": str(notify)})
        assert known.text("squeamish ossifrage") == "*** ***"

    def test_a_file_that_is_not_there_is_no_problem_here(self, tmp_path: Path) -> None:
        assert redactor({"TRUENORTH_NOTIFY_FILE": str(tmp_path / "none")}).text("text") == "text"

    def test_more_may_be_given(self) -> None:
        assert redactor({}, ["ossifrage"]).text("ossifrage") == "***"


class TestAddresses:
    def test_stand_one_after_the_other_or_a_line_each(self) -> None:
        text = "json://a/b,slack://c/d  mailto://u:p@e?to=f@g,h@i\n# not this: x://y\n\nntfy://z\n"
        assert addresses(text) == ["json://a/b", "slack://c/d", "mailto://u:p@e?to=f@g,h@i", "ntfy://z"]

    def test_of_nothing_are_none(self) -> None:
        assert addresses(" \n") == []

    @pytest.mark.parametrize(
        ("url", "secrets"),
        [
            ("mailtos://truenorth:ossifrage@example.com", {"ossifrage"}),
            ("ntfy://ossifrage@ntfy.example.com/alerts", {"ossifrage"}),
            ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#ops", {"T1JJ3T3L2", "TIiajkdnlazkcOXrIdevi7FQ"}),
            ("tgram://123456789:AAbbCCddEEffGGhhIIjj/987654321", {"AAbbCCddEEffGGhhIIjj", "987654321"}),
            ("json://hooks.example.com/notify?+X-Token=ossifrage", {"ossifrage"}),
        ],
    )
    def test_have_their_passwords_and_tokens_kept(self, url: str, secrets: set[str]) -> None:
        known = Redactor(of_notification(url))
        assert not [one for one in (url, *secrets) if one in known.text(f"{url} {' '.join(secrets)}")]
        assert known.text("truenorth tells ops and alerts at example.com") == (
            "truenorth tells ops and alerts at example.com"
        )

    def test_of_watchdogs_have_their_path_kept(self) -> None:
        known = Redactor(of_ping("https://kuma.example.com/api/push/abcdefghij?status=up"))
        assert known.text("/api/push/abcdefghij at kuma.example.com") == "/api/push/*** at kuma.example.com"

    def test_that_are_no_urls_are_kept_whole(self) -> None:
        assert Redactor(of_notification("json://[oops/secret")).text("json://[oops/secret") == "***"


@pytest.mark.parametrize(
    ("secret", "document", "left"),
    [
        ('quo"te\\d', {"a": 'x quo"te\\d'}, {"a": "x ***"}),
        ("squémish", {"a": ["squémish"]}, {"a": ["***"]}),
        ("123456", {"seconds": 0.123456, "a": "123456"}, {"seconds": 0.123456, "a": "***"}),
        ("ossifrage", {"a": Path("/ossifrage/x")}, {"a": "/***/x"}),
        ("", {"a": "-----BEGIN PRIVATE KEY-----MII", "b": "c"}, {"a": "***", "b": "c"}),
        ("", {"a": "http://host", "b": "me@host"}, {"a": "http://host", "b": "me@host"}),
    ],
)
def test_a_document_is_a_line_of_json(secret: str, document: dict[str, object], left: object) -> None:
    assert json.loads(Redactor([secret]).line(document)) == left


@given(SECRETS, st.dictionaries(st.text(max_size=5), st.lists(st.text(max_size=5)), max_size=3))
def test_no_line_of_json_has_a_secret_in_it(secret: str, rest: dict[str, list[str]]) -> None:
    document = {**rest, f"<{secret}>": [secret, {"deep": f"{secret}{secret}"}]}

    def texts(value: object) -> list[str]:
        if isinstance(value, dict):
            return [text for pair in value.items() for one in pair for text in texts(one)]
        return [text for one in value for text in texts(one)] if isinstance(value, list) else [str(value)]

    assert not [text for text in texts(json.loads(Redactor([secret]).line(document))) if secret in text]
