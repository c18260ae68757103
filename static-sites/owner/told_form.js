// Where and about what somebody of the household is told by text message.

import { element } from "/shared/dom.js";
import { RefusedError } from "/shared/http.js";
import { listed, t } from "/shared/i18n.js";
import { textField, uniqueId } from "./fields.js";
import { readMyMessages, writeMyMessages } from "./home_api.js";
import { checkbox, part, problemBox, problemInForm } from "./home_parts.js";

const PHONE = /^\+[1-9]\d{6,14}$/;
const ABOUT = ["stranger", "blocked", "unreachable"];
const OF_THE_NUMBER = new Set(["phone_invalid", "phone_unreachable", "phone_opted_out", "phone_of_home"]);

/** "+15555550123: people you don’t know and people you blocked", or that nothing is sent. */
export function toldSummary({ phone, told_about: about }) {
  if (!phone || about.length === 0) return t("told.nothing");
  return t("told.summary", { phone, what: listed(about.map((one) => t(`told.short.${one}`))) });
}

/**
 * {root, update(contact), saves} over {phone?, told_about}. `save(contact)` sends both and answers with what is stored. What is
 * half-written stays over updates.
 */
export function toldForm({ page, save, autocomplete = "off" }) {
  let isTouched = false;
  let busy = false;
  let saves = 0;
  const phone = textField({ label: t("told.phone"), hint: t("told.phone_hint"), type: "tel", autocomplete, maxlength: 24 });
  phone.input.required = false;
  const boxes = ABOUT.map((one) => ({ one, ...checkbox({ id: uniqueId("told"), label: t(`told.about.${one}`) }) }));
  const problem = problemBox();
  const button = element("button", { type: "submit", class: "button button-primary" }, t("told.save"));
  const root = element(
    "form",
    { class: "stack told-form", novalidate: true, on: { submit: send, input: touched } },
    phone.root,
    element("fieldset", { class: "told-about" }, element("legend", { class: "field-label" }, t("told.which")), ...boxes.map((box) => box.root)),
    problem.root,
    element("div", { class: "home-buttons" }, button),
  );

  function update({ phone: number = "", told_about: about }) {
    if (isTouched || busy) return;
    phone.input.value = number;
    for (const { one, input } of boxes) input.checked = about.includes(one);
  }

  function touched() {
    isTouched = true;
    problem.show(null);
  }

  function mistake(text) {
    phone.showError(text);
    phone.input.focus();
  }

  async function send(event) {
    event.preventDefault();
    if (busy) return;
    const digits = phone.value.replace(/[\s().\-/]/g, "");
    const about = boxes.filter(({ input }) => input.checked).map(({ one }) => one);
    if (digits ? !PHONE.test(digits) : about.length > 0) return mistake(digits ? t("decide.phone_wrong") : t("told.phone_missing"));
    setBusy(true);
    problem.show(null);
    isTouched = false; // what is changed from here on is not saved
    let stored = null;
    try {
      stored = await save({ phone: digits, told_about: about });
      saves += 1;
      page.say(t("told.saved"), "good");
    } catch (error) {
      isTouched = true;
      const text = problemInForm(error);
      if (!text) page.failed(error);
      else if (error instanceof RefusedError && OF_THE_NUMBER.has(error.code)) mistake(text);
      else problem.show(text);
    } finally {
      setBusy(false);
    }
    if (stored) update(stored);
  }

  function setBusy(now) {
    busy = now;
    button.setAttribute("aria-disabled", String(now));
    button.textContent = now ? t("page.one_moment") : t("told.save");
  }

  return {
    root,
    update,
    get saves() {
      return saves;
    },
  };
}

/** Where a member says what they want to be told themselves: {root, refresh()}. */
export function ownMessages(page) {
  const form = toldForm({ page, autocomplete: "tel", save: (contact) => writeMyMessages(page.api, contact) });
  return {
    root: part(t("told.own"), element("p", { class: "quiet" }, t("told.own_why")), form.root),
    async refresh() {
      const before = form.saves;
      const stored = await readMyMessages(page.api);
      if (before === form.saves) form.update(stored);
    },
  };
}
