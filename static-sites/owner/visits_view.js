// #/visits: who waits at the doors, and who was there.

import { element, reconcile, setAttribute, setText } from "/shared/dom.js";
import { t } from "/shared/i18n.js";
import { poll } from "/shared/poll.js";
import { clock } from "/shared/times.js";
import { firstRun } from "./first_run.js";
import { markedPhoto } from "./photo.js";
import { aboutPerson, bestPhoto, decisionOn, outcomeNote, placeAndTime } from "./visit_panel.js";
import { decidedElsewhere, isWaiting, outcome, who } from "./words.js";

const POLL_MILLISECONDS = 1_000;
const RECENT_EVERY = 3;
const PAGE_SIZE = 12;

export function visitsView(page) {
  const waitingHeading = element("h1", { tabindex: "-1" }, t("visits.title"));
  const nobody = element(
    "p",
    { class: "card empty quiet" },
    t("visits.nobody"),
  );
  const beginning = firstRun(page);
  const waitingList = element("div", { class: "waiting-list" });
  const recentHeading = element("h2", { id: "recent-heading" }, t("visits.recent"));
  const recentList = element("ol", { role: "list", class: "recent-list card", "aria-labelledby": "recent-heading", hidden: true });
  const noneYet = element("p", { class: "quiet" }, t("visits.none_yet"));
  const older = element(
    "button",
    { type: "button", class: "button", hidden: true, on: { click: showOlder } },
    t("visits.older"),
  );
  const root = element(
    "div",
    { class: "stack", "aria-busy": "true" },
    waitingHeading,
    nobody,
    waitingList,
    beginning.root,
    recentHeading,
    noneYet,
    recentList,
    older,
  );

  const cards = new Map();
  const rows = new Map();
  const recent = new Map();
  let nextBefore = null;
  let turn = 0;
  let announced = null;
  let poller = null;

  async function refresh() {
    try {
      const waiting = await page.api.waitingVisits();
      if (turn % RECENT_EVERY === 0 || hasChanged(waiting)) await refreshRecent();
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
    const answer = await page.api.recentVisits({ limit: PAGE_SIZE });
    for (const visit of answer.visits) recent.set(keyOf(visit), visit);
    if (recent.size <= PAGE_SIZE) nextBefore = answer.next_before ?? null;
  }

  async function showOlder() {
    try {
      const answer = await page.api.recentVisits({ limit: PAGE_SIZE, before: nextBefore });
      for (const visit of answer.visits) recent.set(keyOf(visit), visit);
      nextBefore = answer.next_before ?? null;
      turn = 0;
      await refresh();
    } catch (error) {
      page.failed(error);
    }
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

    const over = newestFirst([...recent.values()].filter((visit) => !keys.has(keyOf(visit))));
    reconcile(recentList, rows, over, keyOf, (visit) => recentRow(visit, () => poller.now()));
    nobody.hidden = cards.size > 0;
    recentList.hidden = over.length === 0;
    noneYet.hidden = over.length > 0;
    older.hidden = nextBefore === null;
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
    stop: () => poller.stop(),
  };
}

/** One visit that waits: {root, update(visit), visit, isDone, isTouched}. */
function waitingCard(first, page, refresh) {
  let visit = first;
  let isDone = false;
  const link = element("a", { href: hashOf(first) });
  const meta = element("p", { class: "quiet" });
  const photo = bestPhoto({ onLinkFailed: refresh });
  const about = aboutPerson(page);
  const decision = decisionOn({
    doorId: first.door_id,
    visitId: first.visit_id,
    page,
    onDecided: () => {
      isDone = true;
      refresh();
    },
    onUndone: refresh,
  });
  const note = outcomeNote();
  const dismiss = element(
    "button",
    {
      type: "button",
      class: "button",
      on: {
        click() {
          isDone = true;
          refresh();
        },
      },
    },
    t("visits.dismiss"),
  );
  const over = element("div", { class: "decision", role: "status", hidden: true }, note.root, dismiss);
  const headingId = `visit-${first.visit_id}`;
  const root = element(
    "article",
    { class: "card waiting-card", "aria-labelledby": headingId },
    element("div", { class: "waiting-photo" }, photo.root),
    element(
      "div",
      { class: "waiting-words" },
      element("h2", { id: headingId }, link),
      meta,
      about.root,
      decision.root,
      over,
    ),
  );

  return {
    root,
    update(latest) {
      visit = latest;
      setText(link, who(visit));
      setText(meta, placeAndTime(visit));
      photo.update(visit);
      about.update(visit);
      decision.update(visit);
      note.update(visit);
      over.hidden = isWaiting(visit);
      decision.root.hidden = !isWaiting(visit);
    },
    get visit() {
      return visit;
    },
    get isDone() {
      return isDone;
    },
    get isTouched() {
      return !isDone && (decision.isTouched || !over.hidden);
    },
  };
}

/** One line of the recent visits: {root, update(visit)}. */
function recentRow(visit, refresh) {
  const name = element("a", { href: hashOf(visit), class: "recent-name" });
  const meta = element("span", { class: "quiet small" });
  const badge = element("span", { class: "badge" });
  const photo = markedPhoto({ onLinkFailed: refresh, emptyText: "" });
  const root = element(
    "li",
    { class: "recent-row" },
    element("div", { class: "thumbnail" }, photo.root),
    element("div", { class: "recent-words" }, name, meta),
    badge,
  );
  return {
    root,
    update(latest) {
      const { label, tone } = outcome(latest);
      setText(name, who(latest));
      setText(meta, `${latest.door_name} · ${clock(latest.opened_at)}`);
      setText(badge, label);
      setAttribute(badge, "class", `badge badge-${tone}`);
      photo.update({ url: latest.photo_url, alt: "", faces: [] });
    },
  };
}

function keyOf(visit) {
  return `${visit.door_id}/${visit.visit_id}`;
}

function hashOf(visit) {
  return `#/visits/${encodeURIComponent(visit.door_id)}/${encodeURIComponent(visit.visit_id)}`;
}

function newestFirst(visits) {
  return [...visits].sort((a, b) => (a.visit_id < b.visit_id ? 1 : -1));
}
