// The activity's visits, a heading a day. Days and times are those of the home, wherever the reader is.

import { element, reconcile, setAttribute, setText } from "/shared/dom.js";
import { localeTag, t } from "/shared/i18n.js";
import { secondsUntil } from "/shared/times.js";
import { outcome, ruleSentence, similarityOf, who } from "./words.js";

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

/** A day's visits: {root, update(group)}. `renew(visit)` brings a visit with fresh links. */
export function dayGroup({ day }, timeZone, renew) {
  const id = `day-${day}`;
  const heading = element("h2", { id });
  const list = element("ol", { role: "list", class: "recent-list card", "aria-labelledby": id });
  const rows = new Map();
  return {
    root: element("div", { class: "activity-day" }, heading, list),
    update({ visits, today }) {
      setText(heading, dayLabel(day, today));
      reconcile(list, rows, visits, keyOf, () => row(timeZone, renew));
    },
  };
}

/** What names a visit among those of all doors. */
export function keyOf(visit) {
  return `${visit.door_id}/${visit.visit_id}`;
}

function row(timeZone, renew) {
  const format = new Intl.DateTimeFormat(localeTag(), { timeZone, hour: "2-digit", minute: "2-digit" });
  const name = element("a", { class: "recent-name" });
  const meta = element("span", { class: "quiet small" });
  const why = element("span", { class: "small" });
  const badge = element("span");
  const photo = thumbnail(renew);
  return {
    root: element(
      "li",
      { class: "recent-row activity-row" },
      photo.root,
      element("div", { class: "recent-words" }, name, meta, why),
      badge,
    ),
    update(visit) {
      const { label, tone } = outcome(visit);
      setAttribute(name, "href", `#/visits/${encodeURIComponent(visit.door_id)}/${encodeURIComponent(visit.visit_id)}`);
      setText(name, who(visit));
      setText(meta, `${format.format(new Date(visit.opened_at))} · ${visit.door_name}`);
      setText(why, whyLine(visit));
      setText(badge, label);
      setAttribute(badge, "class", `badge badge-${tone}`);
      photo.update(visit);
    },
  };
}

/** Who decided and why, in a line: "Ada decided. Similarity 99.2". */
function whyLine(visit) {
  if (visit.anonymised) return t("activity.anonymised");
  const similarities = visit.faces.map(similarityOf).filter((similarity) => similarity !== null);
  const isByFace = visit.rule === "recognised" || visit.rule === "blocked";
  const similarity = isByFace && similarities.length > 0 && Math.max(...similarities);
  return [ruleSentence(visit), similarity && t("activity.similarity", { similarity })].filter(Boolean).join(" ");
}

/** The photo, small, or why there is none: a fresh link that brings nothing is a photo that is no longer kept. */
function thumbnail(renew) {
  const note = element("span", { class: "quiet small" });
  const image = element("img", { alt: "", loading: "lazy", width: 88, height: 64, on: { error: failed, load: loaded } });
  const root = element("div", { class: "activity-photo" }, image, note);
  let visit = null;
  let place = null;

  function loaded() {
    setText(note, "");
  }

  async function failed() {
    if (secondsUntil(visit.photo_links_expire_at) > 0) return say(navigator.onLine ? t("activity.photo_gone") : "");
    const fresh = await renew(visit);
    if (fresh && place === placeOf(fresh)) load(fresh);
  }

  function say(text) {
    image.hidden = true;
    setText(note, text);
    if (!text) place = null; // the next answer tries again
  }

  function load(latest) {
    visit = latest;
    image.hidden = false;
    image.src = latest.photo_url;
  }

  function update(latest) {
    const next = placeOf(latest);
    if (next === null) say(t("activity.photo_none"));
    else if (next !== place) load(latest);
    place = next;
  }

  return { root, update };
}

function placeOf({ photo_url: url }) {
  return url ? new URL(url, location.href).pathname : null;
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
