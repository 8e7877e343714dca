"""The command lines of a control plane's programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lab.kube.certificates import Certificates
from lab.kube.ports import HOST


@dataclass(frozen=True, slots=True)
class Site:
    """Where one control plane is: its programs, its files, its ports."""

    programs: Mapping[str, Path]
    folder: Path
    certificates: Certificates
    tokens: Path
    """Tokens of users that are no service accounts (TOKEN,USER,UID,"GROUPS")."""
    etcd_port: int
    api_port: int

    @property
    def etcd_url(self) -> str:
        return f"http://{HOST}:{self.etcd_port}"

    @property
    def server(self) -> str:
        """Base URL of the API."""
        return f"https://{HOST}:{self.api_port}"

    @property
    def etcd_data(self) -> Path:
        return self.folder / "etcd"


def etcd(site: Site) -> list[str]:
    """A single member that does not wait for the disk: the lab does not survive a power cut."""
    return [
        str(site.programs["etcd"]),
        f"--data-dir={site.etcd_data}",
        f"--listen-client-urls={site.etcd_url}",
        f"--advertise-client-urls={site.etcd_url}",
        f"--listen-peer-urls=http://{HOST}:0",
        "--socket-reuse-port",
        "--unsafe-no-fsync",
    ]


def api_server(site: Site) -> list[str]:
    """The real API server with RBAC. Pods need no service account, for which there may be no controller."""
    certificates = site.certificates
    return [
        str(site.programs["kube-apiserver"]),
        f"--etcd-servers={site.etcd_url}",
        f"--bind-address={HOST}",
        f"--advertise-address={HOST}",
        f"--secure-port={site.api_port}",
        "--permit-port-sharing",
        "--endpoint-reconciler-type=none",  # loopback is not allowed as the endpoint of the Service `kubernetes`
        f"--tls-cert-file={certificates.server}",
        f"--tls-private-key-file={certificates.server_key}",
        f"--cert-dir={site.folder}",
        f"--service-account-issuer={site.server}",
        f"--service-account-key-file={certificates.signing_key}",
        f"--service-account-signing-key-file={certificates.signing_key}",
        "--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112",  # a /24 is full after 254 Services
        "--authorization-mode=RBAC",
        f"--token-auth-file={site.tokens}",
        "--disable-admission-plugins=ServiceAccount",
        "--shutdown-watch-termination-grace-period=1s",  # else a watch over HTTP/1.1 holds up the end for a minute
    ]


def controller_manager(site: Site, kubeconfig: Path) -> list[str]:
    """All controllers; it serves nothing itself."""
    return [
        str(site.programs["kube-controller-manager"]),
        *_joined(kubeconfig),
        f"--service-account-private-key-file={site.certificates.signing_key}",
        f"--root-ca-file={site.certificates.authority}",
        "--use-service-account-credentials=false",
    ]


def scheduler(site: Site, kubeconfig: Path) -> list[str]:
    """Puts Pods on the node; it serves nothing itself."""
    return [str(site.programs["kube-scheduler"]), *_joined(kubeconfig)]


def kwok(site: Site, kubeconfig: Path) -> list[str]:
    """Plays the kubelets: nodes are Ready, Pods are Running."""
    return [
        str(site.programs["kwok"]),
        f"--kubeconfig={kubeconfig}",
        "--manage-all-nodes=true",
        "--node-lease-duration-seconds=40",  # else the node is taken for dead after 50 s, and its Pods for not ready
        f"--node-ip={HOST}",
    ]


def _joined(kubeconfig: Path) -> list[str]:
    return [
        f"--kubeconfig={kubeconfig}",
        f"--authentication-kubeconfig={kubeconfig}",
        f"--authorization-kubeconfig={kubeconfig}",
        "--leader-elect=false",
        "--secure-port=0",
    ]
