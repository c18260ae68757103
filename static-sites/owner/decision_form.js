// What is said about a visit: no, someone already known, or a name and a phone number. Three buttons in a bar that
// stays under the thumb; letting in opens what it needs above the bar.

import { element, icon, setAttribute, setText } from "/shared/dom.js";
import { OfflineError, RefusedError } from "/shared/http.js";
import { t } from "/shared/i18n.js";
import { pictureChoice, showAtField } from "./fields.js";
import { peoplePicker } from "./people_picker.js";
import { personFields, showProblems } from "./person_fields.js";
import { problemBox, problemText } from "./problems.js";
import { isSure, knownVisitor, strangersOf } from "./words.js";

const ENDS_THE_VISIT = new Set(["visit_not_found", "door_not_found", "visit_already_decided", "visit_expired"]);
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
  let names = []; // of everybody on file

  const faces = pictureChoice({ legend: t("decide.whose_face"), asTiles: true });
  const someone = personFields();
  const someoneNew = element("div", { class: "decision-fields" }, someone.name.root, someone.phone.root);
  const visitors = peoplePicker({ legend: t("decide.who"), detailOf: detailOn });
  const visitorsNote = element("p", { class: "quiet", role: "status" });
  const someoneKnown = element("div", { class: "decision-known" }, visitorsNote, visitors.root);
  const problem = problemBox();

  const denyButton = barButton("button-danger", CROSS, t("decide.turn_away"), () => send({ decision: "deny" }));
  const knownButton = barButton("", PERSON, t("decide.someone_known"), () => open("known", knownButton));
  const newButton = barButton("button-primary", TICK, t("decide.let_in"), letInOrAsk);
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
    problem.root,
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
    else if (!several) someone.name.input.focus();
    if (person === "known") someoneKnown.scrollIntoView({ block: "start" });
    else second.scrollIntoView({ block: "nearest" });
  }

  /** Who is on file already needs no name and number. */
  function letInOrAsk() {
    const known = visit.faces.every(isSure) && knownVisitor(visit);
    if (known) return send({ decision: "approve", visitor_id: known.id });
    return open("new", newButton);
  }

  function close() {
    person = null;
    showProblem(null);
    draw();
    opener.focus();
  }

  function closeByEscape(event) {
    const isSearch = event.target.type === "search" && event.target.value; // which Escape empties
    if (event.key === "Escape" && person && !busy && !isSearch) close();
  }

  async function fillVisitors(keepFocus) {
    setText(visitorsNote, t("decide.looking_up"));
    if (!keepFocus) back.focus();
    try {
      const known = (await listVisitors()).filter((visitor) => visitor.status === "approved");
      if (person !== "known") return; // thought over meanwhile
      names = known.map((visitor) => visitor.name);
      visitors.update([...known].sort((a, b) => isLikely(b) - isLikely(a)));
      visitors.root.hidden = known.length === 0;
      letIn.hidden = known.length === 0;
      setText(visitorsNote, known.length === 0 ? t("decide.nobody_on_file") : "");
      if (!keepFocus && document.activeElement === back) visitors.focus();
    } catch (error) {
      setText(visitorsNote, "");
      handle(error);
    }
  }

  /** Whether a visitor is who somebody at the door looks like. */
  function isLikely({ visitor_id: id }) {
    return id === knownVisitor(visit)?.id || strangersOf(visit).some((face) => face.visitor_id === id);
  }

  /** What tells people of the same name apart, and who looks like it. */
  function detailOn(visitor) {
    const isTwice = names.indexOf(visitor.name) !== names.lastIndexOf(visitor.name);
    return [isLikely(visitor) && t("decide.likely"), isTwice && visitor.phone].filter(Boolean).join(" · ");
  }

  async function approve(event) {
    event.preventDefault();
    if (!person) return;
    const face = readFace();
    const whom = person === "new" ? readSomeoneNew() : readSomeoneKnown();
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
    if (showAtField(error, { name: someone.name, phone: someone.phone, face_index: faces })) return;
    if (error instanceof RefusedError && error.code === "phone_unreachable") {
      showProblem(t("decide.unreachable", { name: known() ?? t("visitor") }));
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
    const { fields, problems } = someone.read();
    showProblems([someone.name, someone.phone], problems);
    return problems.length === 0 ? fields : null;
  }

  function readSomeoneKnown() {
    visitors.showError(visitors.value ? null : t("decide.who_missing"));
    if (!visitors.value) visitors.focus();
    return visitors.value ? { visitor_id: visitors.value } : null;
  }

  /** The name of whoever on file is let in; null where it is not known. */
  function known() {
    return (person === "known" ? visitors.label : knownVisitor(visit)?.name) ?? null;
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
    problem.show(text);
  }

  return {
    root,
    update,
    get isTouched() {
      return busy || person !== null || someone.name.value !== "" || someone.phone.value !== "" || root.contains(document.activeElement);
    },
  };
}

function barButton(kind, path, text, click) {
  return element("button", { type: "button", class: `button ${kind}`, on: { click } }, icon(path), element("span", {}, text));
}

function whoseFace({ no_access, visitor_name: name }) {
  if (!name) return "";
  return no_access ? name : t("decide.face_resembles", { name });
}

function faceOption(face) {
  return {
    value: String(face.face_index),
    label: t("face.numbered", { number: face.face_index + 1 }),
    detail: whoseFace(face),
    pictureUrl: face.photo_url,
  };
}
