// #/visits: who waits at the doors, and who was there.

import { element, reconcile, setAttribute, setText } from "/shared/dom.js";
import { t } from "/shared/i18n.js";
import { poll } from "/shared/poll.js";
import { clock } from "/shared/times.js";
import { firstRun } from "./first_run.js";
import { visitRow } from "./visit_row.js";
import { keyOf, newestFirst } from "./visits.js";
import { waitingCard } from "./waiting_card.js";
import { doorsToWatch } from "./watch.js";
import { decidedElsewhere, isWaiting, who } from "./words.js";

const POLL_MILLISECONDS = 1_000;
const RECENT_EVERY = 3;
const RECENT_ASKED = 12; // those who wait are among them
const RECENT_SHOWN = 4;

export function visitsView(page) {
  const waitingHeading = element("h1", { tabindex: "-1" }, t("visits.title"));
  const nobody = element(
    "p",
    { class: "card empty quiet", hidden: true },
    t("visits.nobody"),
  );
  const beginning = firstRun(page);
  const waitingList = element("div", { class: "waiting-list" });
  const doors = doorsToWatch(page);
  const recentHeading = element("h2", { id: "recent-heading" }, t("visits.recent"));
  const recentList = element("ol", { role: "list", class: "visit-list card", "aria-labelledby": "recent-heading", hidden: true });
  const noneYet = element("p", { class: "quiet", hidden: true }, t("visits.none_yet"));
  const all = element("p", { hidden: true }, element("a", { class: "button", href: "#/activity" }, t("visits.all")));
  const root = element(
    "div",
    { class: "stack", "aria-busy": "true" },
    waitingHeading,
    nobody,
    waitingList,
    doors.root,
    beginning.root,
    recentHeading,
    noneYet,
    recentList,
    all,
  );

  const cards = new Map();
  const rows = new Map();
  let recent = new Map();
  let turn = 0;
  let announced = null;
  let poller = null;

  async function refresh() {
    try {
      const [waiting] = await Promise.all([page.api.waitingVisits(), turn === 0 && refreshRecent()]);
      if (turn > 0 && (turn % RECENT_EVERY === 0 || hasChanged(waiting))) await refreshRecent();
      turn += 1;
      page.reached();
      show(waiting);
      return true;
    } catch (error) {
      page.failed(error);
      return false;
    }
  }

  function hasChanged(waiting) {
    const keys = new Set(waiting.map(keyOf));
    return keys.size !== cards.size || [...cards.keys()].some((key) => !keys.has(key));
  }

  async function refreshRecent() {
    const latest = await page.api.recentVisits(RECENT_ASKED);
    recent = new Map(latest.map((visit) => [keyOf(visit), visit]));
  }

  function show(waiting) {
    const keys = new Set(waiting.map(keyOf));
    const kept = [...cards.values()]
      .filter((card) => !keys.has(keyOf(card.visit)) && card.isTouched)
      .map((card) => recent.get(keyOf(card.visit)) ?? card.visit);
    tellOfOthers(keys, kept);
    const hadFocus = waitingList.contains(document.activeElement);
    reconcile(waitingList, cards, newestFirst([...waiting, ...kept]), keyOf, (visit) =>
      waitingCard(visit, page, () => poller.now()),
    );
    if (hadFocus && !waitingList.contains(document.activeElement)) waitingHeading.focus();

    const over = newestFirst(recent.values()).filter((visit) => !keys.has(keyOf(visit)));
    reconcile(recentList, rows, over.slice(0, RECENT_SHOWN), keyOf, () => visitRow(page, doorAndTime));
    nobody.hidden = cards.size > 0;
    doors.update([...cards.values()].map((card) => card.visit));
    recentList.hidden = all.hidden = over.length === 0;
    noneYet.hidden = over.length > 0;
    setText(waitingHeading, waiting.length === 0 ? t("visits.title") : t("visits.waiting", { count: waiting.length }));
    page.setTitle(waiting.length === 0 ? t("visits.title") : t("visits.tab_title", { count: waiting.length }));
    setAttribute(root, "aria-busy", null);
    announce(waiting);
    beginning.update([...waiting, ...recent.values()]);
  }

  /** Where a visit waits no longer without anything done here: says who decided it, or that its time is over. */
  function tellOfOthers(waiting, kept) {
    for (const [key, card] of cards) {
      const latest = recent.get(key);
      if (waiting.has(key) || card.isDone || kept.includes(latest) || !latest || isWaiting(latest)) continue;
      if (latest.decided_by && latest.decided_by === page.email) continue;
      const isOver = latest.state === "expired" && !latest.decided_at;
      page.say(isOver ? t("visits.over", { who: who(latest) }) : decidedElsewhere(latest, who(card.visit)), "neutral");
    }
  }

  /** Tells those who do not see the page of somebody who came since the last look. */
  function announce(waiting) {
    const news = waiting.filter((visit) => announced && !announced.has(keyOf(visit)));
    announced = new Set([...(announced ?? []), ...waiting.map(keyOf)]);
    if (news.length > 0) page.announce(t("visits.arrived", { who: who(news[0]), door: news[0].door_name }));
  }

  return {
    root,
    start() {
      poller = poll(refresh, () => POLL_MILLISECONDS);
    },
    stop() {
      poller.stop();
      doors.close();
      for (const card of cards.values()) card.close();
    },
  };
}

function doorAndTime(visit) {
  return `${visit.door_name} · ${clock(visit.opened_at)}`;
}
