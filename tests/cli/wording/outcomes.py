"""Sample outcomes of `watch`, by name: the events that each publishes, in their order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cli.events import (
    Begun,
    Cached,
    Cause,
    Failure,
    Fatal,
    Leadership,
    Leaving,
    Mended,
    Reloaded,
    Role,
    Stopping,
    Unwritten,
)
from cli.reconcile.confirm import Confirmation
from cli.reconcile.events import Event
from cli.reconcile.result import Planned
from components.records.record import Record
from stacks.model.claims import Complaint, SourceSighting
from stacks.model.confirmation import Confirmed, Unconfirmed
from stacks.model.errors import Problem, Refused
from stacks.model.geo import Account, GeoPlan, GeoSight
from stacks.model.values import (
    Conflict,
    Deferred,
    Family,
    Frozen,
    Known,
    Slot,
    Unknown,
    UnreadZone,
)
from stacks.observe.wan.agreement.consensus import DISAGREEMENT
from stacks.plan.changes import Action, Change
from stacks.plan.geo.changes import GeoAction, GeoChange
from stacks.plan.safety.guard import word
from stacks.plan.safety.refusal import Refusal
from tests.cli.web.sample import (
    BALANCER,
    FORMER,
    HELD,
    IPV4,
    OWNER,
    POOLS,
    UNREACHABLE,
    ZONE,
    change,
    convergence,
    ingress,
    record_set,
    records,
    sighting,
    troubled,
)

BAD_TTL = Complaint(
    ingress("web"),
    "truenorth/ttl",
    "[soon]",
    "seconds, or auto",
    f"{ingress('web')}: truenorth/ttl is [soon], not seconds, or auto",
)
FOREIGN = Complaint(ingress("api"), "", "", "", f"{ingress('api')}: api.example.com is an older object's")
CHOICE = Complaint(
    ingress("web"),
    "",
    "",
    "",
    f"{ingress('web')}: what stands behind its name web.example.com does not agree: a name has one CNAME",
    is_choice=True,
)
WAITING = Complaint(
    ingress("web"),
    "",
    "",
    "",
    f"{ingress('web')}: Gateway net/edge does not take it now. What it has of it stays, and nothing new is made",
    waits=True,
)
NO_WAN = "the sources do not say what the WAN address is: none of 4 has answered"
MISSPELT = Complaint(
    ingress("web"),
    "truenorth/tll",
    "",
    "truenorth/ttl",
    f"{ingress('web')}: the annotation 'truenorth/tll' is not known, and is left out; is truenorth/ttl meant?",
    minor=True,
)
MEANINGLESS = Complaint(
    ingress("api"),
    "external-dns.alpha.kubernetes.io/aws-weight",
    "",
    "",
    f"{ingress('api')}: the annotation 'external-dns.alpha.kubernetes.io/aws-weight' has no meaning here, and is "
    "left out",
    minor=True,
)
FEW = records()[:4]
BY_HAND = Record(f"www.{ZONE}", "A", "", 1, proxied=True, comment="[the front door]")
OURS = "home/ingress/shop/web"


def _mark(action: Action, label: str) -> Change:
    one = record_set(label, IPV4)
    made = change(action, label, FORMER, IPV4)
    assert made.before
    assert made.after
    content = replace(made.after, name=one.mark_name, type="TXT", content=one.mark_content)
    return replace(made, logical_name=f"{label}.{ZONE}/A/mark", before=None, after=content)


EVERY_ACTION = (
    change(Action.CREATE, "new", None, IPV4),
    _mark(Action.CREATE, "new"),
    change(Action.ADOPT, "known", IPV4, IPV4),
    change(Action.UPDATE, "www", FORMER, IPV4),
    change(Action.DELETE, "old", FORMER, None),
    change(Action.RESTORE, "lost", None, IPV4),
    change(Action.CORRECT, "bent", FORMER, IPV4),
    change(Action.FORGET, "gone", FORMER, None),
    change(Action.KEEP, "shop", FORMER, FORMER),
)
DELETIONS = tuple(change(Action.DELETE, f"n{number}", FORMER, None) for number in range(7))
REFUSALS = (
    Refusal(ZONE, "7 of the 12 records of ours would be deleted, and [guard] allows 3", DELETIONS),
    Refusal(ZONE, "the zone's own name servers would change", DELETIONS[:1], allowable=False),
)
HELD_BACK = replace(convergence(FEW, DELETIONS), refusals=REFUSALS, runs=())
REFUSED = Refused(
    tuple(Problem(one.what, one.where, f"look at it, then: truenorth up --allow {word(REFUSALS)}") for one in REFUSALS),
    word(REFUSALS),
)
BALANCING = replace(
    convergence(
        FEW,
        geo=GeoSight(Account("a1", POOLS, (), (BALANCER,)), cluster=OWNER),
        sources=(SourceSighting("home", "ingress", "Ingress", Known(())),),
    ),
    runs=convergence((), EVERY_ACTION).runs,
    geo_changes=(
        GeoChange(GeoAction.UPDATE, "pool", "k8s-pool-home-eu", "origins 203.0.113.7"),
        GeoChange(GeoAction.CREATE, "balancer", "app.example.com"),
    ),
)
DISAGREE = sighting(
    Family.IPV4, Unknown(f"{DISAGREEMENT}: {IPV4} says stun.a.example (a); {FORMER} says https://b.example (b)")
)


def _with_geo(plan: GeoPlan) -> Event:
    return replace(BALANCING, plan=replace(BALANCING.plan, geo=plan))


OUTCOMES: Mapping[str, tuple[Event, ...]] = {
    "nothing to do": (Begun(), convergence(FEW)),
    "every kind of change": (
        Begun(),
        Planned(EVERY_ACTION, is_nothing=False),
        convergence(FEW, EVERY_ACTION),
        Confirmation((Confirmed("www.example.com", "A", 1.84), Confirmed("new.example.com", "A", 0.4))),
    ),
    "only a mark": (convergence(FEW, (_mark(Action.CREATE, "vpn"),)),),
    "conflict": (convergence(FEW, conflicts=(HELD, replace(HELD, type="AAAA"))),),
    "many conflicts": (
        convergence(
            conflicts=tuple(Conflict(f"n{n:02}.{ZONE}", "A", "[someone]", "it stands there") for n in range(13))
        ),
    ),
    "conflict of an object": (
        convergence(
            [record_set("shop", IPV4, resource=OURS)],
            conflicts=(Conflict(f"web.{ZONE}", "A", "office/truenorth", "its mark says office"),),
            asked_by=(((f"web.{ZONE}", "A"), (ingress("web"),)),),
        ),
    ),
    "frozen": (
        convergence(
            FEW,
            frozen=(Frozen(f"www.{ZONE}", "A", (FORMER,), NO_WAN), Frozen(f"new.{ZONE}", "A", (), NO_WAN)),
            addresses=(sighting(Family.IPV4, Unknown(NO_WAN)),),
            asked_by=(((f"www.{ZONE}", "A"), (ingress("web"),)),),
        ),
    ),
    "many frozen": (
        convergence(frozen=tuple(Frozen(f"n{n:02}.{ZONE}", "A", (FORMER,), UNREACHABLE) for n in range(13))),
    ),
    "not made yet": (convergence(frozen=(Frozen(f"new.{ZONE}", "A", (), NO_WAN),)),),
    "kept by hand": (
        convergence([record_set("www", slots=(Slot(0, IPV4, own=BY_HAND),), keep=("proxied", "comment"))]),
    ),
    "deferred": (
        replace(
            convergence(FEW),
            plan=replace(convergence(FEW).plan, deferred=(Deferred(f"www.{ZONE}", "CNAME", ("A", "AAAA")),)),
        ),
    ),
    "complaints": (
        replace(
            convergence(FEW, sources=(SourceSighting("home", "ingress", "Ingress", Known((BAD_TTL, FOREIGN))),)),
            plan=replace(
                convergence(FEW).plan,
                complaints=(BAD_TTL, FOREIGN),
                frozen=(Frozen(f"web.{ZONE}", "A", (IPV4,), BAD_TTL.text),),
            ),
        ),
    ),
    "a choice": (replace(convergence(FEW), plan=replace(convergence(FEW).plan, complaints=(CHOICE,))),),
    "waiting": (replace(convergence(FEW), plan=replace(convergence(FEW).plan, complaints=(WAITING,))),),
    "left out": (
        replace(
            convergence(FEW, sources=(SourceSighting("home", "ingress", "Ingress", Known((MISSPELT, MEANINGLESS))),)),
            plan=replace(convergence(FEW).plan, complaints=(MISSPELT, MEANINGLESS)),
        ),
    ),
    "many complaints": (
        replace(
            convergence(),
            plan=replace(
                convergence().plan,
                complaints=tuple(
                    replace(FOREIGN, object=ingress(f"i{n:02}"), text=f"{ingress(f'i{n:02}')}: it has an older one")
                    for n in range(13)
                ),
            ),
        ),
    ),
    "refused": (HELD_BACK, REFUSED),
    "held back": (replace(HELD_BACK, is_held_back=True), REFUSED),
    "allowed": (replace(HELD_BACK, allowed_by="--allow", runs=convergence((), DELETIONS).runs),),
    "unread zone": (
        convergence(FEW, zones=(UnreadZone(ZONE, "the API answers 503 [busy]"),)),
        Failure("the zone example.com stays as it is: the API answers 503 [busy]", 8.0, Cause.UNREAD),
    ),
    "failed run": (
        Begun(),
        Failure("the engine failed: create www.example.com/A/0: [1004] DNS Validation Error", 8.0, Cause.ENGINE),
        Failure("the engine failed: create www.example.com/A/0: [1004] DNS Validation Error", 16.0, Cause.ENGINE),
    ),
    "unconfirmed": (
        convergence(FEW, EVERY_ACTION),
        Confirmation(
            (
                Confirmed("new.example.com", "A", 1.84),
                Unconfirmed("vpn.example.com", "A", "ns1: 203.0.113.99 [old]"),
                Unconfirmed("api.example.com", "A", "ns1: no answer"),
            )
        ),
    ),
    "many unconfirmed": (
        convergence(FEW, EVERY_ACTION),
        Confirmation(tuple(Unconfirmed(f"n{n:02}.{ZONE}", "A", "ns1: nothing") for n in range(13))),
    ),
    "several shards": (replace(convergence(FEW, EVERY_ACTION), moved=3, runs=convergence((), EVERY_ACTION).runs * 3),),
    "load balancing": (BALANCING,),
    "load balancing with notes": (
        _with_geo(
            GeoPlan(
                "a1",
                conflicts=("app.example.com has a load balancer [of somebody else]",),
                notes=("the pool k8s-pool-old leaves in 60 s",),
                again="the origins are not healthy yet",
            )
        ),
    ),
    "load balancing unread": (
        convergence(FEW, geo=GeoSight(Unknown("HTTP 403: [10000] Authentication error"), cluster=OWNER)),
    ),
    "cluster unread": (
        SourceSighting("office", "ingress", "Ingress", Unknown(UNREACHABLE)),
        convergence(
            FEW,
            sources=(
                SourceSighting("home", "httproute", "HTTPRoute", Known(())),
                SourceSighting("office", "ingress", "Ingress", Unknown(UNREACHABLE)),
                SourceSighting("office", "service", "Service", Known(()), stale=UNREACHABLE),
                SourceSighting("edge", "httproute", "HTTPRoute", Unknown("no such kind: HTTPRoute"), waiting=True),
            ),
        ),
    ),
    "troubles of all kinds": (troubled(),),
    "no address": (sighting(Family.IPV4, Unknown(NO_WAN)), sighting(Family.IPV6, Unknown("nobody asked"), "fibre")),
    "sources disagree": (DISAGREE, sighting(Family.IPV4, IPV4)),
    "settings reload": (Reloaded("line 3: [ttl] is no number"), Reloaded()),
    "address cache": (
        Cached((sighting(Family.IPV4, IPV4),), written=True),
        Cached((), written=False),
        Cached(problem="HTTP 403: configmaps is forbidden [RBAC]", written=True),
    ),
    "standby": (
        Leadership(Role.ALONE),
        Leadership(Role.LEADER, "pod-a", "pod-a", 1),
        Leadership(Role.STANDBY, "pod-b", "pod-a", 2, "the lease could not be renewed in 10 s"),
        Leadership(Role.STANDBY, "pod-b", "pod-a", 2),
        Leadership(Role.STANDBY, "", "pod-a", 2),
    ),
    "interrupted": (
        Mended("the lock of a process that has died was broken: home, pid 4711"),
        Stopping("SIGTERM"),
    ),
    "fatal": (Fatal("the token is refused [9109]", 2),),
    "names leave": (convergence(FEW), Leaving("status.example.com", "A", 60.0)),
    "owners unreached": (convergence(FEW), Unwritten("office", "events is forbidden"), Unwritten("", "HTTP 500")),
}
