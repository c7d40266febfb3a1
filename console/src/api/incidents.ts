import { queryOptions } from "@tanstack/react-query";
import { call } from "./http";
import type { Aberrations, Incident, IncidentLine, IncidentStatus, List, TicketDiagnosis } from "./types";

export const diagnosisQuery = (ticketId: string) => queryOptions({ queryKey: ["ticket", ticketId, "diagnosis"], queryFn: () => call<TicketDiagnosis>("GET", `/tickets/${ticketId}/diagnosis`) });
export const askDiagnosis = (ticketId: string) => call<TicketDiagnosis>("POST", `/tickets/${ticketId}/diagnosis`);
export const markCause = (diagnosisId: string, cause: number, verdict: "accepted" | "rejected") =>
  call<TicketDiagnosis>("PUT", `/diagnoses/${diagnosisId}/causes/${cause}/verdict`, { body: { verdict } });

export const incidentsQuery = queryOptions({ queryKey: ["incidents"], queryFn: () => call<List<IncidentLine>>("GET", "/incidents"), refetchOnMount: "always", refetchInterval: 15_000 });
export const incidentQuery = (id: string) => queryOptions({ queryKey: ["incidents", id], queryFn: () => call<Incident>("GET", `/incidents/${id}`), refetchOnMount: "always" });
export const moveIncident = (incident: Incident, status: IncidentStatus, note: string) =>
  call<Incident>("PUT", `/incidents/${incident.id}`, { body: { revision: incident.revision, status, note } });
export const unlinkTicket = (id: string, ticketId: string) => call<Incident>("DELETE", `/incidents/${id}/tickets/${ticketId}`);

export const aberrationsQuery = queryOptions({ queryKey: ["aberrations"], queryFn: () => call<Aberrations>("GET", "/aberrations"), refetchOnMount: "always", refetchInterval: 30_000 });
