// What is said about a visit: no, someone already known, or a name and a phone number. Three buttons in a bar that
// stays under the thumb; letting in opens what it needs above the bar.

import { element, icon, setAttribute, setText } from "/shared/dom.js";
import { OfflineError, RefusedError } from "/shared/http.js";
import { t } from "/shared/i18n.js";
import { pictureChoice, textField } from "./fields.js";
import { problemText } from "./problems.js";
import { strangersOf } from "./words.js";

const ENDS_THE_VISIT = new Set(["visit_not_found", "door_not_found", "visit_already_decided", "visit_expired"]);
const PHONE = /^\+[1-9]\d{6,14}$/;
const CROSS = "M6 6l12 12M18 6L6 18";
const PERSON = "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21a8 8 0 0 1 16 0";
const TICK = "M5 13l4 4L19 7";

/**
 * The form for one visit: {root, update(visit), isTouched}.
 *
 * `listVisitors()` fetches who is on file; `decide(decision)` sends a decision and may throw. Of the errors,
 * those that can be mended here are shown here; the others go to `onRefused(error)`.
 */
export function decisionForm({ listVisitors, decide, onRefused }) {
  let visit = null;
  let busy = false;
  let person = null; // "new" or "known" while somebody is being let in
  let opener = null;

  const faces = pictureChoice({ legend: t("decide.whose_face"), asTiles: true });
  const name = textField({ label: t("decide.name"), type: "text", autocomplete: "off", maxlength: 80 });
  const phone = textField({
    label: t("decide.phone"),
    hint: t("decide.phone_hint"),
    type: "tel",
    autocomplete: "off",
    maxlength: 24,
  });
  const someoneNew = element("div", { class: "decision-fields" }, name.root, phone.root);
  const visitors = pictureChoice({ legend: t("decide.who"), asTiles: true });
  const visitorsNote = element("p", { class: "quiet", role: "status" });
  const someoneKnown = element("div", {}, visitorsNote, visitors.root);
  const problem = element("p", { class: "notice notice-danger", role: "alert", hidden: true });

  const denyButton = barButton("button-danger", CROSS, t("decide.turn_away"), () => send({ decision: "deny" }));
  const knownButton = barButton("", PERSON, t("decide.someone_known"), () => open("known", knownButton));
  const newButton = barButton("button-primary", TICK, t("decide.let_in"), () => open("new", newButton));
  const first = element("div", { class: "decision-bar decision-bar-first" }, denyButton, knownButton, newButton);
  const back = element("button", { type: "button", class: "button", on: { click: close } }, t("decide.back"));
  const letIn = element("button", { type: "submit", class: "button button-primary" }, t("decide.send_code"));
  const second = element("div", { class: "decision-bar" }, back, letIn);
  const root = element(
    "form",
    { class: "decision", novalidate: true, on: { submit: approve, keydown: closeByEscape } },
    faces.root,
    someoneNew,
    someoneKnown,
    problem,
    first,
    second,
  );
  draw();

  function draw() {
    faces.root.hidden = person === null || strangersOf(visit).length < 2;
    someoneNew.hidden = person !== "new";
    someoneKnown.hidden = person !== "known";
    first.hidden = person !== null;
    second.hidden = person === null;
  }

  function update(latest) {
    visit = latest;
    faces.update(strangersOf(visit).map(faceOption));
    draw();
  }

  async function open(whom, button) {
    person = whom;
    opener = button;
    showProblem(null);
    draw();
    const several = !faces.root.hidden;
    if (several) faces.focus();
    if (person === "known") await fillVisitors(several);
    else if (!several) name.input.focus();
    second.scrollIntoView({ block: "nearest" });
  }

  function close() {
    person = null;
    showProblem(null);
    draw();
    opener.focus();
  }

  function closeByEscape(event) {
    if (event.key === "Escape" && person && !busy) close();
  }

  async function fillVisitors(keepFocus) {
    setText(visitorsNote, t("decide.looking_up"));
    if (!keepFocus) back.focus();
    try {
      const known = (await listVisitors()).filter((visitor) => visitor.status === "approved");
      const resembled = new Set(strangersOf(visit).map((face) => face.visitor_id));
      const likelyFirst = [...known].sort((a, b) => resembled.has(b.visitor_id) - resembled.has(a.visitor_id));
      const names = known.map((visitor) => visitor.name);
      const isTwice = ({ name }) => names.indexOf(name) !== names.lastIndexOf(name);
      visitors.update(
        likelyFirst.map((visitor) => ({
          value: visitor.visitor_id,
          label: visitor.name,
          detail: resembled.has(visitor.visitor_id) ? t("decide.likely") : isTwice(visitor) ? visitor.phone : "",
          pictureUrl: visitor.photo_url,
        })),
      );
      visitors.root.hidden = known.length === 0;
      letIn.hidden = known.length === 0;
      setText(visitorsNote, known.length === 0 ? t("decide.nobody_on_file") : "");
      if (!keepFocus && document.activeElement === back) visitors.focus();
    } catch (error) {
      setText(visitorsNote, "");
      handle(error);
    }
  }

  async function approve(event) {
    event.preventDefault();
    if (!person) return;
    const face = readFace();
    const whom = person === "new" ? readSomeoneNew() : readSomeoneKnown();
    root.querySelector('[aria-invalid="true"]')?.focus();
    if (whom && face) await send({ decision: "approve", ...whom, ...face });
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
    return name.value && PHONE.test(digits) ? { name: name.value, phone: digits } : null;
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
    if (faces.value === null) faces.focus();
    return faces.value === null ? null : { face_index: Number(faces.value) };
  }

  function setBusy(now) {
    busy = now;
    for (const button of [letIn, back, denyButton, knownButton, newButton]) {
      setAttribute(button, "aria-disabled", now ? "true" : null);
    }
    setText(letIn, now ? t("page.one_moment") : t("decide.send_code"));
  }

  function showProblem(text) {
    letIn.hidden = false;
    problem.hidden = text === null;
    setText(problem, text ?? "");
  }

  return {
    root,
    update,
    get isTouched() {
      return busy || person !== null || name.value !== "" || phone.value !== "" || root.contains(document.activeElement);
    },
  };
}

function barButton(kind, path, text, click) {
  return element("button", { type: "button", class: `button ${kind}`, on: { click } }, icon(path), element("span", {}, text));
}

function faceOption(face) {
  return {
    value: String(face.face_index),
    label: t("face.numbered", { number: face.face_index + 1 }),
    detail: face.visitor_name ? t("decide.face_resembles", { name: face.visitor_name }) : "",
    pictureUrl: face.photo_url,
  };
}
