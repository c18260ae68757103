// Who is on file, as functions over `api.call`. Addresses and fields: api-specs/owner.yaml.

export const MOST_PHOTOS = 8;

/** One visitor with all photos. */
export const visitor = (api, id) => api.call("GET", pathOf(id));

/** `changes` may hold name, phone, status and door_ids. */
export const changeVisitor = (api, id, changes) => api.call("PATCH", pathOf(id), changes);

/** Deletes everything about the person; the answer counts {faces, photos, visits, passes}. */
export const deleteVisitor = (api, id) => api.call("DELETE", pathOf(id));

/** `photo` is a JPEG or PNG in base64. */
export const addPhoto = (api, id, photo) => api.call("POST", `${pathOf(id)}/photos`, { photo });

export const removePhoto = (api, id, faceId) => api.call("DELETE", `${pathOf(id)}/photos/${encodeURIComponent(faceId)}`);

/** The other becomes part of the first, who keeps name, phone number and status. */
export const mergeVisitors = (api, id, otherId) => api.call("POST", `${pathOf(id)}/merge`, { visitor_id: otherId });

/** Those whose name holds the words, accents and case aside, or whose number holds the digits. */
export function matching(visitors, query) {
  const plain = simple(query.trim());
  const digits = query.replace(/\D/g, "");
  const isNumber = /^[\d\s+().\-/]*$/.test(query) && digits !== "";
  return visitors.filter(({ name, phone }) => (isNumber && phone?.includes(digits)) || simple(name).includes(plain));
}

function simple(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

function pathOf(id) {
  return `/visitors/${encodeURIComponent(id)}`;
}
