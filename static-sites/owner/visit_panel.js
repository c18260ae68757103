// What a visit's card in the list and its own page have in common: the photo with its faces, and the decision.

import { element, setText } from "/shared/dom.js";
import { RefusedError } from "/shared/http.js";
import { secondsUntil, duration, since } from "/shared/times.js";
import { decisionForm } from "./decision_form.js";
import { markedPhoto } from "./photo.js";
import { isWaiting, outcomeSentence, who } from "./words.js";

/** The best photo of a visit, with a mark on every face: {root, update(visit)}. */
export function bestPhoto({ onLinkFailed }) {
  const photo = markedPhoto({ onLinkFailed });
  const update = (visit) =>
    photo.update({ url: visit.photo_url, alt: `Photo from the ${visit.door_name}: ${who(visit)}`, faces: labelled(visit) });
  return { root: photo.root, update };
}

/** "Front door · 12 seconds ago · decide within 9 minutes". */
export function placeAndTime(visit) {
  const parts = [visit.door_name, since(visit.opened_at)];
  const secondsLeft = secondsUntil(visit.expires_at);
  if (isWaiting(visit) && secondsLeft > 0) parts.push(`decide within ${duration(secondsLeft)}`);
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
    const number = isAlone ? "" : `Face ${face.face_index + 1}`;
    return { ...face, label: face.known ? (face.visitor_name ?? number) : number };
  });
}

function decisionSentence(visit, decision) {
  if (decision.decision === "deny") return "Turned away. No code was sent.";
  return `${visit.visitor_name ?? "The visitor"} gets a code by text message.`;
}

function refusalSentence(error, name) {
  switch (error.code) {
    case "visit_already_decided":
      return `This visit was already decided (${name}). Below is what became of it.`;
    case "visit_expired":
      return "This visit is over: nobody decided in time. Whoever comes back is a new visit.";
    default:
      return "This visit does not exist, or no longer.";
  }
}
