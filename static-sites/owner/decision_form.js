// What the owner says about a visit: a name and a phone number, someone already known, or no.

import { element, setText } from "/shared/dom.js";
import { OfflineError, RefusedError } from "/shared/http.js";
import { t } from "/shared/i18n.js";
import { confirmed } from "./confirm.js";
import { pictureChoice, textField } from "./fields.js";
import { problemText } from "./problems.js";
import { strangersOf } from "./words.js";

const ENDS_THE_VISIT = new Set(["visit_not_found", "door_not_found", "visit_already_decided", "visit_expired"]);
const PHONE = /^\+[1-9]\d{6,14}$/;

/**
 * The form for one visit: {root, update(visit), isTouched}.
 *
 * `listVisitors()` fetches who is on file; `decide(decision)` sends a decision and may throw. Of the errors,
 * those the owner can mend here are shown here; the others go to `onRefused(error)`.
 */
export function decisionForm({ listVisitors, decide, onRefused }) {
  let visit = null;
  let busy = false;

  const resemblance = element("p", { hidden: true });
  const faces = pictureChoice({ legend: t("decide.whose_face") });
  const name = textField({ label: t("decide.name"), type: "text", autocomplete: "off", maxlength: 80 });
  const phone = textField({
    label: t("decide.phone"),
    hint: t("decide.phone_hint"),
    type: "tel",
    autocomplete: "off",
    maxlength: 24,
  });
  const someoneNew = element("div", { class: "decision-fields" }, name.root, phone.root);
  const visitors = pictureChoice({ legend: t("decide.who") });
  const visitorsNote = element("p", { class: "quiet", role: "status" });
  const someoneKnown = element("div", { hidden: true }, visitorsNote, visitors.root);
  const problem = element("p", { class: "notice notice-danger", role: "alert", hidden: true });
  const letIn = element("button", { type: "submit", class: "button button-primary" }, t("decide.let_in"));
  const switchButton = element(
    "button",
    { type: "button", class: "button", on: { click: switchPerson } },
    t("decide.someone_known"),
  );
  const denyButton = element(
    "button",
    { type: "button", class: "button button-danger", on: { click: deny } },
    t("decide.turn_away"),
  );
  const root = element(
    "form",
    { class: "decision", novalidate: true, on: { submit: approve } },
    resemblance,
    faces.root,
    someoneNew,
    someoneKnown,
    problem,
    element("div", { class: "decision-buttons" }, letIn, switchButton, denyButton),
  );

  function update(latest) {
    visit = latest;
    const strangers = strangersOf(visit);
    faces.root.hidden = strangers.length < 2;
    faces.update(strangers.map(faceOption));
    const resembled = strangers.length === 1 && strangers[0].visitor_name;
    resemblance.hidden = !resembled;
    setText(resemblance, resembled ? t("decide.resembles", { name: resembled }) : "");
  }

  async function switchPerson() {
    const toKnown = someoneKnown.hidden;
    someoneKnown.hidden = !toKnown;
    someoneNew.hidden = toKnown;
    switchButton.textContent = toKnown ? t("decide.someone_new") : t("decide.someone_known");
    showProblem(null);
    if (toKnown) await fillVisitors();
    else name.input.focus();
  }

  async function fillVisitors() {
    visitorsNote.textContent = t("decide.looking_up");
    try {
      const known = (await listVisitors()).filter((visitor) => visitor.status === "approved");
      visitors.update(bySimilarity(known, visit).map(visitorOption));
      visitors.root.hidden = known.length === 0;
      visitorsNote.textContent = known.length === 0 ? t("decide.nobody_on_file") : "";
      visitors.focus();
    } catch (error) {
      visitorsNote.textContent = "";
      handle(error);
    }
  }

  async function approve(event) {
    event.preventDefault();
    const person = someoneKnown.hidden ? readSomeoneNew() : readSomeoneKnown();
    const face = readFace();
    if (person && face) await send({ decision: "approve", ...person, ...face });
  }

  async function deny() {
    const sure = await confirmed({
      question: t("decide.deny_question"),
      explanation: t("decide.deny_explanation"),
      yes: t("decide.turn_away"),
    });
    if (sure) await send({ decision: "deny" });
  }

  async function send(decision) {
    if (busy) return;
    setBusy(true);
    showProblem(null);
    try {
      await decide(decision);
    } catch (error) {
      handle(error);
    } finally {
      setBusy(false);
    }
  }

  function handle(error) {
    if (error instanceof RefusedError && error.code === "phone_invalid") {
      phone.showError(problemText(error));
      phone.input.focus();
    } else if (error instanceof OfflineError) {
      showProblem(t("decide.offline"));
    } else if (error instanceof RefusedError && !ENDS_THE_VISIT.has(error.code)) {
      showProblem(problemText(error));
    } else {
      onRefused(error);
    }
  }

  /** The name and the phone number, or null after showing what is missing. */
  function readSomeoneNew() {
    const digits = phone.value.replace(/[\s().\-/]/g, "");
    name.showError(name.value ? null : t("decide.name_missing"));
    phone.showError(PHONE.test(digits) ? null : t("decide.phone_wrong"));
    const wrong = root.querySelector('[aria-invalid="true"]');
    wrong?.focus();
    return wrong ? null : { name: name.value, phone: digits };
  }

  function readSomeoneKnown() {
    visitors.showError(visitors.value ? null : t("decide.who_missing"));
    if (!visitors.value) visitors.focus();
    return visitors.value ? { visitor_id: visitors.value } : null;
  }

  /** {face_index} of the chosen, or the only, stranger; {} without one; null after asking to choose. */
  function readFace() {
    const strangers = strangersOf(visit);
    if (strangers.length === 0) return {};
    if (strangers.length === 1) return { face_index: strangers[0].face_index };
    faces.showError(faces.value === null ? t("error.face_needed") : null);
    return faces.value === null ? null : { face_index: Number(faces.value) };
  }

  function setBusy(now) {
    busy = now;
    for (const button of [letIn, switchButton, denyButton]) button.setAttribute("aria-disabled", String(now));
    letIn.textContent = now ? t("page.one_moment") : t("decide.let_in");
  }

  function showProblem(text) {
    problem.hidden = text === null;
    problem.textContent = text ?? "";
  }

  return {
    root,
    update,
    get isTouched() {
      return busy || name.value !== "" || phone.value !== "" || root.contains(document.activeElement);
    },
  };
}

function faceOption(face) {
  const looks = face.visitor_name ? t("decide.face_resembles", { name: face.visitor_name }) : "";
  return {
    value: String(face.face_index),
    label: t("face.numbered", { number: face.face_index + 1 }),
    detail: looks,
    pictureUrl: face.photo_url,
  };
}

/** Those whom a face of the visit resembles first, then the order they came in. */
function bySimilarity(visitors, visit) {
  const resembled = new Set(strangersOf(visit).map((face) => face.visitor_id));
  return [...visitors].sort((a, b) => resembled.has(b.visitor_id) - resembled.has(a.visitor_id));
}

function visitorOption(visitor) {
  return {
    value: visitor.visitor_id,
    label: visitor.name,
    detail: visitor.phone,
    pictureUrl: visitor.photo_url,
  };
}
