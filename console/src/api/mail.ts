import { call, query } from "./http";
import type { AttackReport, DemoRequester, Letter, LetterPage, MailProgress, Page, Quarantined } from "./types";

export const listLetters = (cursor?: string) => call<Page<Letter>>("GET", `/tray${query({ cursor })}`);
export const getLetter = (id: string) => call<LetterPage>("GET", `/tray/${id}`);
export const listDemoRequesters = () => call<{ items: DemoRequester[] }>("GET", "/demo/requesters").then((page) => page.items);
export const writeAsCustomer = (mail: { from: string; subject: string; text: string; reply_to_letter?: string }) =>
  call<{ mail_id: string }>("POST", "/demo/customer-mail", { body: mail });
export const dropMail = (file: Blob) => call<{ mail_id: string }>("POST", "/mail", { raw: { type: "message/rfc822", data: file } });
export const getMail = (id: string) => call<MailProgress>("GET", `/mail/${id}`);
export const listQuarantine = (cursor?: string) => call<Page<Quarantined>>("GET", `/quarantine${query({ cursor })}`);
export const retryQuarantined = (id: string) => call<void>("POST", `/quarantine/${id}/retry`);
export const runAttacks = () => call<AttackReport>("POST", "/demo/attacks");
