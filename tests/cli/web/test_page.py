from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from cli.events import Failure, Leadership, Role
from cli.web.status_board import StatusBoard
from stacks.model.values import Conflict, Frozen, ZoneSnapshot
from stacks.plan.changes import Action
from tests.cli.web.conftest import DEADLINE, Open, Serves, Site, serve
from tests.cli.web.sample import IPV4, UNREACHABLE, ZONE, board, change, convergence, dispatch, record_set, records

PHONE = {"width": 390, "height": 844}
HOSTILE = '<script>window.hurt=1</script>"\'><img src=x onerror="window.hurt=1">&amp;'
CONTRAST = """
() => {
  const parts = (text) => text.match(/[\\d.]+/g).map(Number);
  const linear = (v) => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
  const light = (rgb) => rgb.slice(0, 3).map((v) => linear(v / 255))
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const ground = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const found = getComputedStyle(one).backgroundColor;
      if (/^rgb\\(/.test(found)) return found;
    }
    return "rgb(255, 255, 255)";
  };
  const poor = [];
  for (const element of document.querySelectorAll("main *, header *, footer *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !element.checkVisibility() || element.closest("svg")) continue;
    const style = getComputedStyle(element);
    const [a, b] = [light(parts(style.color)), light(parts(ground(element)))].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05);
    if (ratio < 4.5) poor.push(`${element.className || element.tagName} ${ratio.toFixed(2)}: ${element.textContent}`);
  }
  return poor;
}
"""
"""Texts with less contrast to their ground than 4.5 (WCAG 2.2, 1.4.3)."""


@pytest.fixture(scope="module")
def shared() -> Iterator[Site]:
    """A leader's day, for what changes nothing."""
    with serve(board(datetime.now(UTC))) as served:
        yield served


def fresh(*event: Any) -> StatusBoard:  # noqa: ANN401 - any news
    now = datetime.now(UTC)
    return board(now, [dispatch(one, now=now) for one in event])


def tell(site: Site, event: Any) -> None:  # noqa: ANN401 - any news
    site.board.on_event(dispatch(event, now=datetime.now(UTC)))


def wide(page: Page) -> int:
    """Pixels by which it is wider than its window."""
    found: int = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return found


class TestAtAGlance:
    def test_says_how_things_are(self, shared: Site, opened: Open) -> None:
        page = opened(shared.url)
        expect(page.get_by_role("heading", level=1)).to_have_text("1 name in conflict, 2 names frozen")
        expect(page).to_have_title("! 1 name in conflict, 2 names frozen · home")

    def test_says_that_all_is_well(self, serves: Serves, opened: Open) -> None:
        page = opened(serves(fresh(convergence(records()))).url)
        expect(page.get_by_role("heading", level=1)).to_have_text("All 11 names point where they should")
        expect(page.locator("#problems")).to_be_hidden()

    def test_says_why_names_stay_and_what_to_do(self, shared: Site, opened: Open) -> None:
        page = opened(shared.url)
        conflict = page.get_by_role("article").filter(has_text="git.example.com")
        expect(conflict).to_contain_text("an A record 198.51.100.20 stands there that is not ours")
        expect(conflict).to_contain_text("truenorth adopt")
        expect(page.get_by_role("article").filter(has_text="2 record sets are frozen")).to_contain_text(UNREACHABLE)
        expect(page.get_by_role("row").filter(has_text="wiki.example.com")).to_contain_text(UNREACHABLE)

    def test_shows_a_standby_who_leads(self, serves: Serves, opened: Open) -> None:
        page = opened(serves(fresh(Leadership(Role.STANDBY, "pod-a", "pod-b", 2))).url)
        expect(page.get_by_role("heading", level=1)).to_have_text("pod-b stands by: pod-a leads")
        expect(page.get_by_text("The leader has the names.")).to_be_visible()


