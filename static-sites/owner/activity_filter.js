// The filter over the activity: fields that follow the address, and an address that follows the fields.

import { element } from "/shared/dom.js";
import { t } from "/shared/i18n.js";
import { OUTCOMES } from "./activity_api.js";
import { uniqueId } from "./fields.js";

const FIRST_DAY = "2000-01-01"; // a year that is still being typed comes before it

/** {root, show(filter), showPeople(visitors)}; `onChange(filter)` hears what the reader chooses. */
export function activityFilter({ doors, onChange }) {
  const shown = { day: "", visitor: "", door: "", outcome: "" };
  const fields = {
    day: element("input", { type: "date", min: FIRST_DAY }),
    visitor: select([["", t("activity.anyone")]]),
    door: select([["", t("activity.any_door")], ...doors.map(({ door_id: id, name }) => [id, name])]),
    outcome: select([["", t("activity.any_outcome")], ...OUTCOMES.map((name) => [name, outcomeLabel(name)])]),
  };
  const root = element(
    "form",
    { class: "activity-filter card", "aria-label": t("activity.filter"), on: { submit: (event) => event.preventDefault() } },
    labelled(t("activity.day"), fields.day),
    labelled(t("activity.person"), fields.visitor),
    doors.length > 1 && labelled(t("visit.door"), fields.door),
    labelled(t("activity.outcome"), fields.outcome),
  );
  for (const [name, field] of Object.entries(fields)) field.addEventListener("change", () => choose(name, field.value));

  function choose(name, value) {
    if (name === "day" && ((!value && fields.day.validity.badInput) || (value && value < FIRST_DAY))) return;
    onChange({ ...shown, [name]: value });
  }

  /** What the address names stands in the fields, also where it is none of the choices. */
  function show(filter) {
    Object.assign(shown, filter);
    for (const [name, field] of Object.entries(fields)) {
      if (field.value === filter[name]) continue;
      field.value = filter[name];
      if (field.value === filter[name] || name === "day") continue;
      field.append(option(filter[name], name === "visitor" ? t("who.on_file") : filter[name]));
      field.value = filter[name];
    }
  }

  function showPeople(visitors) {
    const people = visitors.map(({ visitor_id: id, name }) => option(id, name));
    fields.visitor.replaceChildren(option("", t("activity.anyone")), ...people);
    fields.visitor.value = "";
    show({ ...shown });
  }

  return { root, show, showPeople };
}

function outcomeLabel(name) {
  return name === "expired" ? t("activity.expired") : t(`outcome.state.${name}`);
}

function labelled(label, field) {
  field.id = uniqueId("filter");
  return element("div", { class: "field" }, element("label", { for: field.id }, label), field);
}

function select(options) {
  return element("select", {}, ...options.map(([value, text]) => option(value, text)));
}

function option(value, text) {
  return element("option", { value }, text);
}
