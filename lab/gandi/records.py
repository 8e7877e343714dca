"""`/domains/{fqdn}/records`: record sets of a whole zone, of a name, and single ones.

https://api.gandi.net/docs/livedns/
"""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from lab.api.http import Answer
from lab.gandi.calls import Call, success
from lab.gandi.errors import malformed, record_exists, record_not_found
from lab.gandi.model import Key, RecordSet
from lab.gandi.validation import check_neighbours, record_set

_CREATED = {"message": "DNS Record Created"}


def list_records(call: Call) -> Answer:
    """`GET /domains/{fqdn}/records`: in pages, or as a zone file where the client accepts `text/plain`."""
    zone = call.zone
    records = call.gandi.records(zone)
    if call.wants_text:
        return Answer(HTTPStatus.OK, _zone_file(records), "text/plain")
    return call.page([one.as_json(call.base, zone) for one in records])


def list_records_of_name(call: Call) -> Answer:
    """`GET /domains/{fqdn}/records/{name}`."""
    zone = call.zone
    name = _name(call)
    found = [one for one in call.gandi.records(zone) if one.name == name]
    if call.wants_text:
        return Answer(HTTPStatus.OK, _zone_file(found), "text/plain")
    return call.page([one.as_json(call.base, zone) for one in found])


def get_record(call: Call) -> Answer:
    """`GET /domains/{fqdn}/records/{name}/{type}`."""
    found = _find(call)
    if call.wants_text:
        return Answer(HTTPStatus.OK, _zone_file([found]), "text/plain")
    return success(found.as_json(call.base, call.zone))


def post_record(call: Call) -> Answer:
    """`POST` to a zone, a name, or a name and type: 201, 200 where it is there just so, 409 where it is another."""
    made = record_set(call.object_body(), call.parameters.get("name"), call.parameters.get("type"))
    held = call.records.get(made.key)
    if held is None:
        call.gandi.store(call.zone, made)
        return success(_CREATED, HTTPStatus.CREATED)
    if held.same_as(made):
        return success({"message": "This record already exists, with the same values"})
    raise record_exists()


def put_record(call: Call) -> Answer:
    """`PUT /domains/{fqdn}/records/{name}/{type}`: overwrites the record set, and creates one that is not there."""
    zone = call.zone
    call.gandi.store(zone, record_set(call.object_body(), call.parameters["name"], call.parameters["type"]))
    return success(_CREATED, HTTPStatus.CREATED)


def put_records_of_name(call: Call) -> Answer:
    """`PUT /domains/{fqdn}/records/{name}`: all record sets of a name, from `items`."""
    name = _name(call)
    made = _checked([record_set(item, name) for item in call.items()])
    kept = [one for one in call.records.values() if one.name != name]
    call.gandi.zones[call.zone] = {one.key: one for one in (*kept, *made)}
    return success(_CREATED, HTTPStatus.CREATED)


def put_records(call: Call) -> Answer:
    """`PUT /domains/{fqdn}/records`: all record sets of the zone, from `items`."""
    zone = call.zone
    made = _checked([record_set(item) for item in call.items()])
    call.gandi.zones[zone] = {one.key: one for one in made}
    return success(_CREATED, HTTPStatus.CREATED)


def delete_record(call: Call) -> Answer:
    """`DELETE /domains/{fqdn}/records/{name}/{type}`."""
    del call.records[_find(call).key]
    return Answer(HTTPStatus.NO_CONTENT)


def delete_records_of_name(call: Call) -> Answer:
    """`DELETE /domains/{fqdn}/records/{name}`."""
    name = _name(call)
    doomed = [key for key in call.records if key[0] == name]
    if not doomed:
        raise record_not_found(name, "*")
    for key in doomed:
        del call.records[key]
    return Answer(HTTPStatus.NO_CONTENT)


def delete_records(call: Call) -> Answer:
    """`DELETE /domains/{fqdn}/records`."""
    call.records.clear()
    return Answer(HTTPStatus.NO_CONTENT)


def _name(call: Call) -> str:
    return call.parameters["name"].lower()


def _find(call: Call) -> RecordSet:
    name, record_type = _name(call), call.parameters["type"].upper()
    found = call.records.get((name, record_type))
    if found is None:
        raise record_not_found(name, record_type)
    return found


def _checked(made: Sequence[RecordSet]) -> Sequence[RecordSet]:
    keys: set[Key] = {one.key for one in made}
    if len(keys) < len(made):
        raise malformed("A name and type is given twice")
    for name in {one.name for one in made}:
        check_neighbours([one for one in made if one.name == name])
    return made


def _zone_file(records: Sequence[RecordSet]) -> bytes:
    lines = [f"{one.name} {one.ttl} IN {one.type} {value}\n" for one in records for value in one.values]
    return "".join(lines).encode()