class TestTheParts:
    def test_addresses_have_their_sources(self, shared: Site, opened: Open) -> None:
        section = opened(shared.url).get_by_role("region", name="Addresses")
        expect(section).to_contain_text(IPV4)
        expect(section.get_by_role("listitem").filter(has_text="stun.cloudflare.com").first).to_contain_text("21 ms")

    def test_names_have_records_marks_and_objects(self, shared: Site, opened: Open) -> None:
        row = opened(shared.url).get_by_role("row").filter(has_text="shop.example.com")
        for text in (
            IPV4,
            "203.0.113.8",
            "in place",
            "answered after 1.8 s",
            "HTTPRoute shop/web in home",
            "marked: home",
        ):
            expect(row).to_contain_text(text)

    def test_pools_have_their_health_and_place(self, shared: Site, opened: Open) -> None:
        page = opened(shared.url)
        expect(page.locator(".pool")).to_have_count(4)
        health = page.locator(".pool").evaluate_all("all => all.map((one) => one.dataset.health)")
        assert health == ["healthy", "unhealthy", "healthy", "unknown"]
        expect(page.get_by_role("region", name="Load balancing")).to_contain_text("k8s-pool-edge-asia")

    def test_history_opens_to_what_was_changed(self, shared: Site, opened: Open) -> None:
        page = opened(shared.url)
        entry = page.locator("#history li").filter(has_text="5 records updated")
        entry.locator("summary").click()
        expect(entry).to_contain_text("203.0.113.99 -> 203.0.113.7")
        expect(entry).to_contain_text("asked for by address")
        expect(page.locator("#history li").filter(has_text="The convergence failed")).to_contain_text("3 times")

    def test_times_are_absolute_on_hover(self, shared: Site, opened: Open) -> None:
        moment = opened(shared.url).locator("#facts time").first
        expect(moment).to_contain_text("ago")
        assert str(datetime.now(UTC).year) in (moment.get_attribute("title") or "")


class TestLive:
    def test_news_shows_without_a_reload(self, site: Site, opened: Open) -> None:
        page = opened(site.url)
        expect(page.locator("#link-text")).to_have_text("live")
        page.evaluate("window.kept = true")
        tell(site, convergence([*records(), record_set("new", IPV4)], (change(Action.CREATE, "new", None, IPV4),)))
        expect(page.get_by_role("row").filter(has_text="new.example.com")).to_be_visible()
        expect(page.get_by_role("heading", level=1)).to_have_text("All 12 names point where they should")
        tell(site, Failure("the API answers 503", 8.0))
        expect(page.get_by_role("article")).to_contain_text("the API answers 503")
        assert page.evaluate("window.kept")

    def test_one_connection_tells_everything(self, site: Site, opened: Open) -> None:
        page = opened(site.url)
        expect(page.locator("#rows tr")).to_have_count(14)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        tell(site, convergence([record_set("new", IPV4)]))
        expect(page.locator("#rows tr")).to_have_count(1)
        assert asked == []

    def test_what_was_opened_and_typed_stays(self, site: Site, opened: Open) -> None:
        page = opened(site.url)
        entry = page.locator("#history li").filter(has_text="5 records updated")
        entry.locator("summary").click()
        page.get_by_role("searchbox").fill("vpn")
        tell(site, Failure("the API answers 503", 8.0))
        expect(page.locator("#history li").first).to_contain_text("The convergence failed")
        expect(entry.locator(".changes")).to_be_visible()
        expect(page.get_by_role("searchbox")).to_have_value("vpn")

    def test_it_comes_back_after_the_server_was_away(self, browser: Browser, own_port: int) -> None:
        page = browser.new_page()
        page.set_default_timeout(DEADLINE)
        with serve(fresh(convergence(records())), port=own_port) as site:
            page.goto(site.url)
            expect(page.locator("#link-text")).to_have_text("live")
        expect(page.locator("#link-text")).to_have_text("no connection: what is shown may be old")
        with serve(fresh(convergence([record_set("back", IPV4)])), port=own_port):
            expect(page.get_by_role("row").filter(has_text="back.example.com")).to_be_visible()
            page.context.close()


