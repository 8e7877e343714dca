"""What Cloudflare's API answers when it refuses: status, code and message, in the envelope of every answer.

Codes and messages are those that the API was seen to give (public logs and issues of its clients, up to 2026). Since
late 2024 the DNS API lists what is wrong with a record at the top level of `errors`, no longer in an `error_chain`
under 1004 "DNS Validation Error"; the chain remains for malformed headers (6003).
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus


@dataclass(frozen=True, slots=True)
class Problem:
    """One entry of `errors`."""

    code: int
    message: str
    chain: tuple[Problem, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Write the entry as the API does; `error_chain` only where there is one."""
        entry: dict[str, object] = {"code": self.code, "message": self.message}
        if self.chain:
            entry["error_chain"] = [problem.as_json() for problem in self.chain]
        return entry


class ApiError(Exception):
    """A refusal, raised by whatever finds it and turned into the answer at the gateway."""

    def __init__(self, status: int, *problems: Problem) -> None:
        super().__init__("; ".join(f"{problem.code}: {problem.message}" for problem in problems))
        self.status = status
        self.problems = problems


def refusal(status: int, code: int, message: str) -> ApiError:
    """Refuse for one reason."""
    return ApiError(status, Problem(code, message))


# Who asks, and for what.


def missing_credentials() -> ApiError:
    return refusal(HTTPStatus.BAD_REQUEST, 9106, "Missing X-Auth-Key, X-Auth-Email or Authorization headers")


def malformed_token() -> ApiError:
    chain = (Problem(6111, "Invalid format for Authorization header"),)
    return ApiError(HTTPStatus.BAD_REQUEST, Problem(6003, "Invalid request headers", chain))


def malformed_key() -> ApiError:
    chain = (Problem(6103, "Invalid format for X-Auth-Key header"),)
    return ApiError(HTTPStatus.BAD_REQUEST, Problem(6003, "Invalid request headers", chain))


def unknown_key() -> ApiError:
    return refusal(HTTPStatus.FORBIDDEN, 9103, "Unknown X-Auth-Key or X-Auth-Email")


def invalid_access_token() -> ApiError:
    return refusal(HTTPStatus.FORBIDDEN, 9109, "Invalid access token")


def invalid_api_token() -> ApiError:
    return refusal(HTTPStatus.UNAUTHORIZED, 1000, "Invalid API Token")


def verify_needs_token() -> ApiError:
    return refusal(HTTPStatus.BAD_REQUEST, 1001, 'Missing "Authorization" header')


def authentication_error(status: int = HTTPStatus.FORBIDDEN) -> ApiError:
    """Refuse: 401 for an unknown token under /accounts, 403 for one that lacks the permission."""
    return refusal(status, 10000, "Authentication error")


def unauthorized_resource() -> ApiError:
    return refusal(HTTPStatus.FORBIDDEN, 9109, "Unauthorized to access requested resource")


# The request itself.


def no_route(path: str) -> ApiError:
    message = f"Could not route to {path}, perhaps your object identifier is invalid?"
    return refusal(HTTPStatus.NOT_FOUND, 7003, message)


def no_method(method: str) -> ApiError:
    return refusal(HTTPStatus.METHOD_NOT_ALLOWED, 7001, f"Method {method} not available for that URI.")


def malformed_json() -> ApiError:
    return refusal(HTTPStatus.BAD_REQUEST, 6007, "Malformed JSON in request body")


def invalid_body() -> ApiError:
    return refusal(HTTPStatus.BAD_REQUEST, 9207, "Request body is invalid.")


def wrong_content_type() -> ApiError:
    return refusal(HTTPStatus.BAD_REQUEST, 9207, "Content-type must be application/json.")


def invalid_parameter(name: str) -> ApiError:
    """Match the status: the code is not documented."""
    return refusal(HTTPStatus.BAD_REQUEST, 9206, f"Invalid value for query parameter {name}.")


def throttled() -> ApiError:
    """Refuse with a code, 971, that lies below the 1000 that the published schema gives as the least code."""
    return refusal(HTTPStatus.TOO_MANY_REQUESTS, 971, "Please wait and consider throttling your request speed")


def internal_error() -> ApiError:
    """Match the status: the code is not documented."""
    return refusal(HTTPStatus.INTERNAL_SERVER_ERROR, 10001, "Internal server error")


# Records.


def record_not_found() -> ApiError:
    return refusal(HTTPStatus.NOT_FOUND, 81044, "Record does not exist.")


def record_quota_exceeded() -> ApiError:
    return refusal(HTTPStatus.BAD_REQUEST, 81045, "Record quota exceeded.")


