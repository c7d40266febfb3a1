import type { Role } from "../api/types";

/** Flags that protect people or the desk: only these roles may say that one does not apply. */
const guarded = new Set(["security", "legal", "safety", "self_harm"]);

export const mayDismiss = (flag: string, role: Role): boolean => !guarded.has(flag) || role === "lead" || role === "admin";
