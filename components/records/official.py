"""Resources of a provider's official Pulumi package, registered by their type tokens without its SDK.

State, plan and default provider are the same with both, and the SDK need not be installed. One takes seconds to import
(pulumi-cloudflare 4.5 s and 118 MB), and its classes make an output of each property that a resource may have; these
have only their inputs.

They are functions, not classes: of a class the SDK notes where in the program it was made, some 20 lines of paths of
this machine in the state of every resource, three quarters of all state.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pulumi

from components.records import zone_file_names
from components.records.providers import Provider
from components.records.record import Record


def resource(
    provider: Provider, name: str, inputs: Mapping[str, object], opts: pulumi.ResourceOptions, type_token: str = ""
) -> pulumi.CustomResource:
    """Declare a resource of a provider's package. type_token: "" for a record.

    inputs: by the names of the package's schema; None values are left out.
    """
    given = {key: value for key, value in inputs.items() if value is not None}
    return pulumi.CustomResource(type_token or provider.type_token, name, given, _options(provider, opts))


def explicit(
    provider: Provider,
    name: str,
    environment: Mapping[str, str],
    secrets: Sequence[str],
    inputs: Mapping[str, str] | None = None,
) -> pulumi.ProviderResource:
    """Declare a provider with settings from other environment variables: those by the plugin's own.

    secrets: the settings that the package's schema declares secret. inputs: settings that are none.
    """
    opts = pulumi.ResourceOptions(env_var_mappings=dict(environment), additional_secret_outputs=list(secrets))
    return pulumi.ProviderResource(provider.package, name, dict(inputs or {}), _options(provider, opts))


def declaring_sets(provider: Provider, values: Callable[[Record], Sequence[str]]) -> Callable[..., pulumi.Resource]:
    """Return the function that declares records of a provider whose resources hold all values of a name and type.

    values: returns the values of a record.
    """

    def declare(
        logical_name: str,
        record: Record,
        zone_id: str,
        opts: pulumi.ResourceOptions,
        content: pulumi.Output[str] | None = None,
    ) -> pulumi.Resource:
        """Declare a record set under its logical name. zone_id: the domain.

        content: in place of the record's own where only the run tells it.
        """

        def of(text: str) -> Sequence[str]:
            return values(replace(record, content=text, spelling=""))

        inputs = {
            "zone": zone_id,
            "name": zone_file_names.relative(record.name, zone_id),
            "type": record.type,
            "ttl": record.ttl,
            "values": values(record) if content is None else content.apply(of),
        }
        return resource(provider, logical_name, inputs, opts)

    return declare


def import_id(record_id: str, _zone_id: str) -> str:
    """Return the value of `import_` for a record set with this id."""
    return record_id


def _options(provider: Provider, opts: pulumi.ResourceOptions) -> pulumi.ResourceOptions:
    """Return the options with the version and server of the plugin, as the SDK's own classes add them."""
    own = pulumi.ResourceOptions(version=provider.version or None, plugin_download_url=provider.server)
    merged: pulumi.ResourceOptions = pulumi.ResourceOptions.merge(own, opts)
    return merged
