"""The gRPC service that the engine calls: `pulumirpc.ResourceProvider`, for any package."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Generic, NoReturn

import grpc  # type: ignore[import-untyped] # ships no types
from google.protobuf import empty_pb2  # type: ignore[import-untyped] # ships no types
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2

from lab.plugin.diff import Kind, detailed_diff
from lab.plugin.engine_log import EngineLog
from lab.plugin.package import ApiT, OperationFailed, Package, PartlyDone, Resource
from lab.plugin.properties import Properties, Value, from_struct, to_struct
from lab.plugin.schema import schema


class Provider(provider_pb2_grpc.ResourceProviderServicer, Generic[ApiT]):
    """The provider. Methods of the protocol that it lacks answer "unimplemented".

    It takes no secrets from the engine: then the engine itself keeps secret what was secret, by the names.
    """

    def __init__(self, package: Package[ApiT], log: EngineLog) -> None:
        self._package = package
        self._log = log
        self._api: ApiT | None = None
        self._inputs: Properties = {}
        self._configuring = threading.Lock()
        """Several engines that are attached configure it each, and all alike: the connections stay."""

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
        return plugin_pb2.PluginInfo(version=self._package.version)

    def GetSchema(  # noqa: N802
        self, request: provider_pb2.GetSchemaRequest, context: grpc.ServicerContext
    ) -> provider_pb2.GetSchemaResponse:
        del request, context
        return provider_pb2.GetSchemaResponse(schema=json.dumps(schema(self._package)))

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: N802
        del request, context
        return empty_pb2.Empty()

    def CheckConfig(  # noqa: N802
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        del context
        is_default = _name(request.urn).startswith("default_")
        faults = () if is_default else self._package.faults(from_struct(request.news), os.environ)
        failures = [provider_pb2.CheckFailure(reason=reason) for reason in faults]
        return provider_pb2.CheckResponse(inputs=request.news, failures=failures)

    def DiffConfig(  # noqa: N802
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        del context
        return _diff_response(detailed_diff(from_struct(request.old_inputs), from_struct(request.news), ()))

    def Configure(  # noqa: N802
        self, request: provider_pb2.ConfigureRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        with self._configuring:
            inputs = from_struct(request.args)
            if self._api is None or inputs != self._inputs:
                self.close()
                try:
                    self._api = self._package.connect(inputs, os.environ)
                except OperationFailed as failed:
                    _abort(context, grpc.StatusCode.INVALID_ARGUMENT, str(failed))
                self._inputs = inputs
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    def Check(  # noqa: N802
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        resource = self._resource(request.urn, context)
        checked = resource.check(_name(request.urn), from_struct(request.olds), from_struct(request.news))
        return provider_pb2.CheckResponse(
            inputs=to_struct(checked.inputs),
            failures=[provider_pb2.CheckFailure(reason=reason) for reason in checked.failures],
        )

    def Diff(  # noqa: N802
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        resource = self._resource(request.urn, context)
        prior = from_struct(request.olds)
        inputs = _with_ignored(prior, from_struct(request.news), request.ignoreChanges)
        return _diff_response(
            resource.differences(prior, resource.plan(prior, inputs)),
            delete_before_replace=resource.deletes_before_replacing,
            is_detailed=resource.details_differences,
        )

    def Create(  # noqa: N802
        self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CreateResponse:
        resource = self._resource(request.urn, context)
        planned = resource.plan(None, from_struct(request.properties))
        if request.preview:
            return provider_pb2.CreateResponse(properties=to_struct(planned))
        with self._reported("creating", request.urn, context) as api:
            state = resource.create(api, planned)
        return provider_pb2.CreateResponse(id=str(state["id"]), properties=to_struct(resource.written(state)))

    def Read(  # noqa: N802
        self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ReadResponse:
        resource = self._resource(request.urn, context)
        prior = from_struct(request.properties)
        refresh = bool(prior)
        with self._reported("refreshing", request.urn, context) as api:
            state = resource.read(api, prior) if refresh else resource.find(api, request.id)
        if state is None:
            if self._package.gone:
                self._log.warning(request.urn, self._package.gone)
            return provider_pb2.ReadResponse()
        inputs = (
            resource.inputs_after_refresh(from_struct(request.inputs), state)
            if refresh
            else resource.inputs_after_import(state)
        )
        properties = to_struct(resource.written(state))
        return provider_pb2.ReadResponse(id=str(state["id"]), properties=properties, inputs=to_struct(inputs))

    def Update(  # noqa: N802
        self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.UpdateResponse:
        resource = self._resource(request.urn, context)
        prior = from_struct(request.olds)
        planned = resource.plan(prior, _with_ignored(prior, from_struct(request.news), request.ignoreChanges))
        if request.preview:
            return provider_pb2.UpdateResponse(properties=to_struct(planned))
        with self._reported("updating", request.urn, context) as api:
            state = resource.update(api, prior, planned)
        return provider_pb2.UpdateResponse(properties=to_struct(resource.written(state)))

    def Delete(  # noqa: N802
        self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext
    ) -> empty_pb2.Empty:
        resource = self._resource(request.urn, context)
        with self._reported("deleting", request.urn, context) as api:
            resource.delete(api, from_struct(request.properties))
        return empty_pb2.Empty()

    def close(self) -> None:
        """Close the connections to the API."""
        if self._api is not None:
            self._api.close()

    @contextmanager
    def _reported(self, operation: str, urn: str, context: grpc.ServicerContext) -> Iterator[ApiT]:
        """Fail the call with what failed, logged at its resource first where the bridge does so: it shows up twice."""
        if self._api is None:
            _abort(context, grpc.StatusCode.FAILED_PRECONDITION, "the provider is not configured")
        try:
            yield self._api
        except PartlyDone as partly:
            _abort_partly_done(context, partly, partly.failed.text(operation, urn))
        except OperationFailed as failed:
            if failed.logged:
                self._log.error(urn, failed.logged)
            _abort(context, grpc.StatusCode.UNKNOWN, failed.text(operation, urn))

    def _resource(self, urn: str, context: grpc.ServicerContext) -> Resource[ApiT]:
        token = urn.split("::")[2].rsplit("$", maxsplit=1)[-1]
        if token not in self._package.resources:
            _abort(context, grpc.StatusCode.NOT_FOUND, f"the stand-in plugin has no resource {token}")
        return self._package.resources[token]


def _name(urn: str) -> str:
    return urn.split("::", 3)[3]


def _abort(context: grpc.ServicerContext, code: grpc.StatusCode, message: str) -> NoReturn:
    context.abort(code, message)
    raise AssertionError("abort raises")


def _abort_partly_done(context: grpc.ServicerContext, partly: PartlyDone, reason: str) -> NoReturn:
    """Fail with the state that there is, as the protocol wants it: in the details of the status."""
    detail = provider_pb2.ErrorResourceInitFailed(
        id=str(partly.state["id"]), properties=to_struct(partly.state), reasons=[reason]
    )
    status = status_pb2.Status(code=grpc.StatusCode.INTERNAL.value[0], message=reason)
    status.details.add().Pack(detail)
    context.set_trailing_metadata([("grpc-status-details-bin", status.SerializeToString())])
    _abort(context, grpc.StatusCode.INTERNAL, reason)


def _with_ignored(prior: Properties, inputs: Properties, ignored: Iterable[str]) -> Mapping[str, Value]:
    """Put the values in state at the names to be ignored (whole properties; inner paths count as these)."""
    names = {path.partition(".")[0].partition("[")[0] for path in ignored}
    return inputs | {name: prior.get(name) for name in names}


def _diff_response(
    differences: Mapping[str, Kind], *, delete_before_replace: bool = False, is_detailed: bool = True
) -> provider_pb2.DiffResponse:
    """Write a diff. The bridge deletes before it replaces only where a difference replaces.

    So what a failed replacement has left, and is as it was before, is made anew before "the old one" is deleted.
    """

    def top_level(paths: Iterable[str]) -> list[str]:
        return sorted({path.partition(".")[0].partition("[")[0] for path in paths})

    replaces = top_level(path for path, kind in differences.items() if kind.replaces)
    return provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME if differences else provider_pb2.DiffResponse.DIFF_NONE,
        replaces=replaces,
        diffs=top_level(differences),
        detailedDiff={
            path: provider_pb2.PropertyDiff(kind=provider_pb2.PropertyDiff.Kind.Value(kind.value))
            for path, kind in (differences.items() if is_detailed else ())
        },
        hasDetailedDiff=is_detailed,
        deleteBeforeReplace=delete_before_replace and bool(replaces),
    )