def address_or_alias_exists() -> ApiError:
    return refusal(HTTPStatus.BAD_REQUEST, 81053, "An A, AAAA, or CNAME record with that host already exists.")


def alias_exists() -> ApiError:
    return refusal(HTTPStatus.BAD_REQUEST, 81054, "A CNAME record with that host already exists.")


def name_servers_exist() -> ApiError:
    """Refuse an address or alias at a delegated name.

    https://developers.cloudflare.com/dns/manage-dns-records/troubleshooting/existing-ns-record/,
    https://github.com/acme-dns/acme-dns/issues/258
    """
    return refusal(HTTPStatus.BAD_REQUEST, 81056, "NS records with that host already exist.")


def beneath_a_delegation() -> ApiError:
    """Refuse what is no glue below a delegated name.

    https://github.com/kubernetes-sigs/external-dns/issues/2427, https://github.com/certbot/certbot/issues/8726
    """
    message = "Cannot create a non-glue record that is beneath a delegated child zone."
    return refusal(HTTPStatus.BAD_REQUEST, 89018, message)


def read_only_record() -> ApiError:
    """Refuse a change of a record that one of Cloudflare's services keeps; code and words as clients log them."""
    return refusal(HTTPStatus.BAD_REQUEST, 1043, "DNS record is read only")


def identical_record_exists() -> ApiError:
    """Refuse with 81058, which the API gives today; 81057 is its older sister."""
    return refusal(HTTPStatus.BAD_REQUEST, 81058, "An identical record already exists.")


def combined_content_too_long() -> ApiError:
    message = "Combined content length of records with this name and type exceeds the maximum."
    return refusal(HTTPStatus.BAD_REQUEST, 83011, message)


def too_many_operations(limit: int) -> ApiError:
    """Match the status: the code is not documented."""
    return refusal(HTTPStatus.BAD_REQUEST, 9208, f"Batch exceeds the limit of {limit} operations.")


# Load balancing: every refusal of a body is 1002, whatever is wrong with it; the message tells.


def load_balancing_object_not_found() -> ApiError:
    """Match status and code: the message is not documented."""
    return refusal(HTTPStatus.NOT_FOUND, 1001, "object not found")


def failed_validation(problem: str) -> ApiError:
    """Match status and code: few of the messages are documented."""
    return refusal(HTTPStatus.BAD_REQUEST, 1002, f"{problem}: validation failed")


def load_balancing_quota_exceeded(kind: str, limit: int) -> ApiError:
    """Match the status: neither code nor message is documented."""
    return failed_validation(f"{kind} quota of {limit} exceeded")


def value_not_unique() -> ApiError:
    return refusal(HTTPStatus.BAD_REQUEST, 1003, "value not unique")


def still_referenced() -> ApiError:
    message = "This object is referenced by other objects, delete them first."
    return refusal(HTTPStatus.PRECONDITION_FAILED, 1005, message)


# Lists: codes and messages are not documented, the statuses are those of the published schema and of its clients' logs.


def list_not_found() -> ApiError:
    return refusal(HTTPStatus.NOT_FOUND, 10001, "could not find list")


def item_not_found(item_id: str = "") -> ApiError:
    return refusal(HTTPStatus.NOT_FOUND, 10001, f"could not find list item {item_id}".rstrip())


def invalid_list(field: str) -> ApiError:
    return refusal(HTTPStatus.BAD_REQUEST, 10004, f"invalid {field} of a list")


def list_exists(name: str) -> ApiError:
    return refusal(HTTPStatus.BAD_REQUEST, 10013, f"a list with the name {name} already exists")


def list_is_referenced() -> ApiError:
    return refusal(HTTPStatus.BAD_REQUEST, 10012, "the list is referenced by rules and cannot be deleted")


def list_quota_exceeded(most: int) -> ApiError:
    return refusal(HTTPStatus.BAD_REQUEST, 10011, f"exceeded the maximum number of lists: {most}")


def item_quota_exceeded(most: int) -> ApiError:
    return refusal(HTTPStatus.BAD_REQUEST, 10011, f"exceeded the maximum number of list items: {most}")


def invalid_item(text: str) -> ApiError:
    return refusal(HTTPStatus.BAD_REQUEST, 10009, f"invalid list item: {text}")


def operation_pending() -> ApiError:
    """Refuse a second operation: https://developers.cloudflare.com/waf/tools/lists/lists-api/#rate-limiting."""
    return refusal(HTTPStatus.TOO_MANY_REQUESTS, 10040, "a bulk operation of this account is still pending")
