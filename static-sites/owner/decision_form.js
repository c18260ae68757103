// What the owner says about a visit: a name and a phone number, someone already known, or no.

import { element, setText } from "/shared/dom.js";
import { OfflineError, RefusedError } from "/shared/http.js";
import { confirmed } from "./confirm.js";
import { pictureChoice, textField } from "./fields.js";
import { strangersOf } from "./words.js";

const ENDS_THE_VISIT = new Set(["visit_not_found", "door_not_found", "visit_already_decided", "visit_expired"]);
const PHONE = /^\+[1-9]\d{6,14}$/;
const PHONE_HELP = "Write the phone number with its country code, such as +1 555 555 0123.";

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
  const faces = pictureChoice({ legend: "Whose face is it?" });
  const name = textField({ label: "Name", type: "text", autocomplete: "off", maxlength: 80 });
  const phone = textField({
    label: "Phone number",
    hint: "With country code, such as +1 555 555 0123. The code goes there.",
    type: "tel",
    autocomplete: "off",
    maxlength: 24,
  });
  const someoneNew = element("div", { class: "decision-fields" }, name.root, phone.root);
  const visitors = pictureChoice({ legend: "Who is it?" });
  const visitorsNote = element("p", { class: "quiet", role: "status" });
  const someoneKnown = element("div", { hidden: true }, visitorsNote, visitors.root);
  const problem = element("p", { class: "notice notice-danger", role: "alert", hidden: true });
  const letIn = element("button", { type: "submit", class: "button button-primary" }, "Let in and send a code");
  const switchButton = element(
    "button",
    { type: "button", class: "button", on: { click: switchPerson } },
    "This is someone I know",
  );
  const denyButton = element(
    "button",
    { type: "button", class: "button button-danger", on: { click: deny } },
    "Turn away",
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
    setText(resemblance, resembled ? `Looks a little like ${resembled}, but not enough to be sure.` : "");
  }

  async function switchPerson() {
    const toKnown = someoneKnown.hidden;
    someoneKnown.hidden = !toKnown;
    someoneNew.hidden = toKnown;
    switchButton.textContent = toKnown ? "This is someone new" : "This is someone I know";
    showProblem(null);
    if (toKnown) await fillVisitors();
    else name.input.focus();
  }

  async function fillVisitors() {
    visitorsNote.textContent = "Looking up who is on file …";
    try {
      const known = (await listVisitors()).filter((visitor) => visitor.status === "approved");
      visitors.update(bySimilarity(known, visit).map(visitorOption));
      visitors.root.hidden = known.length === 0;
      visitorsNote.textContent = known.length === 0 ? "Nobody is on file yet. Give a name and a phone number." : "";
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
      question: "Turn this visit away?",
      explanation: "No code is sent, and nobody is asked again for this visit. It cannot be undone.",
      yes: "Turn away",
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
      phone.showError(error.message);
      phone.input.focus();
    } else if (error instanceof OfflineError) {
      showProblem("There is no connection at the moment. Nothing was sent; try again.");
    } else if (error instanceof RefusedError && !ENDS_THE_VISIT.has(error.code)) {
      showProblem(error.message);
    } else {
      onRefused(error);
    }
  }

  /** The name and the phone number, or null after showing what is missing. */
  function readSomeoneNew() {
    const digits = phone.value.replace(/[\s().\-/]/g, "");
    name.showError(name.value ? null : "Write the visitor’s name.");
    phone.showError(PHONE.test(digits) ? null : PHONE_HELP);
    const wrong = root.querySelector('[aria-invalid="true"]');
    wrong?.focus();
    return wrong ? null : { name: name.value, phone: digits };
  }

  function readSomeoneKnown() {
    visitors.showError(visitors.value ? null : "Choose who it is.");
    if (!visitors.value) visitors.focus();
    return visitors.value ? { visitor_id: visitors.value } : null;
  }

  /** {face_index} of the chosen, or the only, stranger; {} without one; null after asking to choose. */
  function readFace() {
    const strangers = strangersOf(visit);
    if (strangers.length === 0) return {};
    if (strangers.length === 1) return { face_index: strangers[0].face_index };
    faces.showError(faces.value === null ? "Choose the face that goes with the name." : null);
    return faces.value === null ? null : { face_index: Number(faces.value) };
  }

  function setBusy(now) {
    busy = now;
    for (const button of [letIn, switchButton, denyButton]) button.setAttribute("aria-disabled", String(now));
    letIn.textContent = now ? "One moment …" : "Let in and send a code";
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
  const looks = face.visitor_name ? `looks a little like ${face.visitor_name}` : "";
  return {
    value: String(face.face_index),
    label: `Face ${face.face_index + 1}`,
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
