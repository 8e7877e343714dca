from __future__ import annotations

import pytest

from cli.setup.moving.started import services


class TestAQuadlet:
    def test_has_its_variables_image_and_arguments(self) -> None:
        text = """[Container]
Image=docker.io/a/b:1
Environment=A=1 "B=two words"
Environment=C=3 \\
  D=4
EnvironmentFile=-/etc/ddns.env
Exec=--once "an argument"
Network=host
"""
        assert services(text) == {
            "services": {
                "[Container]": {
                    "environment": ["A=1", "B=two words", "C=3", "D=4"],
                    "env_file": ["/etc/ddns.env"],
                    "image": "docker.io/a/b:1",
                    "command": ["--once", "an argument"],
                }
            }
        }

    @pytest.mark.parametrize(
        ("secret", "variables"),
        [("cf,type=env,target=TOKEN", ["TOKEN="]), ("TOKEN,type=env", ["TOKEN="]), ("cf,target=/run/cf", [])],
    )
    def test_has_the_variables_that_come_from_secrets(self, secret: str, variables: list[str]) -> None:
        found = services(f"[Container]\nImage=a\nSecret={secret}\n")
        assert found is not None
        assert found["services"]["[Container]"]["environment"] == variables


class TestACommand:
    @pytest.mark.parametrize(
        ("line", "environment"),
        [
            ("docker run -e A=1 -eB=2 --env C=3 --env=D=4 image", ["A=1", "B=2", "C=3", "D=4"]),
            ("docker run -it --rm -p 80:80 --network host -e A=1 image", ["A=1"]),
            ("sudo podman run --name=x --read-only -e 'A=b c' image", ["A=b c"]),
            ("nerdctl container run -e A image", ["A"]),
            ("docker run --pull=always -e A=1", ["A=1"]),
            ("docker run -e 'A=1 image", ["'A=1"]),
        ],
    )
    def test_has_its_variables(self, line: str, environment: list[str]) -> None:
        found = services(f"set -e\n{line}\n")
        assert found is not None
        assert found["services"]["run 1"]["environment"] == environment

    def test_has_arguments_behind_the_image_and_files_of_variables(self) -> None:
        found = services("docker run --env-file a.env \\\n  image:1 --once -e B=2\n")
        assert found == {
            "services": {
                "run 1": {
                    "environment": [],
                    "env_file": ["a.env"],
                    "image": "image:1",
                    "command": ["--once", "-e", "B=2"],
                }
            }
        }

    @pytest.mark.parametrize("text", ["", "# docker run image", "docker ps\n", "docker runner x\n", "A=docker run\n"])
    def test_is_none_where_nothing_is_run(self, text: str) -> None:
        assert services(text) is None
