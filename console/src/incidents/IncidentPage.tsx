import { Button, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { incidentQuery, moveIncident, unlinkTicket } from "../api/incidents";
import { queryClient } from "../api/queries";
import type { Incident, IncidentStatus } from "../api/types";
import { chooseAll, chooseNone } from "../inbox/chosen";
import { useAction } from "../shell/actions";
import { notifyFailure } from "../states/notice";
import { Ago, Key, MachineMark } from "../states/Parts";
import { Failure, Rows } from "../states/States";
import { t } from "../strings";

export function IncidentRoute() {
  const { incidentId } = useParams({ from: "/shell/incidents/$incidentId" });
  const { data, error, refetch } = useQuery(incidentQuery(incidentId));
  if (error) return <div className="page"><Failure error={error} onRetry={() => void refetch()} /></div>;
  if (!data) return <div className="page"><Rows count={6} /></div>;
  return <IncidentPage key={data.revision} incident={data} />;
}

/** One incident: what it is, who is hit, what became of it, and one key to answer all of them. */
function IncidentPage({ incident }: { incident: Incident }) {
  const navigate = useNavigate();
  const [note, setNote] = useState("");
  const [isBusy, setBusy] = useState(false);
  const open = incident.linked.filter((one) => one.status !== "closed" && one.status !== "solved");
  const show = (next: Incident) => {
    queryClient.setQueryData(incidentQuery(next.id).queryKey, next);
    void queryClient.invalidateQueries({ queryKey: ["incidents"], exact: true });
  };
  const act = async (work: () => Promise<Incident>) => {
    setBusy(true);
    try {
      show(await work());
      setNote("");
    } catch (failure) {
      notifyFailure(failure);
      void queryClient.invalidateQueries({ queryKey: ["incidents"] });
    }
    setBusy(false);
  };
  const move = (status: IncidentStatus) => void act(() => moveIncident(incident, status, note));
  const answer = () => {
    chooseNone();
    chooseAll(open.map((one) => one.ticket_id));
    void navigate({ to: "/bulk/new" });
  };
  const isConfirmed = incident.status !== "proposed" && incident.status !== "dismissed";
  const mayConfirm = incident.may_become.includes("open");
  useAction("incident.answer", answer, open.length > 1);
  useAction("incident.confirm", () => move("open"), mayConfirm && !isBusy);
  return (
    <div className="page" data-testid="incident">
      <header className="page-head"><h1 className="incident-title">{incident.title}</h1></header>
      <p><b className="incident-status" data-status={incident.status}>{t(`incident.status.${incident.status}`)}</b> <span className="quiet">{t("incident.began")} <Ago at={incident.began_at} /> · {incident.subject}</span></p>
      <p className={isConfirmed ? "quiet" : "machine"}>{incident.because} {!isConfirmed && <MachineMark label={t("incident.proposedBy")} />}</p>
      <div className="bar incident-bar">
        <Button disabled={open.length < 2} onClick={answer} rightSection={<Key action="incident.answer" />}>{t("incident.answer", { n: open.length })}</Button>
        {incident.may_become.map((status) => <Button key={status} variant="default" loading={isBusy} onClick={() => move(status)} rightSection={status === "open" ? <Key action="incident.confirm" /> : undefined}>{t(`incident.make.${status}`)}</Button>)}
      </div>
      <Textarea autosize minRows={1} maxRows={6} label={t("incident.note")} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
      <h2>{t("incident.linked", { n: incident.linked.length })}</h2>
      {incident.status === "closed" && <p className="quiet">{t("incident.afterwards")} <Link className="link" to="/knowledge/new">{t("incident.article")}</Link> · <Link className="link" to="/patterns" search={{ tab: "patterns" }}>{t("incident.patterns")}</Link></p>}
      <ul className="lines">
        {incident.linked.map((one) => (
          <li key={one.ticket_id} className="incident-ticket">
            <Link to="/tickets/$ticketId" params={{ ticketId: one.ticket_id }} className="line"><span className="one-line">#{one.number} {one.subject}</span><span className="quiet">{one.requester} · {t(`status.${one.status}`)} · {one.linked_by ?? t("incident.byMachine")}</span></Link>
            <Button size="compact-xs" variant="subtle" color="gray" disabled={isBusy} onClick={() => void act(() => unlinkTicket(incident.id, one.ticket_id))} aria-label={t("incident.takeOutOf", { n: one.number })}>{t("incident.takeOut")}</Button>
          </li>
        ))}
      </ul>
      <h2>{t("incident.steps")}</h2>
      <ol className="because">{incident.steps.map((step, n) => <li key={n}><Ago at={step.at} /> · <b>{t(`incident.status.${step.status}`)}</b> · {step.by ?? t("incident.byMachine")} {step.note && <span className="quiet">{step.note}</span>}</li>)}</ol>
    </div>
  );
}
