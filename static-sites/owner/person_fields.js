// Who somebody is, as they are written down: a name, and a phone number that gets text messages.

import { t } from "/shared/i18n.js";
import { textField } from "./fields.js";

const PHONE = /^\+[1-9]\d{6,14}$/;

/** The two fields: {name, phone, read()}; what is read is {fields: {name, phone}, problems: [{field, text}]}. */
export function personFields() {
  const name = textField({ label: t("decide.name"), type: "text", autocomplete: "off", maxlength: 80 });
  const phone = textField({ label: t("decide.phone"), hint: t("decide.phone_hint"), type: "tel", autocomplete: "off", maxlength: 24 });

  function read() {
    const digits = phone.value.replace(/[\s().\-/]/g, "");
    const problems = [];
    if (!name.value) problems.push({ field: name, text: t("decide.name_missing") });
    if (!PHONE.test(digits)) problems.push({ field: phone, text: t("decide.phone_wrong") });
    return { fields: { name: name.value, phone: digits }, problems };
  }

  return { name, phone, read };
}

/** Says at each field what is wrong with it, and nothing at the others; the first wrong one gets the focus. */
export function showProblems(fields, problems) {
  for (const field of fields) field.showError(problems.find((problem) => problem.field === field)?.text ?? null);
  problems[0]?.field.input.focus();
}
