// #/passes/new: somebody is invited. First how often they come, then only what that needs; the code is shown once.

import { element, setText } from "/shared/dom.js";
import { OfflineError, RefusedError } from "/shared/http.js";
import { t } from "/shared/i18n.js";
import { poll } from "/shared/poll.js";
import { fieldOf, pictureChoice, uniqueId } from "./fields.js";
import { readSettings } from "./home_api.js";
import { createPass } from "./passes_api.js";
import { invitation } from "./passes_made.js";
import { messagePreview } from "./passes_message.js";
import { scheduleFields } from "./passes_schedule.js";
import { zoneNote } from "./passes_words.js";
import { peoplePicker } from "./people_picker.js";
import { personFields } from "./person_fields.js";
import { problemBox, problemText } from "./problems.js";
import { SessionOverError } from "./session.js";

const KINDS = ["once", "window", "recurring"];
const NEW = "new";
const RETRY_MILLISECONDS = 2_000;
/** What is in the way of the message, and not of the pass. */
const UNSENT = new Set(["message_not_sent", "message_refused", "phone_invalid", "phone_unreachable"]);

export function newPassView(page) {
  let requestId = crypto.randomUUID(); // sent again after a lost answer, it finds the pass that it made
  let isBusy = false;
  let isLeft = false;
  let poller = null;
  let visitors = [];

  const heading = element("h1", { tabindex: "-1" }, t("passes.invite"));
  const zone = element("p", { class: "quiet small", hidden: true });
  const summary = errorSummary();
  const kind = pictureChoice({ legend: t("passes.how_often") });
  kind.update(KINDS.map((value) => ({ value, label: t(`passes.kind.${value}`), detail: t(`passes.kind_detail.${value}`) })));
  kind.root.classList.add("pass-kinds");
  const who = peoplePicker({ legend: t("passes.who"), asTiles: false, first: { value: NEW, label: t("passes.someone_new") } });
  const person = personFields();
  const { name, phone } = person;
  const someoneNew = element("div", { class: "pass-pair" }, name.root, phone.root);
  const door = doorField(page.doors);
  const schedule = scheduleFields();
  const send = element("input", { type: "checkbox", checked: true });
  const preview = element("blockquote", { class: "pass-message", lang: "en" });
  const previewNote = element("p", { class: "quiet small" });
  const problem = problemBox();
  const submit = element("button", { type: "submit", class: "button button-primary" }, t("passes.create"));
  const rest = element(
    "div",
    { class: "pass-fields", hidden: true },
    part(t("passes.part_who"), who.root, someoneNew),
    part(t("passes.part_when"), zone, schedule.root, door.root),
    part(t("passes.part_message"), element("div", { class: "field" }, element("label", { class: "choice" }, send, t("passes.send"))), previewNote, preview),
    problem.root,
    element("div", { class: "pass-buttons" }, submit, element("a", { class: "button", href: "#/passes" }, t("confirm.cancel"))),
  );
  const form = element(
    "form",
    { class: "pass-form", novalidate: true, on: { submit: create, change: changed, input: showPreview } },
    summary.root,
    kind.root,
    rest,
  );
  const root = element("div", { class: "stack pass-new" }, heading, form);

  function changed() {
    const kindNow = kind.value;
    if (kindNow && rest.dataset.kind !== kindNow) {
      rest.dataset.kind = kindNow;
      schedule.setKind(kindNow);
      rest.hidden = false;
    }
    someoneNew.hidden = visitors.length > 0 && who.value !== NEW;
    showPreview();
  }

  function showPreview() {
    if (!kind.value) return;
    const isComplete = schedule.problems().length === 0;
    preview.hidden = previewNote.hidden = !isComplete;
    setText(preview, isComplete ? messagePreview(invited() || t("passes.nobody_named"), door.name, { door_id: door.value, ...schedule.read() }) : "");
    setText(previewNote, send.checked ? t("passes.preview") : t("passes.preview_unsent"));
  }

  /** The name of whoever is invited, as far as it is known; empty where not. */
  function invited() {
    const known = visitors.find((visitor) => visitor.visitor_id === who.value);
    return known ? known.name : name.value;
  }

  async function load() {
    try {
      const [{ time_zone: zoneNow }, everybody] = await Promise.all([readSettings(page.api), page.api.visitors()]);
      page.reached();
      visitors = everybody.filter((visitor) => visitor.status === "approved");
      who.root.hidden = visitors.length === 0;
      who.update(visitors);
      if (who.value === null && (name.value || phone.value)) who.choose(NEW); // typed before the list was there
      const note = zoneNote(zoneNow);
      zone.hidden = !note;
      setText(zone, note ?? "");
      schedule.useZone(zoneNow);
      changed();
      poller?.stop();
      return true;
    } catch (error) {
      page.failed(error);
      return false;
    }
  }

  async function create(event) {
    event.preventDefault();
    if (isBusy) return;
    problem.show(null);
    const invitee = readPerson();
    const found = [...invitee.problems, ...schedule.problems()];
    for (const field of [who, name, phone]) field.showError(null);
    schedule.clearErrors();
    for (const { field, text } of found) field.showError(text);
    summary.show(found);
    if (found.length > 0) return;
    setBusy(true);
    try {
      const wanted = { request_id: requestId, door_id: door.value, ...invitee.fields, ...schedule.read(), send: send.checked };
      showMade(await createPass(page.api, wanted));
      page.reached();
    } catch (error) {
      handle(error);
    } finally {
      setBusy(false);
    }
  }

  /** {fields, problems}: of somebody on file, or of somebody new. */
  function readPerson() {
    const isKnown = visitors.length > 0 && who.value !== NEW;
    if (isKnown && !who.value) return { problems: [{ field: who, text: t("passes.who_missing") }] };
    if (isKnown) return { fields: { visitor_id: who.value }, problems: [] };
    return person.read();
  }

  function showMade(made) {
    const result = invitation(made, page);
    root.replaceChildren(...result.parts);
    if (isLeft) return;
    page.setTitle(t("passes.made_title"));
    window.scrollTo(0, 0);
    result.focus();
  }

  function handle(error) {
    if (error.code === "pass_made_already") requestId = crypto.randomUUID();
    const field = fieldOf(error, { name, phone, ...schedule.fields });
    if (error instanceof SessionOverError) {
      page.failed(error);
    } else if (field) {
      field.showError(problemText(error));
      summary.show([{ field, text: problemText(error) }]);
    } else if (error instanceof OfflineError) {
      problem.show(t("passes.no_answer"));
    } else if (UNSENT.has(error.code)) {
      problem.show(t("passes.not_sent"));
    } else if (error instanceof RefusedError) {
      problem.show(problemText(error));
    } else {
      throw error;
    }
  }

  function setBusy(now) {
    isBusy = now;
    submit.setAttribute("aria-disabled", String(now));
    setText(submit, now ? t("page.one_moment") : t("passes.create"));
  }

  return {
    root,
    start() {
      page.setTitle(t("passes.invite"));
      if (page.role === "guest") {
        root.replaceChildren(heading, element("p", { class: "card empty" }, t("passes.not_for_guests")));
        return;
      }
      poller = poll(load, () => RETRY_MILLISECONDS);
    },
    stop() {
      isLeft = true;
      poller?.stop();
    },
  };
}

