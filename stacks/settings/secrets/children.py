"""Give each program that is started the variables that it needs, and no others.

A secret gets to a program in two ways only: the program's row names it, or the caller adds what a run needs (the
credentials of a stack's zones for the engine and its plugins).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_CLOUDS = (
    *("AWS_", "AZURE_", "ARM_", "AAD_", "GOOGLE_", "GCLOUD_", "CLOUDSDK_", "OCI_", "DIGITALOCEAN_", "LINODE_"),
    *("IBMCLOUD_", "ALIBABA_", "ALIBABACLOUD_", "SCW_", "CIVO_", "EXOSCALE_", "RANCHER_", "TELEPORT_", "TSH_", "OIDC_"),
    *("VAULT_", "KUBE", "USE_GKE_"),
)
"""Beginnings of the variables by which programs of clouds sign in, to a cluster or to a bucket with state."""


_KEYRINGS = ("SSH_AUTH_SOCK", "DBUS_SESSION_BUS_ADDRESS", "GNUPGHOME", "GPG_TTY", "PASSWORD_STORE_DIR")
"""How such programs find the person's own keyring; no secrets."""


@dataclass(frozen=True, slots=True)
class Child:
    """A kind of program. names, beginnings: the variables that it gets besides COMMON, by name and by first letters."""

    use: str
    names: tuple[str, ...] = ()
    beginnings: tuple[str, ...] = ()

    def gets(self, variable: str) -> bool:
        """Return whether a program of this kind gets a variable."""
        return variable in self.names or variable in _NAMES or variable.startswith((*self.beginnings, *_BEGINNINGS))


_NAMES = frozenset(
    (
        *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TMP", "TEMP"),
        *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "LD_LIBRARY_PATH", "VIRTUAL_ENV"),
        *("NO_COLOR", "COLUMNS", "CI", "GODEBUG", "GOMEMLIMIT", "GOGC", "GOTRACEBACK"),
    )
)
_BEGINNINGS = ("LC_", "XDG_", "PYTHON", "COVERAGE_")
"""What any program may get: paths, language, time zone, proxies, certificates, and how it is measured."""

ENGINE = Child(
    "Pulumi's engine, with the plugins and language hosts that it starts",
    names=(
        *_KEYRINGS,
        "GITHUB_TOKEN",  # plugins are released on GitHub, which lets the unknown ask 60 times an hour
        *("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGPASSFILE", "PGDATABASE"),  # a state in PostgreSQL
        *("PGSSLMODE", "PGSSLCERT", "PGSSLKEY", "PGSSLROOTCERT"),
    ),
    beginnings=("PULUMI_", *_CLOUDS),
)
CLOUDFLARE_PLUGIN = Child(
    "the kept plugin of Cloudflare",
    names=("CLOUDFLARE_API_TOKEN", "CLOUDFLARE_API_KEY", "CLOUDFLARE_EMAIL", "CLOUDFLARE_BASE_URL", "TF_LOG"),
)
GANDI_PLUGIN = Child(
    "the kept plugin of Gandi",
    names=("GANDI_PERSONAL_ACCESS_TOKEN", "GANDI_API_KEY", "GANDI_KEY", "GANDI_URL", "TF_LOG"),
)
KUBECONFIG_PLUGIN = Child("the command of a kubeconfig's user that gets a token (`exec`)", _KEYRINGS, _CLOUDS)
NAT = Child("the classification of the NAT, for `truenorth detect --nat`")
_BUILDING = (
    *("GOPROXY", "GOFLAGS", "GOPATH", "GOROOT", "GOCACHE", "GOMODCACHE", "GOTMPDIR", "GOENV", "GOTOOLCHAIN"),
    *("GOSUMDB", "GONOSUMDB", "GOPRIVATE", "GONOPROXY", "GOINSECURE", "GOVCS", "GOAUTH"),
    *("NETRC", "SSH_AUTH_SOCK", "UV"),
)
_INSTALLING = ("GIT_", "UV_", "PIP_")
TOOLCHAIN = Child("Go, and the installer of Go, where the engine is built", _BUILDING, _INSTALLING)
LAB = Child("the lab, which may build its cluster", _BUILDING, _INSTALLING)
PLUGINS: Mapping[str, Child] = {"cloudflare": CLOUDFLARE_PLUGIN, "gandi": GANDI_PLUGIN}


def needed(child: Child, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of the environment that a program of this kind gets."""
    return {name: value for name, value in environment.items() if child.gets(name)}
