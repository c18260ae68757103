// The doors' video: addresses and fields as in api-specs/owner.yaml.

/** Where a door is to be watched live: {url, expires_at}. */
export function live(api, doorId) {
  return api.call("GET", `/doors/${encodeURIComponent(doorId)}/live`);
}

/** The newest picture of a door: {taken_at, jpeg}, in base64. */
export function still(api, doorId) {
  return api.call("GET", `/doors/${encodeURIComponent(doorId)}/still`);
}

/** The seconds around a visit's beginning: {url, begins_at, ends_at, is_whole, expires_at}. */
export function clip(api, doorId, visitId) {
  return api.call("GET", `/visits/${encodeURIComponent(doorId)}/${encodeURIComponent(visitId)}/clip`);
}

/** The last visit of a door, or null. */
export async function lastVisit(api, doorId) {
  const query = new URLSearchParams({ door_id: doorId, limit: "1" });
  return (await api.call("GET", `/visits?${query}`)).visits[0] ?? null;
}
