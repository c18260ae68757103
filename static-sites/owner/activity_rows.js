// The activity's visits, a heading a day. Days and times are those of the home, wherever the reader is.

import { element, reconcile, setText } from "/shared/dom.js";
import { localeTag } from "/shared/i18n.js";
import { visitRow } from "./visit_row.js";
import { keyOf } from "./visits.js";

/** The visits as groups, newest first: [{day: "2026-11-21", visits}]. */
export function byDay(visits, timeZone) {
  const format = new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
  const days = new Map();
  for (const visit of visits) {
    const day = format.format(new Date(visit.opened_at));
    days.set(day, [...(days.get(day) ?? []), visit]);
  }
  return [...days].map(([day, found]) => ({ day, visits: found, today: format.format(new Date()) }));
}

/** A day's visits: {root, update(group)}. */
export function dayGroup(page, { day }, timeZone) {
  const id = `day-${day}`;
  const heading = element("h2", { id });
  const list = element("ol", { role: "list", class: "visit-list card", "aria-labelledby": id });
  const rows = new Map();
  const words = placeAndTime(timeZone);
  return {
    root: element("div", { class: "activity-day" }, heading, list),
    update({ visits, today }) {
      setText(heading, dayLabel(day, today));
      reconcile(list, rows, visits, keyOf, () => visitRow(page, words));
    },
  };
}

/** "14:05 · Front door", by the clock at home. */
function placeAndTime(timeZone) {
  const format = new Intl.DateTimeFormat(localeTag(), { timeZone, hour: "2-digit", minute: "2-digit" });
  return (visit) => `${format.format(new Date(visit.opened_at))} · ${visit.door_name}`;
}

/** "Today", "Yesterday", "Saturday, 21 November", with the year where it is another. */
function dayLabel(day, today) {
  const date = new Date(`${day}T00:00:00Z`);
  const distance = Math.round((date - new Date(`${today}T00:00:00Z`)) / 86_400_000);
  const year = day.slice(0, 4) === today.slice(0, 4) ? undefined : "numeric";
  const text =
    distance === 0 || distance === -1
      ? new Intl.RelativeTimeFormat(localeTag(), { numeric: "auto" }).format(distance, "day")
      : new Intl.DateTimeFormat(localeTag(), { timeZone: "UTC", weekday: "long", day: "numeric", month: "long", year }).format(date);
  return text[0].toLocaleUpperCase(localeTag()) + text.slice(1);
}
