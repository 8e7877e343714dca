"""Files that `truenorth init --from` cannot take: one message, exit code 2, and nothing is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.exit_codes import DONE, UNUSABLE
from tests.cli.setup.moving.test_shapes import init

BOMB = "a: &a [1,1,1,1,1,1,1,1,1]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)
)
FAVONIA = "DOMAINS=www.example.com\nIP6_PROVIDER=none\n"


def refused(folder: Path, *files: tuple[str, str | bytes], options: tuple[str, ...] = ()) -> str:
    """What it says of these files."""
    arguments = []
    for name, content in files:
        path = folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        arguments += ["--from", str(path)]
    done = init(folder, *arguments, *options)
    assert done.returncode == UNUSABLE, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / "Pulumi.home.yaml").exists()
    return " ".join(done.stderr.split())


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.yaml", "# nothing\n", "the file is empty"),
        ("notes.txt", "Dear diary, today I moved in.\n", "nothing in it is of a tool that is known"),
        (
            "nginx.yaml",
            "kind: Deployment\nspec: {template: {spec: {containers: [{image: nginx}]}}}\n",
            "give arguments",
        ),
        ("list.json", "[1, 2, 3]\n", "nothing in it is of a tool that is known"),
        ("deployment.yaml", "args:\n{{- range .Values.sources }}\n- --source={{ . }}\n{{- end }}\n", "helm template"),
        ("broken.yaml", "a: [1, 2\nb: }\n", "the file cannot be read"),
        ("broken.json", '{"settings": [}', "the file cannot be read"),
        ("binary", b"\xff\xfe\x00\x01", "no text in UTF-8"),
        ("bomb.yaml", BOMB, "more than 200,000 values"),
        ("deep.yaml", "[" * 3000, "cannot be read"),
        ("large.yaml", "a: " + "x" * (5 << 20), "more than 4 MiB"),
        ("dns.ini", "[gandi\napi_key = x\n", "the file cannot be read"),
        ("twice.ini", "[gandi]\nthis is no key\n", "the file cannot be read"),
        (
            "config.yaml",
            "providers: {c: {class: x}}\nzones: {example.com.: {sources: [c]}}\n",
            "octoDNS's own configuration",
        ),
        ("zone.txt", "@ 1 IN A 192.0.2.1\n", "does not say of which zone it is"),
        ("db.example.com", "$ORIGIN example.com.\n$INCLUDE /etc/passwd\n", "the zone file cannot be read"),
        ("db.example.org", "$TTL 1\n$GENERATE 1-4000000000 h$ A 192.0.2.1\n", "the zone file cannot be read"),
        ("escaped.zone", "$ORIGIN ex\\9a.example.\n@ IN A 192.0.2.1\n", "the zone file cannot be read"),
        ("labels.zone", "$ORIGIN a..example.\n@ IN A 192.0.2.1\n", "the zone file cannot be read"),
        ("db.example.net", "$TTL 1\n@ IN A 300.0.0.1\n", "the zone file cannot be read"),
        ("records.yaml", "www: {type: A, value: 192.0.2.1}\n", "named after its file"),
        ("dnsconfig.js", 'D("example.com", REG, A("@", "192.0.2.1"));\n', "print-ir"),
        ("aws.yaml", "provider: aws\npolicy: sync\nsources: [ingress]\n", "writes to the provider 'aws'"),
        ("hook.yaml", "provider: {name: webhook}\npolicy: sync\n", "its webhook stays with external-dns"),
        ("compose.yaml", "services: {d: {image: qmcgaw/ddns-updater, environment: [PERIOD=5m]}}\n", "config.json"),
        ("unfilled.env", "DOMAINS=${DOMAINS:?}\n", "is not filled in"),
        (
            "values.yaml",
            'provider: cloudflare\npolicy: sync\ndomainFilters: ["{{ .Values.domain }}"]\n',
            "is not filled in",
        ),
    ],
)
def test_a_file_is_refused_with_what_to_do(name: str, content: str | bytes, said: str, tmp_path: Path) -> None:
    assert said in refused(tmp_path, (name, content))


def test_what_is_not_there_cannot_be_read(tmp_path: Path) -> None:
    done = init(tmp_path, "--from", str(tmp_path / "missing.yaml"))
    assert (done.returncode, "No such file" in done.stderr) == (UNUSABLE, True)


def test_what_was_recognized_is_said_beside_what_is_not_filled_in(tmp_path: Path) -> None:
    message = refused(tmp_path, ("v.yaml", "provider: cloudflare\npolicy: sync\ntxtOwnerId: ${OWNER}\n"))
    assert "txtOwnerId: ${OWNER} is '${OWNER}', which is not filled in" in message
    assert "recognized: external-dns" in message


def test_two_files_that_contradict_each_other_need_two_stacks(tmp_path: Path) -> None:
    values = "provider: cloudflare\npolicy: sync\nsources: [ingress]\ntxtOwnerId: {}\ndomainFilters: [example.com]\n"
    message = refused(tmp_path, ("a.yaml", values.format("a")), ("b.yaml", values.format("b")))
    assert "different things about owner: 'a' and 'b'" in message
    assert "a stack of its own" in message


def test_files_that_agree_become_one_stack(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "provider: cloudflare\npolicy: sync\nsources: [crd]\ndomainFilters: [example.com]\n"
    )
    (tmp_path / "b.txt").write_text(";; Domain: example.com.\nexample.com.\t1\tIN\tMX\t10 mail.example.net.\n")
    done = init(tmp_path, "--from", str(tmp_path / "a.yaml"), "--from", str(tmp_path / "b.txt"), "--json")
    assert done.returncode == DONE, done.stderr
    settings = json.loads(done.stdout)["settings"]
    assert (settings["zone"], settings["sources"], len(settings["records"])) == ("example.com", ["crd"], 1)


def test_an_option_that_says_what_the_file_says_is_refused(tmp_path: Path) -> None:
    assert "--name is not taken beside --from" in refused(tmp_path, ("a.env", FAVONIA), options=("--name", "www"))


def test_settings_that_are_there_stay_unless_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.env").write_text(FAVONIA)
    (tmp_path / "Pulumi.home.yaml").write_text("config: {}\n")
    done = init(tmp_path, "--from", str(tmp_path / "a.env"))
    assert (done.returncode, "the stack has settings already" in done.stderr) == (UNUSABLE, True)
    assert (tmp_path / "Pulumi.home.yaml").read_text() == "config: {}\n"
    assert init(tmp_path, "--from", str(tmp_path / "a.env"), "--force").returncode == DONE


def test_hidden_characters_and_markup_of_a_file_are_printed_as_text(tmp_path: Path) -> None:
    (tmp_path / "v.yaml").write_text(
        'provider: cloudflare\npolicy: sync\n"[red]x\\e[31m": 1\ndomainFilters: [example.com]\n'
    )
    done = init(tmp_path, "--from", str(tmp_path / "v.yaml"), "--accept-losses")
    assert done.returncode == DONE, done.stderr
    assert "[red]x" in done.stdout
    assert "\x1b" not in done.stdout
