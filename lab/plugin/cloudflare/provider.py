"""The gRPC service that the engine calls: `pulumirpc.ResourceProvider`."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from importlib import metadata
from typing import TYPE_CHECKING, NoReturn

import grpc  # type: ignore[import-untyped] # ships no types
from google.protobuf import empty_pb2  # type: ignore[import-untyped] # ships no types
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from lab.plugin.cloudflare.api import Api, Diagnostic
from lab.plugin.cloudflare.attributes import inputs_after_import, inputs_after_refresh, replacing
from lab.plugin.cloudflare.configuration import configuration
from lab.plugin.cloudflare.diff import Kind, detailed_diff
from lab.plugin.cloudflare.properties import from_struct, to_struct
from lab.plugin.cloudflare.resources import RESOURCES
from lab.plugin.cloudflare.schema import schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from lab.plugin.cloudflare.engine_log import EngineLog
    from lab.plugin.cloudflare.properties import Properties, Value
    from lab.plugin.cloudflare.resources import Resource

RECORDED_VERSION = "6.17.0"  # of the real plugin whose behaviour was recorded
_GONE = "[WARNING] The resource was not found on the server and will be removed from state.: Resource not found"


def version() -> str:
    """Return the version to report: that of the installed SDK, as the engine warns of a plugin older than that."""
    try:
        return metadata.version("pulumi-cloudflare")
    except metadata.PackageNotFoundError:
        return RECORDED_VERSION


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """The provider. Methods of the protocol that it lacks answer "unimplemented".

    It takes no secrets from the engine: then the engine itself keeps secret what was secret, by the names.
    """

    def __init__(self, log: EngineLog) -> None:
        self._log = log
        self._api: Api | None = None

    def Handshake(  # noqa: N802 - the protocol's name
        self, request: provider_pb2.ProviderHandshakeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ProviderHandshakeResponse:
        del context
        self._log.connect(request.engine_address)
        return provider_pb2.ProviderHandshakeResponse(accept_resources=False, accept_outputs=False)

    def Attach(self, request: plugin_pb2.PluginAttach, context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: N802
        del context
        self._log.connect(request.address)
        return empty_pb2.Empty()

    def GetPluginInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:  # noqa: N802
        del request, context
        return plugin_pb2.PluginInfo(version=version())

    def GetSchema(  # noqa: N802
        self, request: provider_pb2.GetSchemaRequest, context: grpc.ServicerContext
    ) -> provider_pb2.GetSchemaResponse:
        del request, context
        return provider_pb2.GetSchemaResponse(schema=json.dumps(schema(version(), RESOURCES.values())))

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: N802
        del request, context
        return empty_pb2.Empty()

    def CheckConfig(  # noqa: N802
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        del context
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(  # noqa: N802
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        del context
        return _diff_response(detailed_diff(from_struct(request.old_inputs), from_struct(request.news), ()))

    def Configure(  # noqa: N802
        self, request: provider_pb2.ConfigureRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        del context
        settings = configuration(from_struct(request.args), os.environ)
        self.close()
        self._api = Api(settings.base_url, settings.credentials)
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    def Check(  # noqa: N802
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        resource = _resource(request.urn, context)
        failures = resource.check(_name(request.urn), from_struct(request.news))
        return provider_pb2.CheckResponse(
            inputs=request.news, failures=[provider_pb2.CheckFailure(reason=reason) for reason in failures]
        )

    def Diff(  # noqa: N802
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        resource = _resource(request.urn, context)
        prior = from_struct(request.olds)
        inputs = _with_ignored(prior, from_struct(request.news), request.ignoreChanges)
        return _diff_response(detailed_diff(prior, resource.plan(prior, inputs), replacing(resource.table)))

    def Create(  # noqa: N802
        self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CreateResponse:
        resource = _resource(request.urn, context)
        planned = resource.plan(None, from_struct(request.properties))
        if request.preview:
            return provider_pb2.CreateResponse(properties=to_struct(planned))
        with self._reported(request.urn, context) as api:
            state = resource.create(api, planned)
        return provider_pb2.CreateResponse(id=str(state["id"]), properties=to_struct(state))

    def Read(  # noqa: N802
        self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ReadResponse:
        resource = _resource(request.urn, context)
        prior = from_struct(request.properties)
        refresh = bool(prior)
        with self._reported(request.urn, context) as api:
            # An import finds the thing first and then reads it, as the bridge does: two requests.
            state = resource.read(api, prior if refresh else resource.find(api, request.id))
        if state is None:
            self._log.warning(request.urn, _GONE)
            return provider_pb2.ReadResponse()
        inputs = (
            inputs_after_refresh(from_struct(request.inputs), state)
            if refresh
            else inputs_after_import(resource.table, state)
        )
        return provider_pb2.ReadResponse(id=str(state["id"]), properties=to_struct(state), inputs=to_struct(inputs))

    def Update(  # noqa: N802
        self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.UpdateResponse:
        resource = _resource(request.urn, context)
        prior = from_struct(request.olds)
        planned = resource.plan(prior, _with_ignored(prior, from_struct(request.news), request.ignoreChanges))
        if request.preview:
            return provider_pb2.UpdateResponse(properties=to_struct(planned))
        with self._reported(request.urn, context) as api:
            state = resource.update(api, prior, planned)
        return provider_pb2.UpdateResponse(properties=to_struct(state))

    def Delete(  # noqa: N802
        self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext
    ) -> empty_pb2.Empty:
        resource = _resource(request.urn, context)
        with self._reported(request.urn, context) as api:
            resource.delete(api, from_struct(request.properties))
        return empty_pb2.Empty()

    def close(self) -> None:
        """Close the connections to the API."""
        if self._api is not None:
            self._api.close()

    @contextmanager
    def _reported(self, urn: str, context: grpc.ServicerContext) -> Iterator[Api]:
        """Log a diagnostic at its resource and fail the call with it, as the bridge does: it shows up twice."""
        if self._api is None:
            _abort(context, grpc.StatusCode.FAILED_PRECONDITION, "the provider is not configured")
        try:
            yield self._api
        except Diagnostic as diagnostic:
            self._log.error(urn, f"[ERROR] {diagnostic.detail}: {diagnostic.summary}")
            _abort(context, grpc.StatusCode.UNKNOWN, str(diagnostic))


def _resource(urn: str, context: grpc.ServicerContext) -> Resource:
    token = urn.split("::")[2].rsplit("$", maxsplit=1)[-1]
    if token not in RESOURCES:
        _abort(context, grpc.StatusCode.NOT_FOUND, f"the stand-in plugin has no resource {token}")
    return RESOURCES[token]


def _name(urn: str) -> str:
    return urn.split("::", 3)[3]


def _abort(context: grpc.ServicerContext, code: grpc.StatusCode, message: str) -> NoReturn:
    context.abort(code, message)
    raise AssertionError("abort raises")


def _with_ignored(prior: Properties, inputs: Properties, ignored: Iterable[str]) -> Mapping[str, Value]:
    """Put the values in state at the names to be ignored (whole properties; inner paths count as these)."""
    names = {path.partition(".")[0].partition("[")[0] for path in ignored}
    return inputs | {name: prior.get(name) for name in names}


def _diff_response(differences: Mapping[str, Kind]) -> provider_pb2.DiffResponse:
    def top_level(paths: Iterable[str]) -> list[str]:
        return sorted({path.partition(".")[0].partition("[")[0] for path in paths})

    return provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME if differences else provider_pb2.DiffResponse.DIFF_NONE,
        replaces=top_level(path for path, kind in differences.items() if kind.replaces),
        diffs=top_level(differences),
        detailedDiff={
            path: provider_pb2.PropertyDiff(kind=provider_pb2.PropertyDiff.Kind.Value(kind.value))
            for path, kind in differences.items()
        },
        hasDetailedDiff=True,
    )
