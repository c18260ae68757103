// The passes of the owner API. Addresses and fields: api-specs/owner.yaml.

export async function listPasses(api) {
  return (await api.call("GET", "/passes")).passes;
}

/** Invites; {pass, passcode, message, sent}. No later answer has the code. */
export async function createPass(api, wanted) {
  return api.call("POST", "/passes", wanted);
}

/** Takes an invitation back; the answer is the pass afterwards. */
export async function revokePass(api, { door_id, pass_id }) {
  return api.call("DELETE", `/passes/${encodeURIComponent(door_id)}/${encodeURIComponent(pass_id)}`);
}
