// The activity's filter, as the address carries it and as the API takes it: api-specs/owner.yaml, listVisits.

import { fetchFile } from "/shared/http.js";

export const OUTCOMES = ["awaiting_owner", "code_sent", "admitted", "denied", "expired"];
/** So many lines a table has at most; the newest. */
export const MOST_LINES = 5_000;

const NAMES = { day: "day", visitor: "visitor_id", door: "door_id", outcome: "outcome" };
const PAGE_SIZE = 20;
const MOST_EMPTY_PAGES = 10;
const PATIENCE_MILLISECONDS = 30_000;

/** {day, visitor, door, outcome}, "" where anything goes, from the query of an address. */
export function filterOf(query) {
  return Object.fromEntries(Object.keys(NAMES).map((name) => [name, query.get(name)?.trim() ?? ""]));
}

/** Whether anything is left out. */
export function isFiltered(filter) {
  return Object.values(filter).some(Boolean);
}

/** The address that shows a filter's visits. */
export function addressOf(filter) {
  const query = new URLSearchParams(Object.entries(filter).filter(([, value]) => value));
  return isFiltered(filter) ? `#/activity?${query}` : "#/activity";
}

/** The next visits before an id (null for the newest), past pages in which nothing fits: {visits, next_before?}. */
export async function visitsBefore(api, filter, before) {
  const query = queryOf(filter);
  query.set("limit", PAGE_SIZE);
  let answer = { visits: [], next_before: before };
  for (let pages = 0; pages < MOST_EMPTY_PAGES; pages += 1) {
    if (answer.next_before) query.set("before", answer.next_before);
    answer = await api.call("GET", `/visits?${query}`);
    if (answer.visits.length > 0 || !answer.next_before) break;
  }
  return answer;
}

/** The visits of a filter as a table: a Blob of CSV. */
export function table(api, filter) {
  const patiently = (address, options) =>
    fetchFile(address, { ...options, signal: AbortSignal.timeout(PATIENCE_MILLISECONDS) });
  const query = queryOf(filter).toString();
  return api.call("GET", query ? `/visits.csv?${query}` : "/visits.csv", null, patiently);
}

function queryOf(filter) {
  const given = Object.keys(NAMES).filter((name) => filter[name]);
  return new URLSearchParams(given.map((name) => [NAMES[name], filter[name]]));
}
