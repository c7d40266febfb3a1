import { call, query } from "./http";
import type { Calibration, Correction, ModelLine, Moved, Page, Priority, Restored, Task, Training, Understanding } from "./types";

/** What a person says instead. At least one part; dismissing flags needs a reason. */
export interface Change { category?: string; priority?: Priority; queue?: string; dismissed?: string[]; reason?: string }

export const acceptSuggestion = (id: string) => call<Understanding>("POST", `/suggestions/${id}/verdict`, { body: { verdict: "accepted" } });
/** `insteadOf` names a colleague's answer that this one replaces. */
export const correctSuggestion = (id: string, change: Change, insteadOf: string | null) =>
  call<Understanding>("POST", `/suggestions/${id}/verdict`, { body: { verdict: "edited", ...change, ...(insteadOf && { instead_of: insteadOf }) } });
export const undoVerdict = (id: string) => call<Understanding>("POST", `/verdicts/${id}/undo`);
export const applyMore = (verdictId: string, tickets: string[]) => call<Moved>("POST", `/verdicts/${verdictId}/more`, { body: { tickets } });
export const undoMore = (verdictId: string) => call<Restored>("POST", `/verdicts/${verdictId}/more/undo`);

export const listCorrections = (cursor?: string) => call<Page<Correction>>("GET", `/corrections${query({ cursor })}`);
export const getCalibration = (days: number) => call<Calibration>("GET", `/triage/calibration${query({ days })}`);
export const listModels = () => call<{ items: ModelLine[] }>("GET", "/triage/models").then((list) => list.items);
export const getTraining = () => call<Training | null>("GET", "/triage/retrain");
export const startTraining = () => call<{ job: string }>("POST", "/triage/retrain");
export const promoteModel = (id: string) => call<ModelLine>("POST", `/triage/models/${id}/promote`);
export const listTasks = () => call<{ items: Task[] }>("GET", "/tasks").then((list) => list.items);