class TestFilter:
    def test_narrows_the_names_to_what_has_all_words(self, shared: Site, opened: Open) -> None:
        page = opened(shared.url)
        page.get_by_role("searchbox").fill("cloud 2001:db8")
        expect(page.locator("#rows tr")).to_have_count(1)
        expect(page.locator("#names-count")).to_have_text("1 name, 1 of 14 record sets")
        page.get_by_role("searchbox").fill("nowhere")
        expect(page.get_by_text("No name is like that.")).to_be_visible()

    def test_narrows_them_to_a_state(self, shared: Site, opened: Open) -> None:
        page = opened(shared.url)
        page.get_by_role("button", name="frozen 2").click()
        expect(page.locator("#rows tr")).to_have_count(2)
        expect(page.get_by_role("button", name="frozen 2")).to_have_attribute("aria-pressed", "true")
        page.get_by_role("button", name="all 14").click()
        expect(page.locator("#rows tr")).to_have_count(14)


class TestTheViewsOfAName:
    INNER = f"{ZONE}@inside"

    @pytest.fixture
    def page(self, serves: Serves, opened: Open) -> Page:
        inner = record_set("www", "192.168.7.10", name=f"www.{self.INNER}", ttl=300)
        only = record_set("nas", "192.168.7.20", name=f"nas.{self.INNER}")
        zones = tuple(ZoneSnapshot(zone, "z", ()) for zone in (ZONE, self.INNER))
        frozen = (Frozen(inner.name, "A", (), "silence"),)
        seen = convergence([record_set("www", IPV4), inner, only], frozen=frozen, zones=zones)
        return opened(serves(fresh(seen)).url)

    def test_are_columns_of_one_row(self, page: Page) -> None:
        expect(page.locator("#columns th")).to_have_text(["Name", "Type", "outside", "inside", "Asked for by"])
        expect(page.locator("#rows th")).to_have_text([f"www.{ZONE} ", f"nas.{ZONE} "])
        www = page.locator("#rows tr").first.locator("td")
        expect(www.nth(1)).to_contain_text(f"{IPV4}in place")
        expect(www.nth(2)).to_contain_text("192.168.7.10frozensilenceTTL 300")
        expect(page.locator("#rows tr").nth(1).locator("td").nth(1)).to_have_text("\u2013")
        expect(page.locator("#names-count")).to_have_text("2 names, 3 record sets")

    def test_are_found_together_by_what_one_of_them_has(self, page: Page) -> None:
        page.get_by_role("searchbox").fill("203.0.113")
        expect(page.locator("#rows tr")).to_have_count(1)
        expect(page.locator("#rows tr")).to_contain_text("192.168.7.10")
        page.get_by_role("searchbox").fill("@inside")
        expect(page.locator("#rows tr")).to_have_count(2)

    def test_are_below_each_other_on_a_phone(self, page: Page) -> None:
        page.set_viewport_size({"width": 390, "height": 844})
        expect(page.locator("#rows tr")).to_have_count(2)
        assert wide(page) == 0


class TestManyNames:
    def test_are_quick_and_drawn_a_page_at_a_time(
        self, serves: Serves, opened: Open, capsys: pytest.CaptureFixture[str]
    ) -> None:
        site = serves(fresh(convergence([record_set(f"n{number}", IPV4) for number in range(5000)])))
        began = time.monotonic()
        page = opened(site.url)
        expect(page.locator("#rows tr")).to_have_count(100)
        seconds = time.monotonic() - began
        with capsys.disabled():
            print(f" [5,000 names: first rows after {seconds:.2f} s]", end="")  # noqa: T201 - a figure for people
        assert seconds < 60.0  # a second on an idle machine
        page.get_by_role("searchbox").fill("n4321.")
        expect(page.locator("#rows tr")).to_have_count(1)
        page.get_by_role("searchbox").fill("")
        page.get_by_role("button", name="Show more (4,900 left)").click()
        expect(page.locator("#rows tr")).to_have_count(300)


