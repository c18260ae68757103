// What a visit's card in the list and its own page have in common: the photo with its faces, who it may be, and
// the decision.

import { element, setText } from "/shared/dom.js";
import { RefusedError } from "/shared/http.js";
import { t } from "/shared/i18n.js";
import { secondsUntil, clock, duration, since } from "/shared/times.js";
import { messageProblemNote } from "./code_note.js";
import { decisionForm } from "./decision_form.js";
import { markedPhoto } from "./photo.js";
import { seenBefore } from "./seen_before.js";
import { offerUndo } from "./undo.js";
import { decidedElsewhere, isSure, isWaiting, outcomeSentence, similarityOf, strangersOf, who } from "./words.js";

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

/** How sure the home is who it is, how often they were seen, and whether they are still there: {root, update(visit)}. */
export function aboutPerson(page) {
  const sure = element("p", { hidden: true });
  const seen = seenBefore(page);
  const gone = element("p", { class: "notice notice-warning", hidden: true });
  const unsent = messageProblemNote(page);
  const root = element("div", { class: "about-person" }, unsent.root, sure, seen.root, element("div", { role: "status" }, gone));

  function update(visit) {
    const sentence = sureness(visit);
    sure.hidden = !sentence;
    setText(sure, sentence);
    seen.update(visit);
    unsent.update(visit);
    const hasLeft = isWaiting(visit) && secondsUntil(visit.out_of_sight_from) < 0;
    gone.hidden = !hasLeft;
    setText(gone, hasLeft ? t("visit.gone_since", { time: clock(visit.last_seen_at) }) : "");
  }

  return { root, update };
}

/**
 * The decision on a visit: {root, update(visit), isTouched}. After a decision it offers to undo it; where somebody
 * else was faster, it says who and what. Both call `onDecided(visit or null)`, an undo `onUndone(visit or null)`.
 */
export function decisionOn({ doorId, visitId, page, onDecided, onUndone }) {
  if (page.role === "guest") {
    return { root: element("p", { class: "notice" }, t("decide.guest")), update: () => {}, isTouched: false };
  }
  let name = "";
  const form = decisionForm({
    listVisitors: () => page.api.visitors(),
    decide: async (decision) => {
      const visit = await page.api.decide({ door_id: doorId, visit_id: visitId }, decision);
      const [sentence, tone] =
        decision.decision === "deny"
          ? [t("decided.turned_away"), "neutral"]
          : [t("decided.let_in", { name: visit.visitor_name ?? t("visitor") }), "good"];
      offerUndo({ page, visit, sentence, tone, onUndone });
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

/** Says what became of a visit, and by whom: {root, update(visit)}. */
export function outcomeNote() {
  const root = element("p", { class: "notice" });
  const update = (visit) => {
    const by = visit.decided_by && visit.rule !== "pass" ? t("outcome.by", { person: visit.decided_by }) : "";
    setText(root, `${outcomeSentence(visit)} ${by}`.trim());
  };
  return { root, update };
}

/** The faces with the text of their marks: a name where known, a number where several are unknown. */
function labelled(visit) {
  const isAlone = visit.faces.length < 2;
  return visit.faces.map((face) => {
    const number = isAlone ? "" : t("face.numbered", { number: face.face_index + 1 });
    const name = isSure(face) ? face.visitor_name : face.face_index === visit.named_face_index && visit.visitor_name;
    return { ...face, label: name || number };
  });
}

function sureness(visit) {
  const strangers = strangersOf(visit);
  const name = strangers.length === 1 && strangers[0].visitor_name;
  if (!name) return "";
  if (strangers[0].no_access) return t("decide.no_access", { name });
  const similarity = similarityOf(strangers[0]);
  return similarity === null ? t("decide.resembles", { name }) : t("decide.resembles_at", { name, similarity });
}

function refusalSentence(error, name) {
  switch (error.code) {
    case "visit_already_decided":
      return decidedElsewhere(error.details, name);
    case "visit_expired":
      return t("error.visit_expired");
    default:
      return t("error.visit_not_found");
  }
}
