"""Every command in the documents is run, or where it needs what is not here, is held against the real command line.

The first word of a command says which:

- `truenorth`, `pulumi`, `curl`, `export`, `eval`: run on the lab, a page from top to bottom in one shell;
- `helm`, `kubectl apply -k`, `mkdir`, `printf`, `truenorth deploy --render`: rendered by the real helm and kustomize;
- `make`: its recipe is put together (`make -n`);
- `docker`, `aws`, `gcloud`, `az`, other words of `kubectl`: need a cloud or a cluster; what they name of ours is there.

Whatever the options of `truenorth` are, they exist.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

from cli.main import app
from cli.setup.zone import found_credentials, visible_zones
from components.marks import cloudflare_ddns, external_dns
from components.marks.external_dns import Affix, Labels
from lab import remote
from lab.kube.programs import Programs
from lab.kube.versions import ARGO_CD, METALLB
from lab.world import FIRST_IPV4
from tests.cli.conftest import STACK, Inside
from tests.docs.blocks import PAGES, ROOT, Line, all_lines, blocks, lines

RUN = {"truenorth", "pulumi", "curl", "export", "eval"}
RENDERED = {"helm", "mkdir", "printf"}
ELSEWHERE = {
    "docker": "needs a container engine: tests/deploy_image runs what is in the image",
    "aws": "needs an account at AWS",
    "gcloud": "needs a project at Google Cloud",
    "az": "needs a subscription of Azure",
    "kubectl": "needs the cluster that is deployed to",
    "uv": "needs a release on a package index: tests/packaging installs the wheel",
    "uvx": "likewise",
}
NOT_RUN = {
    "truenorth deploy": "needs a cluster: tests/deploy has all of it, what it renders is below",
    "truenorth lab": "takes the ports of a lab that may run here: tests/cli/commands/test_lab.py",
    "$(truenorth lab env)": "likewise",
    "truenorth sources": "needs a cluster: tests/cli/commands/test_sources.py",
    "--state kubernetes://": "needs a cluster: tests/cli/state",
    "pulumi login": "needs Pulumi Cloud",
    "pulumi stack init": "likewise",
    "pulumi install": "needs a registry that has this version: tests/cli/test_own_folder.py does it by hand",
    "pulumi new": "needs a checkout beside: tests/cli/test_own_folder.py",
    "pulumi stack import": "likewise; tests/cli/state has what `truenorth state pull` writes",
}
SUBSTITUTES = (
    (r"^export \w+=\.\.\.$", ":"),  # the lab's tokens are in the environment
    (r"s3://my-bucket", "$PULUMI_BACKEND_URL"),
    (r"--stack (home|demo)", f"--stack {STACK}"),
    (r"--listen \S+", "--listen 127.0.0.1:0"),
    (r"^truenorth init$", f"truenorth init --stack {STACK} --zone example.com --name www"),  # who is asked says so
    (r"^truenorth watch", f"{sys.executable} {Path(__file__).with_name('until_converged.py')} truenorth watch"),
    (r"^(truenorth (?:adopt|release) (?!.*--yes).*)$", r"\1 --yes"),  # the person who is asked says yes
    (
        r"^pulumi up(.*?)( --yes)?$",
        rf'(cd {ROOT} && pulumi up\1 --config-file "$TRUENORTH_SETTINGS" --yes --non-interactive)',
    ),
)


def runs_on_the_lab(line: Line) -> bool:
    return line.first_words <= RUN and not any(part in line.text for part in NOT_RUN)


def is_rendered(line: Line) -> bool:
    rendered = "kubectl apply -k" in line.text or ("truenorth deploy" in line.text and "--render" in line.text)
    return rendered or line.first_words <= RENDERED


def options(words: list[str]) -> tuple[set[str], set[str]]:
    """The options that the words give, and those that the command has that they name."""
    command: Any = typer.main.get_command(app)
    rest = words[1:]
    while rest and not rest[0].startswith("-") and hasattr(command, "commands"):
        assert rest[0] in command.commands, f"there is no command {rest[0]}"
        command, rest = command.commands[rest[0]], rest[1:]
    known = {name for option in command.params for name in (*option.opts, *option.secondary_opts)}
    return {word.partition("=")[0] for word in rest if word.startswith("-")}, known


def of_us(line: Line) -> list[list[str]]:
    return [words for words in line.commands() if words[0] == "truenorth"]


class TestWords:
    def test_say_of_each_command_how_it_is_tested(self) -> None:
        known = RUN | RENDERED | ELSEWHERE.keys() | {"make"}
        assert {word for line in all_lines() for word in line.first_words} - known == set()

    @pytest.mark.parametrize("exception", [*ELSEWHERE, *NOT_RUN])
    def test_that_are_excepted_occur(self, exception: str) -> None:
        assert any(exception in line.text for line in all_lines())

    def test_are_of_one_kind_in_a_line(self) -> None:
        for line in all_lines():
            kinds = (line.first_words <= RUN, is_rendered(line), line.first_words <= ELSEWHERE.keys() | {"make"})
            assert any(kinds), line.text


@pytest.mark.parametrize("text", sorted({line.text for line in all_lines() if of_us(line)}))
def test_options_exist(text: str) -> None:
    for words in of_us(Line("", text)):
        given, known = options(words)
        assert given <= known


@pytest.mark.parametrize(
    "target",
    sorted({word for line in all_lines() for words in line.commands() if words[0] == "make" for word in words[1:]}),
)
def test_recipes_of_make_are_there(target: str) -> None:
    done = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


class TestKubectl:
    NAMES = frozenset(
        f"{document['kind'].lower()}/{document['metadata']['name']}"
        for file in (ROOT / "deploy" / "kustomize" / "base").glob("*-*.yaml")
        for document in yaml.safe_load_all(file.read_text())
    )
    LINES = tuple(line for line in all_lines() if "kubectl" in line.first_words and not is_rendered(line))

    def test_names_objects_that_are_deployed(self) -> None:
        named = {
            word.replace("svc/", "service/")
            for line in self.LINES
            for words in line.commands()
            for word in words
            if re.fullmatch(r"(deployment|svc|daemonset)/truenorth", word)
        }
        assert named
        assert named <= self.NAMES

    def test_applies_files_that_are_there_or_rendered(self) -> None:
        files = [words[3] for line in self.LINES for words in line.commands() if words[1:3] == ["apply", "-f"]]
        base = ROOT / "deploy" / "kustomize" / "base"
        theirs = {file for file in files if file.startswith("https://")}
        assert {file.split("/")[5] for file in theirs} == {f"v{METALLB}", f"v{ARGO_CD}"}, "the versions that we try"
        assert files
        for file in set(files) - theirs:
            assert (ROOT / file).exists() or (base / file.removeprefix("manifests/")).exists(), file


@pytest.mark.parametrize("page", [page for page in PAGES if any(is_rendered(line) for line in lines(page))])
def test_manifests_of_a_page_are_rendered(page: str, deploy_tools: Programs, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy")
    settings = tmp_path / "Pulumi.home.yaml"
    settings.write_text("config: {truenorth:zone: example.com, truenorth:sources: [ingress]}\n")
    script = "\n".join(line.text for line in lines(page) if is_rendered(line))
    kustomize, helm = deploy_tools.paths["kustomize"], deploy_tools.paths["helm"]
    script = re.sub(r"kubectl apply -k (\S+)", rf"{kustomize} build \1", script)
    script = re.sub(r"helm upgrade --install", f"{helm} template", script)
    done = subprocess.run(
        ["bash", "-euc", script],
        cwd=tmp_path,
        env={
            "PATH": f"{Path(sys.prefix) / 'bin'}:{os.environ['PATH']}",
            "HOME": str(tmp_path),
            "TRUENORTH_SETTINGS": str(settings),
            "CLOUDFLARE_API_TOKEN": "a-token",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "kind: Deployment" in done.stdout or "--render" in script


def stands(inside: Inside, name: str, content: str, record_type: str = "A") -> None:
    """Somebody else's record."""
    record = {"name": f"{name}.{inside.places.zone}", "type": record_type, "content": content, "ttl": 300}
    remote.edit_record(inside.places, record | {"proxied": False})


