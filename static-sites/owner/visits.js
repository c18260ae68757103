// Visits among each other: what names one, where its page is, which comes first.

/** What names a visit among those of all doors. */
export function keyOf(visit) {
  return `${visit.door_id}/${visit.visit_id}`;
}

/** The address of a visit's own page. */
export function addressOf(visit) {
  return `#/visits/${encodeURIComponent(visit.door_id)}/${encodeURIComponent(visit.visit_id)}`;
}

/** The visits, the latest first. */
export function newestFirst(visits) {
  return [...visits].sort((a, b) => (a.visit_id < b.visit_id ? 1 : -1));
}
