// What a visit's card in the list and its own page have in common: the photo with its faces, and the decision.

import { element, setText } from "/shared/dom.js";
import { RefusedError } from "/shared/http.js";
import { t } from "/shared/i18n.js";
import { secondsUntil, duration, since } from "/shared/times.js";
import { decisionForm } from "./decision_form.js";
import { markedPhoto } from "./photo.js";
import { isWaiting, outcomeSentence, who } from "./words.js";

/** The best photo of a visit, with a mark on every face: {root, update(visit)}. */
export function bestPhoto({ onLinkFailed }) {
  const photo = markedPhoto({ onLinkFailed });
  const update = (visit) =>
    photo.update({ url: visit.photo_url, alt: t("photo.from", { door: visit.door_name, who: who(visit) }), faces: labelled(visit) });
  return { root: photo.root, update };
}

/** "Front door · 12 seconds ago · decide within 9 minutes". */
export function placeAndTime(visit) {
  const parts = [visit.door_name, since(visit.opened_at)];
  const secondsLeft = secondsUntil(visit.expires_at);
  if (isWaiting(visit) && secondsLeft > 0) parts.push(t("visit.decide_within", { duration: duration(secondsLeft) }));
  return parts.join(" · ");
}

/**
 * The decision on a visit: {root, update(visit), isTouched}. After a decision, or where somebody else was
 * faster, it says so in the page's message and calls `onDecided(visit or null)`.
 */
export function decisionOn({ doorId, visitId, page, onDecided }) {
  let name = "";
  const form = decisionForm({
    listVisitors: () => page.api.visitors(),
    decide: async (decision) => {
      const visit = await page.api.decide({ door_id: doorId, visit_id: visitId }, decision);
      page.say(decisionSentence(visit, decision), decision.decision === "deny" ? "neutral" : "good");
      onDecided(visit);
    },
    onRefused: (error) => {
      if (!(error instanceof RefusedError)) return page.failed(error);
      page.warn(refusalSentence(error, name));
      return onDecided(null);
    },
  });
  const update = (visit) => {
    name = who(visit);
    form.update(visit);
  };
  return {
    root: form.root,
    update,
    get isTouched() {
      return form.isTouched;
    },
  };
}

/** Says what became of a visit: {root, update(visit)}. */
export function outcomeNote() {
  const root = element("p", { class: "notice" });
  return { root, update: (visit) => setText(root, outcomeSentence(visit)) };
}

/** The faces with the text of their marks: a name where known, a number where several are unknown. */
function labelled(visit) {
  const isAlone = visit.faces.length < 2;
  return visit.faces.map((face) => {
    const number = isAlone ? "" : t("face.numbered", { number: face.face_index + 1 });
    return { ...face, label: face.known ? (face.visitor_name ?? number) : number };
  });
}

function decisionSentence(visit, decision) {
  if (decision.decision === "deny") return t("decided.turned_away");
  return t("decided.let_in", { name: visit.visitor_name ?? t("visitor") });
}

function refusalSentence(error, name) {
  switch (error.code) {
    case "visit_already_decided":
      return t("error.visit_already_decided", { who: name });
    case "visit_expired":
      return t("error.visit_expired");
    default:
      return t("error.visit_not_found");
  }
}
