// One visit that waits, as a card: the photo, who it may be, and the decision under the thumb.

import { element, setText } from "/shared/dom.js";
import { t } from "/shared/i18n.js";
import { aboutPerson, bestPhoto, decisionOn, outcomeNote, placeAndTime } from "./visit_panel.js";
import { addressOf } from "./visits.js";
import { watchBar } from "./watch.js";
import { isWaiting, who } from "./words.js";

/** One visit that waits: {root, update(visit), close(), visit, isDone, isTouched}. */
export function waitingCard(first, page, refresh) {
  let visit = first;
  let isDone = false;
  const link = element("a", { href: addressOf(first) });
  const meta = element("p", { class: "quiet" });
  const photo = bestPhoto({ onLinkFailed: refresh });
  const watch = watchBar({
    page,
    doorId: first.door_id,
    doorName: first.door_name,
    visitId: first.visit_id,
    instead: photo.root,
  });
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
  const over = element("div", { class: "decision", hidden: true }, note.root, dismiss);
  const headingId = `visit-${first.visit_id}`;
  const root = element(
    "article",
    { class: "card waiting-card", "aria-labelledby": headingId },
    element("div", { class: "waiting-photo" }, photo.root, watch.stage),
    element(
      "div",
      { class: "waiting-words" },
      element("h2", { id: headingId }, link),
      meta,
      about.root,
      watch.root,
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
      if (over.hidden && !isWaiting(visit)) page.announce(note.root.textContent);
      over.hidden = isWaiting(visit);
      decision.root.hidden = !isWaiting(visit);
    },
    close: watch.close,
    get visit() {
      return visit;
    },
    get isDone() {
      return isDone;
    },
    get isTouched() {
      return !isDone && (decision.isTouched || watch.isOpen || !over.hidden);
    },
  };
}
