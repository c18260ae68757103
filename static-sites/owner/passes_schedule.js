// The times of a new pass: only the fields that its kind needs.

import { element, setAttribute, setText } from "/shared/dom.js";
import { t } from "/shared/i18n.js";
import { textField, uniqueId } from "./fields.js";
import { daysBetween, later, wallTime, weekdayName, WEEKDAYS } from "./passes_words.js";

const LONGEST_DAYS = 366;
const USUAL = { once: { hours: 3 }, window: { days: 2 } };
const USUAL_WEEKS = 12;

/** {root, useZone(zone), setKind(kind), read(): fields of the API's NewPass, problems(): [{field, text}]}. */
export function scheduleFields() {
  let zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  let kind = null;
  let isTouched = false;
  const from = textField({ label: t("passes.from"), type: "datetime-local" });
  const until = textField({ label: t("passes.until"), type: "datetime-local" });
  const weekdays = weekdayChoice();
  const opens = textField({ label: t("passes.opens_at"), type: "time" });
  const closes = textField({ label: t("passes.closes_at"), type: "time" });
  const first = textField({ label: t("passes.first_day"), type: "date" });
  const last = textField({ label: t("passes.last_day"), type: "date" });
  const overnight = element("p", { class: "quiet small", role: "status", hidden: true });
  const single = element("div", { class: "pass-pair" }, from.root, until.root);
  const pairs = [
    element("div", { class: "pass-pair" }, opens.root, closes.root),
    element("div", { class: "pass-pair" }, first.root, last.root),
  ];
  const recurring = element("div", { class: "pass-fields" }, weekdays.root, pairs[0], overnight, pairs[1]);
  const root = element("div", { class: "pass-fields", on: { input: touched } }, single, recurring);

  function touched() {
    isTouched = true;
    const isOver = opens.value && closes.value && closes.value < opens.value;
    overnight.hidden = !isOver;
    setText(overnight, isOver ? t("passes.closes_next_day") : "");
  }

  function setKind(chosen) {
    kind = chosen;
    single.hidden = kind === "recurring";
    recurring.hidden = kind !== "recurring";
    if (!isTouched) fill();
  }

  /** Times that are likely, to be changed rather than written. */
  function fill() {
    const now = wallTime(Date.now(), zone);
    const next = later(`${now.slice(0, 13)}:00`, { hours: 1 });
    from.input.value = next;
    until.input.value = later(next, USUAL[kind] ?? USUAL.once);
    opens.input.value = "09:00";
    closes.input.value = "12:00";
    first.input.value = now.slice(0, 10);
    last.input.value = later(now, { days: USUAL_WEEKS * 7 }).slice(0, 10);
  }

  function read() {
    if (kind !== "recurring") return { kind, from: from.value.slice(0, 16), until: until.value.slice(0, 16) };
    return {
      kind,
      weekdays: weekdays.value,
      opens: opens.value,
      closes: closes.value,
      first_day: first.value,
      last_day: last.value,
    };
  }

  function problems() {
    return kind === "recurring" ? recurringProblems() : singleProblems();
  }

  function singleProblems() {
    const found = [];
    if (!from.value) found.push({ field: from, text: t("passes.from_missing") });
    if (!until.value) found.push({ field: until, text: t("passes.until_missing") });
    if (found.length > 0) return found;
    if (until.value <= from.value) return [{ field: until, text: t("passes.until_before") }];
    if (until.value <= wallTime(Date.now(), zone)) return [{ field: until, text: t("passes.until_past") }];
    return isTooLong(from.value, until.value) ? [{ field: until, text: t("passes.too_long") }] : [];
  }

  function recurringProblems() {
    const found = [];
    const hasDays = first.value && last.value && first.value <= last.value;
    if (weekdays.value.length === 0) found.push({ field: weekdays, text: t("passes.weekdays_missing") });
    else if (hasDays && !weekdays.areBetween(first.value, last.value)) {
      found.push({ field: weekdays, text: t("passes.weekdays_outside") });
    }
    if (!opens.value) found.push({ field: opens, text: t("passes.opens_missing") });
    if (!closes.value) found.push({ field: closes, text: t("passes.closes_missing") });
    else if (closes.value === opens.value) found.push({ field: closes, text: t("passes.closes_same") });
    if (!first.value) found.push({ field: first, text: t("passes.first_missing") });
    if (!last.value) found.push({ field: last, text: t("passes.last_missing") });
    else if (first.value && !hasDays) found.push({ field: last, text: t("passes.last_before") });
    else if (last.value < wallTime(Date.now(), zone).slice(0, 10)) found.push({ field: last, text: t("passes.until_past") });
    else if (hasDays && isTooLong(first.value, later(last.value, { days: 1 }))) found.push({ field: last, text: t("passes.too_long") });
    return found;
  }

  return {
    root,
    /** By the API's names. */
    fields: { from, until, weekdays, opens, closes, first_day: first, last_day: last },
    setKind,
    read,
    problems,
    useZone(home) {
      zone = home;
      if (kind && !isTouched) fill();
    },
    clearErrors: () => [from, until, weekdays, opens, closes, first, last].forEach((field) => field.showError(null)),
  };
}

function isTooLong(from, until) {
  return daysBetween(from, until) > LONGEST_DAYS;
}

/** The seven days as boxes to tick: {root, input, value, areBetween(first, last), showError(text or null)}. */
function weekdayChoice() {
  const id = uniqueId("weekdays");
  const error = element("p", { id, class: "field-error small", hidden: true });
  const boxes = WEEKDAYS.map((value) => element("input", { type: "checkbox", value, "aria-describedby": id }));
  const labels = boxes.map((box) => element("label", { class: "choice" }, box, weekdayName(box.value)));
  const showError = (text) => {
    error.hidden = text === null;
    setText(error, text ?? "");
    for (const box of boxes) setAttribute(box, "aria-invalid", text === null ? null : "true");
  };
  const root = element(
    "fieldset",
    { class: "field", on: { change: () => showError(null) } },
    element("legend", { class: "field-label" }, t("passes.weekdays")),
    element("div", { class: "pass-weekdays" }, ...labels),
    error,
  );
  return {
    root,
    input: boxes[0],
    showError,
    get value() {
      return boxes.filter((box) => box.checked).map((box) => box.value);
    },
    areBetween(first, last) {
      const days = Math.min(daysBetween(first, last) + 1, WEEKDAYS.length);
      const start = (new Date(first).getUTCDay() + 6) % 7;
      return Array.from({ length: days }, (_, number) => boxes[(start + number) % 7]).some((box) => box.checked);
    },
  };
}
