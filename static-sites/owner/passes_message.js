// The text message of an invitation before it is sent, as the home will word it: in English, whoever reads this page.

import { t } from "/shared/i18n.js";
import { WEEKDAYS } from "./passes_words.js";

const ENGLISH = "en-GB";
const MONTH = new Intl.DateTimeFormat("en-US", { month: "short", timeZone: "UTC" });
const WEEKDAY = new Intl.DateTimeFormat("en-US", { weekday: "short", timeZone: "UTC" });

/** The message to `name`, with dots where the code will stand. `wanted` is the body of POST /passes. */
export function messagePreview(name, doorName, wanted) {
  const link = `${location.origin}/door/?door=${wanted.door_id}`;
  return t("passes.text.invitation", { name, door: theDoor(doorName), when: timesOf(wanted), link });
}

function timesOf(wanted) {
  if (wanted.kind === "recurring") {
    const days = [...wanted.weekdays]
      .sort((a, b) => WEEKDAYS.indexOf(a) - WEEKDAYS.indexOf(b))
      .map((name) => WEEKDAY.format(Date.UTC(2024, 0, 1 + WEEKDAYS.indexOf(name))));
    return t("passes.text.recurring", {
      days: new Intl.ListFormat(ENGLISH).format(days),
      opens: wanted.opens,
      closes: wanted.closes,
      first: day(wanted.first_day),
      last: day(wanted.last_day),
    });
  }
  const isOneDay = wanted.from.slice(0, 10) === wanted.until.slice(0, 10);
  const begin = `${day(wanted.from)} ${wanted.from.slice(11)}`;
  const end = isOneDay ? wanted.until.slice(11) : `${day(wanted.until)} ${wanted.until.slice(11)}`;
  return t(`passes.text.kind.${wanted.kind}`, { begin, end });
}

function day(wall) {
  const date = new Date(wall.slice(0, 10));
  return `${WEEKDAY.format(date)} ${date.getUTCDate()} ${MONTH.format(date)}`;
}

/** A door's name inside an English sentence: "Front door" becomes "the front door". */
function theDoor(name) {
  const [first, ...rest] = name.split(/\s+/).filter(Boolean);
  if (first.toLowerCase() === "the") return ["the", ...rest].join(" ");
  const isAcronym = first === first.toUpperCase() && first !== first.toLowerCase();
  return ["the", isAcronym ? first : first[0].toLowerCase() + first.slice(1), ...rest].join(" ");
}
