// Times as people say them. All input is ISO 8601 with a zone, or null.

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short" });

/** "just now", "40 seconds ago", "3 minutes ago", then the clock time, with the day when it was not today. */
export function since(isoTime, now = Date.now()) {
  const seconds = Math.round((now - Date.parse(isoTime)) / 1000);
  if (seconds < 5) return "just now";
  if (seconds < 60) return `${seconds} seconds ago`;
  const minutes = Math.floor(seconds / 60);
  if (minutes === 1) return "1 minute ago";
  if (minutes < 60) return `${minutes} minutes ago`;
  return clock(isoTime, now);
}

/** "14:05" today, "Sat, 21 Nov, 14:05" on other days. */
export function clock(isoTime, now = Date.now()) {
  const time = new Date(isoTime);
  const sameDay = time.toDateString() === new Date(now).toDateString();
  return sameDay ? CLOCK.format(time) : `${DAY.format(time)}, ${CLOCK.format(time)}`;
}

/** "2 minutes", "1 minute", "45 seconds": how long to wait, rounded up. */
export function duration(seconds) {
  const whole = Math.max(1, Math.ceil(seconds));
  if (whole < 60) return whole === 1 ? "1 second" : `${whole} seconds`;
  const minutes = Math.ceil(whole / 60);
  return minutes === 1 ? "1 minute" : `${minutes} minutes`;
}

/** Seconds until the time; negative once it has passed. */
export function secondsUntil(isoTime, now = Date.now()) {
  return (Date.parse(isoTime) - now) / 1000;
}
