// Times as people say them, in the page's language. All input is ISO 8601 with a zone, or null.

import { localeTag } from "./i18n.js";

const CLOCK = { hour: "2-digit", minute: "2-digit" };
const DAY = { weekday: "short", day: "numeric", month: "short" };

/** "now", "40 seconds ago", "3 minutes ago", then the clock time, with the day when it was not today. */
export function since(isoTime, now = Date.now()) {
  const seconds = Math.round((now - Date.parse(isoTime)) / 1000);
  const relative = new Intl.RelativeTimeFormat(localeTag(), { numeric: "auto" });
  if (seconds < 60) return relative.format(seconds < 5 ? 0 : -seconds, "second");
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? relative.format(-minutes, "minute") : clock(isoTime, now);
}

/** "14:05" today, "Sat, 21 Nov, 14:05" on other days; as the language and its country write it. */
export function clock(isoTime, now = Date.now()) {
  const time = new Date(isoTime);
  const isToday = time.toDateString() === new Date(now).toDateString();
  return new Intl.DateTimeFormat(localeTag(), isToday ? CLOCK : { ...DAY, ...CLOCK }).format(time);
}

/** "14:05:09", for what is looked at closely. */
export function exactly(isoTime) {
  return new Intl.DateTimeFormat(localeTag(), { ...CLOCK, second: "2-digit" }).format(new Date(isoTime));
}

/** "2 minutes", "1 minute", "45 seconds": how long to wait, rounded up. */
export function duration(seconds) {
  const whole = Math.max(1, Math.ceil(seconds));
  return whole < 60 ? inUnit(whole, "second") : inUnit(Math.ceil(whole / 60), "minute");
}

/** "13:59": what is left of a wait, for a display that counts down. */
export function countdown(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** Seconds until the time; negative once it has passed. */
export function secondsUntil(isoTime, now = Date.now()) {
  return (Date.parse(isoTime) - now) / 1000;
}

function inUnit(count, unit) {
  return new Intl.NumberFormat(localeTag(), { style: "unit", unit, unitDisplay: "long" }).format(count);
}
