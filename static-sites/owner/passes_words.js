// How passes are put into words. All times are those that clocks at home show, wherever the browser is.
// A wall time is a text without a zone, "2026-11-24T09:00"; to be shown it is read, and written, as if it were UTC.

import { listed, localeTag, t } from "/shared/i18n.js";

export const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const CLOCK = { hour: "2-digit", minute: "2-digit" };
const DAY = { weekday: "short", day: "numeric", month: "short" };
const DATE = { day: "numeric", month: "short", year: "numeric" };
const A_MONDAY = Date.UTC(2024, 0, 1);
const DAY_MILLISECONDS = 86_400_000;

/** The long name of a weekday as the API writes it. */
export function weekdayName(name) {
  return format({ weekday: "long" }).format(A_MONDAY + WEEKDAYS.indexOf(name) * DAY_MILLISECONDS);
}

/** What clocks in the zone show at an instant, as a wall time. */
export function wallTime(at, zone) {
  const parts = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" });
  return parts.format(new Date(at)).replace(" ", "T");
}

/** The wall time so many days and hours later, by the clock. */
export function later(wall, { days = 0, hours = 0 }) {
  return new Date(asUtc(wall) + days * DAY_MILLISECONDS + hours * 3_600_000).toISOString().slice(0, 16);
}

/** Days from one wall time's day to another's. */
export function daysBetween(from, to) {
  return (asUtc(to.slice(0, 10)) - asUtc(from.slice(0, 10))) / DAY_MILLISECONDS;
}

/** A sentence that names the home's time zone, or null where the browser is in the same. */
export function zoneNote(zone) {
  const here = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const home = new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone;
  return here === home ? null : t("passes.zone", { zone: zone.replaceAll("_", " ") });
}

/** "Opens tomorrow, 09:00-12:00", "Open now, until today, 12:00"; null for a pass that opens no more. */
export function nextTime(pass, now = Date.now()) {
  if (!pass.opens_next_at || !["open", "upcoming"].includes(pass.state)) return null;
  const [since, until] = [pass.opens_next_at, pass.closes_next_at].map((at) => wallTime(at, pass.time_zone));
  const today = wallTime(now, pass.time_zone);
  return pass.state === "open"
    ? t("passes.open_until", { time: moment(until, today) })
    : t("passes.opens", { time: span(since, until, today) });
}

/** How often a pass opens, and for those that open no more also when it did. */
export function rule(pass) {
  if (pass.kind !== "recurring") {
    const often = t(`passes.rule.${pass.kind}`);
    return nextTime(pass) ? often : t("passes.rule_then", { often, time: span(pass.from, pass.until) });
  }
  const hours = format(CLOCK).formatRange(asUtc(`2024-01-01T${pass.opens}`), asUtc(`2024-01-01T${pass.closes}`));
  const last = format(DATE).format(asUtc(pass.last_day));
  const hoursText = pass.opens < pass.closes ? hours : t("passes.overnight", { opens: clock(pass.opens), closes: clock(pass.closes) });
  const values = { days: listed(pass.weekdays.map(weekdayName)), hours: hoursText, last };
  return pass.weekdays.length === WEEKDAYS.length ? t("passes.rule_daily", values) : t("passes.rule_weekly", values);
}

/** When a pass was used last. */
export function lastUse(pass, now = Date.now()) {
  if (!pass.last_used_at) return t("passes.never_used");
  const time = moment(wallTime(pass.last_used_at, pass.time_zone), wallTime(now, pass.time_zone));
  return t("passes.last_used", { time });
}

/** What the clocks of the home did to the times that were asked for, as a sentence; null mostly. */
export function clockChange(pass) {
  if (!pass.opens_next_at || pass.state === "revoked") return null;
  if (pass.opens_next_at === pass.closes_next_at) return t("passes.left_out_whole");
  const since = wallTime(pass.opens_next_at, pass.time_zone);
  const until = wallTime(pass.closes_next_at, pass.time_zone);
  const asked = { since: pass.from?.slice(11) ?? pass.opens, until: pass.until?.slice(11) ?? pass.closes };
  if (since.slice(11) !== asked.since) {
    return t("passes.left_out_opens", { asked: clock(asked.since), time: moment(since) });
  }
  if (until.slice(11) === asked.until) return null;
  return t("passes.left_out_closes", { asked: clock(asked.until), time: moment(until) });
}

/** One wall time: "tomorrow, 09:00" near `today`, else with its date. */
function moment(wall, today = null) {
  const day = today && nearDay(wall, today);
  return day ? `${day}, ${clock(wall.slice(11))}` : format({ ...DAY, ...CLOCK }).format(asUtc(wall));
}

function span(since, until, today = null) {
  const day = today && since.slice(0, 10) === until.slice(0, 10) && nearDay(since, today);
  const ends = [asUtc(since), asUtc(until)];
  return day ? `${day}, ${format(CLOCK).formatRange(...ends)}` : format({ ...DAY, ...CLOCK }).formatRange(...ends);
}

/** "today", "tomorrow", "yesterday", or null. */
function nearDay(wall, today) {
  const days = daysBetween(today, wall);
  return Math.abs(days) > 1 ? null : new Intl.RelativeTimeFormat(localeTag(), { numeric: "auto" }).format(days, "day");
}

function clock(hour) {
  return format(CLOCK).format(asUtc(`2024-01-01T${hour}`));
}

function format(options) {
  return new Intl.DateTimeFormat(localeTag(), { ...options, timeZone: "UTC" });
}

function asUtc(wall) {
  return Date.parse(wall.length > 10 ? `${wall}Z` : wall);
}
