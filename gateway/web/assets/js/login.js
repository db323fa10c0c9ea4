// Who the hub takes this browser for, and the dialog that changes it.
import { api, configure } from "./api.js";
import { badge, dialog, field, h, newID } from "./ui.js";

/** Asks the hub who we are: { role, who, guests, hub: { name, path, … } }. */
export async function whoAmI() {
	const session = await api.get("/session");
	configure({ csrf: session.csrf });
	return session;
}

/** Asks for a key until one is right. Gives true when somebody has logged in. */
export async function login() {
	const key = h("input", { type: "password", autocomplete: "current-password", autofocus: true, required: true });
	const problem = h("p", { class: "problem", role: "alert", id: newID("problem") });
	const result = await dialog("Log in", [
		h("p", {}, "With the administrator's key, which the hub showed at its first start, or a user's. ",
			"A new one comes from ", h("code", {}, "althing admin-key"), "."),
		field("Key", key), problem,
	], [
		{ label: "Cancel", value: false },
		{
			label: "Log in", kind: "primary", value: true,
			onclick: async () => {
				try {
					const session = await api.post("/session", { key: key.value.trim() });
					configure({ csrf: session?.csrf });
				} catch (refused) {
					problem.textContent = refused.message;
					key.select();
					return false;
				}
			},
		},
	]);
	return result === true;
}

export async function logout() {
	await api.del("/session");
	configure({ csrf: "" });
}

/** What a role is called, as a badge. */
export const roleBadge = (role) => badge(role, { admin: "accent", user: "good" }[role] ?? "");
