import { call, query } from "./http";
import type { AuditLine, Checkpoint, Page, Verification } from "./types";

export const listAudit = (filter: { ticket?: string; kind?: string }, cursor?: string) =>
  call<Page<AuditLine>>("GET", `/audit${query({ ...filter, cursor })}`);
export const getCheckpoint = () => call<Checkpoint>("GET", "/audit/checkpoint");
export const verifyRecord = () => call<Verification>("POST", "/audit/verification");
