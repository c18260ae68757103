// #/visits/{door_id}/{visit_id}: one visit, with its first photo beside the best one.

import { element, reconcile, setAttribute, setText } from "/shared/dom.js";
import { RefusedError } from "/shared/http.js";
import { t } from "/shared/i18n.js";
import { poll } from "/shared/poll.js";
import { clock } from "/shared/times.js";
import { codeNote } from "./code_note.js";
import { markedPhoto } from "./photo.js";
import { sayProblem } from "./problems.js";
import { aboutPerson, bestPhoto, decisionOn, outcomeNote, placeAndTime } from "./visit_panel.js";
import { watchBar } from "./watch.js";
import { deletedVisit, visitRemoval } from "./visit_removal.js";
import { drawFacts, faceRow, facesOf } from "./why.js";
import { isWaiting, outcome, ruleSentence, who } from "./words.js";

const POLL_MILLISECONDS = 1_000;
const POLL_WHEN_OVER_MILLISECONDS = 6_000;

export function visitView(page, doorId, visitId) {
  let visit = null;
  let poller = null;
  let changes = 0;
  const refresh = () => poller.now();

  const heading = element("h1", { tabindex: "-1" }, t("visit.title"));
  const badge = element("span", { class: "badge" });
  const meta = element("p", { class: "quiet" });
  const best = bestPhoto({ onLinkFailed: refresh });
  const first = markedPhoto({ onLinkFailed: refresh });
  const watch = watchBar({ page, doorId, doorName: doorNameOf(page, doorId), visitId });
  const about = aboutPerson(page);
  const note = outcomeNote();
  const code = codeNote({ page, onSent: showAndRefresh });
  const decision = decisionOn({
    doorId,
    visitId,
    page,
    onDecided: showAndRefresh,
    onUndone: showAndRefresh,
  });
  const removal = visitRemoval({ page, doorId, visitId, onDeleted: end });
  const faces = element("ul", { class: "face-list" });
  const faceRows = new Map();
  const facts = element("dl", { class: "facts" });
  const body = element(
    "div",
    { class: "stack", hidden: true },
    watch.root,
    watch.stage,
    element("div", { class: "visit-photos" }, figure("best", t("photo.best"), best.root), figure("first", t("photo.first"), first.root)),
    element("div", { class: "card panel" }, about.root, note.root, code.root, decision.root),
    element("div", { class: "card panel" }, element("h2", {}, t("visit.about")), faces, facts),
    removal.root,
  );
  const root = element(
    "article",
    { class: "stack", "aria-busy": "true" },
    element("p", {}, element("a", { href: "#/activity" }, t("visit.all"))),
    element("div", { class: "visit-title" }, heading, badge),
    meta,
    body,
  );

  async function load() {
    const before = changes;
    try {
      const latest = await page.api.visit(doorId, visitId);
      page.reached();
      if (before === changes) show(latest); // an answer from before a change would take the change back
      return true;
    } catch (error) {
      return before === changes && explain(error);
    }
  }

  function explain(error) {
    if (error instanceof RefusedError && (error.status === 404 || error.status === 400)) {
      poller.stop();
      watch.close();
      setText(heading, t("visit.none"));
      setText(meta, t("visit.none_why"));
      body.hidden = true;
      badge.hidden = true;
      page.setTitle(t("visit.none"));
      setAttribute(root, "aria-busy", null);
    } else {
      page.failed(error);
    }
    return false;
  }

  function end(deleted) {
    changes += 1;
    poller.stop();
    watch.close();
    setText(heading, t("visit.deleted"));
    page.setTitle(t("visit.deleted"));
    root.replaceChildren(...deletedVisit(heading, deleted));
    heading.focus();
  }

  /** After something was done to the visit: what it is now, if that is known, and then what the home says. */
  function showAndRefresh(latest) {
    changes += 1;
    if (latest) show(latest);
    refresh();
  }

  async function reject(face, name) {
    try {
      const corrected = await page.api.rejectMatch(doorId, visitId, face.face_index);
      page.say(t("wrong.done", { name }), "neutral");
      heading.focus();
      showAndRefresh(corrected);
    } catch (error) {
      sayProblem(page, error);
    }
  }

  function show(latest) {
    visit = latest;
    const { label, tone } = outcome(visit);
    const hadFocus = decision.root.contains(document.activeElement);
    setText(heading, who(visit));
    setText(badge, label);
    setAttribute(badge, "class", `badge badge-${tone}`);
    setText(meta, placeAndTime(visit));
    best.update(visit);
    first.update({ url: visit.first_photo_url, alt: t("photo.first_of_visit"), faces: [] });
    watch.update({ live: isWaiting(visit), clip: !visit.anonymised });
    about.update(visit);
    note.update(visit);
    code.update(visit);
    decision.update(visit);
    removal.update(visit);
    note.root.hidden = isWaiting(visit);
    decision.root.hidden = !isWaiting(visit);
    if (hadFocus && decision.root.hidden) heading.focus();
    reconcile(faces, faceRows, facesOf(visit), (face) => String(face.face_index), () => faceRow(page.role === "guest" ? null : reject));
    drawFacts(facts, factsOf(visit));
    page.setTitle(who(visit));
    body.hidden = false;
    setAttribute(root, "aria-busy", null);
  }

  return {
    root,
    start() {
      poller = poll(load, () => (visit && !isWaiting(visit) ? POLL_WHEN_OVER_MILLISECONDS : POLL_MILLISECONDS));
    },
    stop() {
      poller.stop();
      watch.close();
    },
  };
}

function doorNameOf(page, doorId) {
  return page.doors.find((door) => door.door_id === doorId)?.name ?? doorId;
}

function figure(kind, caption, photo) {
  return element("figure", { class: `card visit-photo visit-photo-${kind}` }, photo, element("figcaption", {}, caption));
}

function factsOf(visit) {
  return [
    [t("visit.door"), visit.door_name],
    [t("visit.arrived"), clock(visit.opened_at)],
    [t("visit.last_seen"), clock(visit.last_seen_at)],
    visit.decided_at && [t("visit.decided"), decidedWhen(visit)],
    visit.rule && [t("why.title"), ruleSentence(visit)],
  ].filter(Boolean);
}

function decidedWhen(visit) {
  const time = clock(visit.decided_at);
  return visit.decided_by ? t("visit.decided_by", { time, person: visit.decided_by }) : time;
}
