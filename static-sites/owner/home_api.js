// The household and the settings, as functions over OwnerApi.call. Fields: api-specs/owner.yaml.

export const readSettings = (api) => api.call("GET", "/settings");

/** Sets all of them; the answer is the settings afterwards. */
export const writeSettings = (api, settings) => api.call("PUT", "/settings", settings);

/** Who may log in, owners first. */
export const listMembers = async (api) => (await api.call("GET", "/household")).members;

export const inviteMember = (api, email, role) => api.call("POST", "/household", { email, role });

export const changeRole = (api, memberId, role) => api.call("PATCH", memberPath(memberId), { role });

export const removeMember = (api, memberId) => api.call("DELETE", memberPath(memberId));

function memberPath(memberId) {
  return `/household/${encodeURIComponent(memberId)}`;
}