def as_usual(inside: Inside) -> None:
    inside.settings("www", "api")


def made(inside: Inside) -> None:
    inside.settings("www", "api")
    inside.result("up")


def nothing_yet(inside: Inside) -> None:
    assert not inside.settings_file.exists()


def by_cloudflare_ddns(inside: Inside) -> None:
    for name in ("foo", "bar"):
        stands(inside, name, FIRST_IPV4)
        stands(inside, name, cloudflare_ddns.encode("pod-7"), "TXT")
    inside.settings("foo", "bar")


def by_external_dns(inside: Inside) -> None:
    stands(inside, "www", FIRST_IPV4)
    mark = external_dns.mark_name(f"www.{inside.places.zone}", "A", Affix())
    text = external_dns.encode(Labels("default", "ingress/web/shop"))
    stands(inside, mark.removesuffix(f".{inside.places.zone}"), text, "TXT")
    inside.settings("www", owner="north", delete_grace=300, ttl=300)


def by_routeflare(inside: Inside) -> None:
    stands(inside, "www", "198.51.100.80")
    inside.settings("www")


def by_esddns_operator(inside: Inside) -> None:
    remote.gandi_edit(inside.places, "www", "A", [FIRST_IPV4])
    values = {"zone": inside.places.gandi_zone, "provider": "gandi", "names": ["www"], "adopt": "same-content"}
    inside.settings_file.write_text(
        yaml.safe_dump({"config": {f"truenorth:{key}": one for key, one in values.items()}})
    )


