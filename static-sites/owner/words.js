// How visits are put into words.

import { listed, t } from "/shared/i18n.js";
import { secondsUntil } from "/shared/times.js";

const TONES = { open: "waiting", awaiting_owner: "waiting", code_sent: "neutral", admitted: "good", denied: "danger" };

/** Who a visit shows: "Someone you don’t know", "Ada with two people you don’t know", "Ada". */
export function who(visit) {
  if (visit.visitor_name) return visit.visitor_name;
  const names = visit.faces.filter((face) => isSure(face) && face.visitor_name).map((face) => face.visitor_name);
  const count = visit.faces.filter((face) => !isSure(face)).length;
  if (count === 0) return names.length > 0 ? listed(names) : t("who.somebody");
  return names.length > 0 ? t("who.known_with", { names: listed(names), count }) : t("who.unknown", { count });
}

/** What became of a visit: {label, tone}, tone being waiting, neutral, good or danger. */
export function outcome(visit) {
  if (visit.state === "code_sent" && isUnused(visit)) return { label: t("outcome.unused"), tone: "neutral" };
  if (visit.state === "expired") {
    return { label: visit.decided_at ? t("outcome.unused") : t("outcome.undecided"), tone: "neutral" };
  }
  return { label: t(`outcome.state.${visit.state}`), tone: TONES[visit.state] };
}

/** The outcome as a sentence, for the visit's own page. */
export function outcomeSentence(visit) {
  const name = visit.visitor_name ?? t("visitor");
  switch (visit.state) {
    case "code_sent":
      return isUnused(visit) ? t("outcome.sentence.unused", { name }) : t("outcome.sentence.code_sent", { name });
    case "admitted":
      return t("outcome.sentence.admitted", { name });
    case "denied":
      return t("outcome.sentence.denied");
    case "expired":
      return visit.decided_at ? t("outcome.sentence.unused", { name }) : t("outcome.sentence.undecided");
    default:
      return t("outcome.sentence.waiting");
  }
}

/** What somebody of the household decided, of a visit or of a refusal that carries `state` and `decided_by`. */
export function decidedElsewhere({ state, decided_by: person }, name) {
  if (!person) return t("error.visit_already_decided", { who: name });
  return state === "denied"
    ? t("decided.other_turned_away", { who: name, person })
    : t("decided.other_let_in", { who: name, person });
}

/** What decided, in a sentence; null while nothing did. */
export function ruleSentence(visit) {
  const person = visit.decided_by ?? t("who.somebody");
  return visit.rule ? t(`why.rule.${visit.rule}`, { person }) : null;
}

/** Who is at the door, where that is one person on file: {id, name}; else null. */
export function knownVisitor(visit) {
  if (visit.visitor_id) return { id: visit.visitor_id, name: visit.visitor_name };
  const [face, ...others] = visit.faces;
  return face && isSure(face) && others.length === 0 ? { id: face.visitor_id, name: face.visitor_name } : null;
}

/** Whether the time of a visit's code is over. */
function isUnused(visit) {
  return Boolean(visit.code_expires_at) && secondsUntil(visit.code_expires_at) < 0;
}

/** Whether the owner still has something to decide. */
export function isWaiting(visit) {
  return visit.state === "open" || visit.state === "awaiting_owner";
}

/** Whether it is known whose face it is, be they let in at this door or not. */
export function isSure(face) {
  return face.known || Boolean(face.no_access);
}

/** The faces of a visit about which there is something to decide. */
export function strangersOf(visit) {
  return visit.faces.filter((face) => !face.known);
}

/** How much a face looks like who it is taken for, 0 to 100, never rounded up; null where that is not known. */
export function similarityOf(face) {
  return face.similarity ? Math.floor(face.similarity * 10) / 10 : null;
}

/** One face in words; `number` is how the photo marks it, similarities are percentages. */
export function faceSentence(face, number) {
  if (face.named) return t("face.named", { number, name: face.named });
  const name = face.visitor_name ?? t("who.on_file");
  const similarity = similarityOf(face);
  if (face.known) return similarity ? t("face.recognised_at", { name, similarity }) : t("face.recognised", { name });
  if (!face.visitor_name) return t("face.unknown", { number });
  if (face.no_access) return t("face.no_access", { name, similarity });
  return similarity ? t("face.resembles_at", { number, name, similarity }) : t("face.resembles", { number, name });
}