/** A card of the form with a heading. */
function part(title, ...children) {
  const id = uniqueId("part");
  return element("section", { class: "card panel", "aria-labelledby": id }, element("h2", { id }, title), ...children);
}

/** Which door: {root, value, name}; nothing to choose, and nothing to see, where there is one. */
function doorField(doors) {
  const id = uniqueId("door");
  const select = element("select", { id }, ...doors.map((door) => element("option", { value: door.door_id }, door.name)));
  const root = element("div", { class: "field", hidden: doors.length < 2 }, element("label", { for: id }, t("passes.door")), select);
  return {
    root,
    get value() {
      return select.value;
    },
    get name() {
      return doors.find((door) => door.door_id === select.value)?.name ?? select.value;
    },
  };
}

/** All that is wrong in one place, each a way to its field: {root, show([{field, text}])}. */
function errorSummary() {
  const title = element("h2", {});
  const list = element("ul", { role: "list" });
  const root = element("div", { class: "notice notice-danger pass-summary", tabindex: "-1", hidden: true }, title, list);
  return {
    root,
    show(problems) {
      root.hidden = problems.length === 0;
      setText(title, problems.length === 0 ? "" : t("passes.problems", { count: problems.length }));
      list.replaceChildren(
        ...problems.map(({ field, text }) => {
          const go = () => (field.input ?? field).focus();
          return element("li", {}, element("button", { type: "button", class: "pass-problem", on: { click: go } }, text));
        }),
      );
      if (problems.length > 0) root.focus();
    },
  };
}