def by_esddns(inside: Inside) -> None:
    stands(inside, "www", FIRST_IPV4)
    inside.settings("www", "@", adopt="same-content")


def balanced(inside: Inside) -> None:
    geo = {"cluster": "fra", "location": "eu", "hostname": f"app.{inside.places.zone}", "addresses": ["203.0.113.7"]}
    inside.settings(geo=geo | {"adopt": "all"})


def has_file(inside: Inside, name: str, text: str) -> None:
    """A file of the person's in the folder of the commands."""
    (inside.settings_file.parent / "here").mkdir()
    (inside.settings_file.parent / "here" / name).write_text(text)


def by_favonias(inside: Inside) -> None:
    stands(inside, "foo", FIRST_IPV4)
    has_file(inside, "compose.yaml", blocks("docs/moving/favonia.md", "yaml")[0])


def by_timothymillers(inside: Inside) -> None:
    stands(inside, "foo", FIRST_IPV4)
    zone = {"authentication": {"api_token": "x"}, "zone_id": zone_id(inside), "subdomains": ["foo"], "proxied": False}
    has_file(inside, "config.json", json.dumps({"cloudflare": [zone], "aaaa": False}))


def by_ddns_updater(inside: Inside) -> None:
    stands(inside, "foo", FIRST_IPV4)
    name = {"provider": "cloudflare", "zone_identifier": zone_id(inside), "domain": f"foo.{inside.places.zone}"}
    has_file(inside, "config.json", json.dumps({"settings": [name | {"ttl": 600, "ip_version": "ipv4", "token": "x"}]}))


def zone_id(inside: Inside) -> str:
    return visible_zones(found_credentials("cloudflare", inside.environment), inside.places.zone)[0].id


BEFORE: Mapping[str, Callable[[Inside], None]] = {
    "docs/security.md": made,
    "docs/alternatives/pulumi-deployments.md": made,
    "docs/moving/cloudflare-ddns.md": by_cloudflare_ddns,
    "docs/moving/favonia.md": by_favonias,
    "docs/moving/timothymiller.md": by_timothymillers,
    "docs/moving/ddns-updater.md": by_ddns_updater,
    "docs/moving/external-dns.md": by_external_dns,
    "docs/moving/routeflare.md": by_routeflare,
    "docs/moving/esddns-operator.md": by_esddns_operator,
    "docs/moving/esddns.md": by_esddns,
    "docs/moving/external-dns-cloudflare-geo.md": balanced,
}
"""What there is before the commands of a page; elsewhere a stack with two names, unless the page makes one."""


def script_of(page: str) -> str:
    """The lines of a page that are run, each once, with what stands for something else filled in."""
    script: dict[str, None] = {}
    for line in (line for line in lines(page) if runs_on_the_lab(line)):
        text = line.text
        for pattern, replacement in SUBSTITUTES:
            text = re.sub(pattern, replacement, text)
        script[text] = None
    return "\n".join(script)


@pytest.mark.parametrize("page", [page for page in PAGES if any(runs_on_the_lab(line) for line in lines(page))])
def test_commands_of_a_page_do_what_they_say(page: str, inside: Inside, tmp_path: Path) -> None:
    script = script_of(page)
    BEFORE.get(page, nothing_yet if "truenorth init" in script else as_usual)(inside)
    place = tmp_path / "here"
    place.mkdir(exist_ok=True)
    path = f"{Path(sys.prefix) / 'bin'}{os.pathsep}{inside.environment['PATH']}"
    done = subprocess.run(
        ["bash", "-euxo", "pipefail", "-c", script],
        cwd=place,
        env={**inside.environment, "PATH": path, "C": shlex.quote(inside.places.control)},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
