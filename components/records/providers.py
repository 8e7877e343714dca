"""The DNS providers and their abilities. A further one is registered here; see CONTRIBUTING.md."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Provider:
    """A DNS provider and its abilities.

    type_token: the Pulumi resource of a record. component: the module beside this one that declares it. package:
    Pulumi's package, and so its plugin. version: its release, of the plugin as of the SDKs; "" for our own plugin,
    which comes with us. server: where the plugin is downloaded from, None for Pulumi's own. token_variable: the
    variable of the plugin's token. lists_zones: whether a token sees its zones without knowing their names. whole_sets:
    whether a resource holds all values of a name and type, not one. whole_zones: whether a zone is written as one, so
    that one stack has all of it.
    comments, proxies: whether it has these. apex_alias: the type of an alias of the zone itself; one that it lacks
    where there is none. lacks: the types of records that it does not serve.
    automatic_ttl: the stored value of TTL 1, "automatic"; TTLs are seconds; ttls: the possible ones in words.
    """

    name: str
    title: str
    type_token: str
    component: str
    package: str
    version: str
    server: str | None
    token_variable: str
    lists_zones: bool
    whole_sets: bool
    whole_zones: bool
    comments: bool
    proxies: bool
    apex_alias: str
    lacks: frozenset[str]
    shortest_ttl: int
    longest_ttl: int
    automatic_ttl: int
    ttls: str


_NAME_SERVER = Provider(
    name="rfc2136",
    title="the name server",
    type_token="truenorth:dns:RecordSet",  # noqa: S106 - a type token, no secret
    component="protocols.rfc2136",
    package="truenorth",
    version="",
    server=None,
    token_variable="RFC2136_TSIG_SECRET",  # noqa: S106 - likewise
    lists_zones=False,
    whole_sets=True,
    whole_zones=False,
    comments=False,
    proxies=False,
    apex_alias="ALIAS",
    lacks=frozenset({"ALIAS"}),
    shortest_ttl=30,
    longest_ttl=2_592_000,
    automatic_ttl=300,
    ttls="30 to 2592000",
)
PROVIDERS = {
    provider.name: provider
    for provider in (
        Provider(
            name="cloudflare",
            title="Cloudflare",
            type_token="cloudflare:index/dnsRecord:DnsRecord",  # noqa: S106 - a type token, no secret
            component="cloudflare",
            package="cloudflare",
            version="6.23.1",
            server=None,
            token_variable="CLOUDFLARE_API_TOKEN",  # noqa: S106 - a variable's name, no secret
            lists_zones=True,
            whole_sets=False,
            whole_zones=False,
            comments=True,
            proxies=True,
            apex_alias="CNAME",
            lacks=frozenset(),
            shortest_ttl=30,
            longest_ttl=86_400,
            automatic_ttl=1,
            ttls="60 to 86400 (from 30 on Enterprise zones)",
        ),
        Provider(
            name="gandi",
            title="Gandi",
            type_token="gandi:livedns/record:Record",  # noqa: S106 - likewise
            component="gandi",
            package="gandi",
            version="2.3.2",
            server="github://api.github.com/pulumiverse",
            token_variable="GANDI_PERSONAL_ACCESS_TOKEN",  # noqa: S106 - likewise
            lists_zones=True,
            whole_sets=True,
            whole_zones=False,
            comments=False,
            proxies=False,
            apex_alias="ALIAS",
            lacks=frozenset({"URI"}),
            shortest_ttl=300,
            longest_ttl=2_592_000,
            automatic_ttl=300,
            ttls="300 to 2592000",
        ),
        _NAME_SERVER,
        replace(
            _NAME_SERVER,
            name="webhook",
            title="the webhook",
            component="protocols.webhook",
            token_variable="DNS_WEBHOOK_TOKEN",  # noqa: S106 - likewise
            automatic_ttl=0,
        ),
        replace(
            _NAME_SERVER,
            name="coredns",
            title="CoreDNS",
            type_token="truenorth:coredns:Record",  # noqa: S106 - likewise
            component="protocols.coredns",
            package="kubernetes",
            version="4.34.2",
            token_variable="",
            whole_zones=True,
        ),
    )
}
RECORD_TYPE_TOKENS = frozenset(provider.type_token for provider in PROVIDERS.values())
_BY_TYPE_TOKEN = {
    token: {one.name: one for one in PROVIDERS.values() if one.type_token == token} for token in RECORD_TYPE_TOKENS
}


def of_resource(type_token: str, signer: str) -> Provider | None:
    """Return the provider of a resource in state; None where it is no record.

    signer: state's reference to its provider resource (`URN::ID`), whose name begins with ours where several
    providers are of one plugin.
    """
    several = _BY_TYPE_TOKEN.get(type_token)
    if several is None:
        return None
    name = signer.partition(f"pulumi:providers:{type_token.partition(':')[0]}::")[2].partition("/")[0]
    return several.get(name) or next(iter(several.values()))
