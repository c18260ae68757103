// The household and the settings, as functions over OwnerApi.call. Fields: api-specs/owner.yaml.

export const readSettings = (api) => api.call("GET", "/settings");

/** Sets all of them; the answer is the settings afterwards. */
export const writeSettings = (api, settings) => api.call("PUT", "/settings", settings);

/** Who may log in, owners first, and the number that is told everything: {members, home_phone}. */
export const readHousehold = (api) => api.call("GET", "/household");

export const inviteMember = (api, email, role) => api.call("POST", "/household", { email, role });

export const changeRole = (api, memberId, role) => api.call("PATCH", memberPath(memberId), { role });

/** Where and about what a member is told: {phone, told_about}. */
export const changeContact = (api, memberId, contact) => api.call("PATCH", memberPath(memberId), contact);

export const readMyMessages = (api) => api.call("GET", "/me/messages");

export const writeMyMessages = (api, contact) => api.call("PUT", "/me/messages", contact);

export const removeMember = (api, memberId) => api.call("DELETE", memberPath(memberId));

function memberPath(memberId) {
  return `/household/${encodeURIComponent(memberId)}`;
}