class TestWhatComesFromOutside:
    def test_shows_as_text(self, serves: Serves, opened: Open) -> None:
        hostile = replace(record_set("www", HOSTILE, record_type="TXT"), comment=HOSTILE, tags=(HOSTILE,))
        done = convergence(
            [hostile],
            (change(Action.CREATE, "www", None, HOSTILE),),
            conflicts=(Conflict(f"git.{ZONE}", "A", HOSTILE, HOSTILE),),
            frozen=(Frozen(f"wiki.{ZONE}", "A", (HOSTILE,), HOSTILE),),
        )
        page = opened(serves(fresh(Leadership(Role.LEADER, HOSTILE, HOSTILE), done, Failure(HOSTILE, 1.0))).url)
        expect(page.get_by_role("row").filter(has_text="www.example.com")).to_contain_text(HOSTILE)
        expect(page.get_by_role("article").filter(has_text="git.example.com")).to_contain_text(HOSTILE)
        page.locator("#history summary").first.click()
        assert page.evaluate("window.hurt") is None
        assert page.locator("main script, main img[src=x]").count() == 0


class TestEverybody:
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_can_read_every_text(self, shared: Site, opened: Open, scheme: str) -> None:
        page = opened(shared.url, color_scheme=scheme, reduced_motion="reduce")
        expect(page.locator("#rows tr")).to_have_count(14)
        for summary in page.locator("#history summary").all():
            summary.click()
        assert page.evaluate(CONTRAST) == []

    def test_may_choose_the_colours_for_good(self, shared: Site, opened: Open) -> None:
        page = opened(shared.url, color_scheme="light")
        ground = "getComputedStyle(document.body).backgroundColor"
        light = page.evaluate(ground)
        button = page.get_by_role("button", name="Colours")
        button.click()
        expect(button).to_have_accessible_name("Colours: light")
        button.click()
        expect(button).to_have_accessible_name("Colours: dark")
        dark = page.evaluate(ground)
        assert dark != light
        page.reload()
        assert page.evaluate(ground) == dark

    def test_gets_about_with_the_keyboard(self, shared: Site, opened: Open) -> None:
        page = opened(shared.url)
        expect(page.locator("#rows tr")).to_have_count(14)
        reached = []
        for _ in range(8):
            page.keyboard.press("Tab")
            reached.append(page.evaluate("document.activeElement.id || document.activeElement.textContent"))
        assert reached[:4] == ["Skip to the status", "theme", "filter", "all 14"]

    def test_has_landmarks_and_is_told_of_changes(self, shared: Site, opened: Open) -> None:
        page = opened(shared.url)
        for role in ("banner", "main", "contentinfo"):
            expect(page.get_by_role(role)).to_have_count(1)
        expect(page.get_by_role("table", name="Record sets")).to_be_visible()
        expect(page.get_by_role("heading", level=1)).to_have_attribute("aria-live", "polite")

    def test_can_hold_motion_back(self, shared: Site, opened: Open) -> None:
        page = opened(shared.url, reduced_motion="reduce")
        pointer = page.locator(".needle .pointer")
        assert pointer.evaluate("one => getComputedStyle(one).transitionProperty") == "none"

    def test_is_shown_the_way_without_scripts(self, shared: Site, opened: Open) -> None:
        page = opened(shared.url, java_script_enabled=False)
        expect(page.get_by_role("link", name="/raw")).to_be_visible()

    def test_on_a_phone_scrolls_down_only(self, shared: Site, opened: Open) -> None:
        page = opened(shared.url, viewport=PHONE)
        expect(page.locator("#rows tr")).to_have_count(14)
        assert wide(page) == 0


@pytest.mark.parametrize(
    ("name", "scheme", "size"),
    [
        ("light", "light", {"width": 1200, "height": 900}),
        ("dark", "dark", {"width": 1200, "height": 900}),
        ("phone", "light", PHONE),
    ],
)
def test_screenshots_for_people(
    shared: Site, opened: Open, screenshots: Path, name: str, scheme: str, size: dict[str, int]
) -> None:
    page = opened(shared.url, color_scheme=scheme, viewport=size, reduced_motion="reduce")
    expect(page.locator("#rows tr")).to_have_count(14)
    file = screenshots / f"watch-{name}.png"
    page.screenshot(path=file, full_page=True)
    assert file.stat().st_size > 20_000
