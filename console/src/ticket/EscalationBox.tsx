import { Button, Textarea } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { IconAlarm, IconArrowUpRight, IconClockHour4 } from "@tabler/icons-react";
import { useState } from "react";
import { answerCase, raiseCase, tellReceiver, type EscalationAnswer } from "../api/escalations";
import { packageQuery, queryClient, standingQuery } from "../api/queries";
import type { ClockLine, Escalation, Package, PackageLine, Standing, TicketPage } from "../api/types";
import { Quoted } from "../assist/Because";
import { notifyFailure } from "../states/notice";
import { Failure, Rows } from "../states/States";
import { t, word } from "../strings";
import { moment } from "../text/time";

interface Props { ticket: TicketPage; isOpen: boolean; onOpen: () => void; onClose: () => void }

/** What is promised for a ticket, whether it went up, and the package for whoever takes it over. Nothing until something presses. */
export function EscalationBox({ ticket, isOpen, onOpen, onClose }: Props) {
  const { data } = useQuery(standingQuery(ticket.id));
  if (!data) return null;
  const newest = data.cases[0];
  const active = newest && ["proposed", "raised", "accepted", "returned"].includes(newest.state) ? newest : undefined;
  if (!isOpen && !active && data.missed.length === 0 && !data.clocks.some(presses)) return null;
  return (
    <section className="escalation" data-state={active?.state ?? "none"} aria-label={t("escalation.title")} data-testid="escalation">
      <Clocks standing={data} />
      {active && <Case ticket={ticket} found={active} standing={data} onOpen={onOpen} />}
      {isOpen && <Raising ticket={ticket} standing={data} isUp={active?.state === "raised" || active?.state === "accepted"} onClose={onClose} />}
    </section>
  );
}

function Clocks({ standing }: { standing: Standing }) {
  const running = standing.clocks.filter((clock) => clock.due !== null && clock.met === null).sort((a, b) => Date.parse(a.due ?? "") - Date.parse(b.due ?? ""));
  return (
    <>
      {standing.missed.map((why) => <p key={why} className="clock" data-kind="missed"><IconAlarm size={14} aria-hidden />{why}</p>)}
      {standing.missed.length === 0 && running[0] && <Running clock={running[0]} />}
    </>
  );
}

/** Whether a promise runs and somebody has to hear of it. */
const presses = (clock: ClockLine): boolean => clock.due !== null && clock.met === null && clock.warn !== null && Date.parse(clock.warn) <= Date.now();

function Running({ clock }: { clock: ClockLine }) {
  return <p className="clock" data-kind={presses(clock) ? "presses" : "runs"} title={clock.because}><IconClockHour4 size={14} aria-hidden />{t("clock.due", { what: word("promised", clock.promised), at: moment(clock.due ?? "") })}</p>;
}

function refresh(ticketId: string): void {
  for (const key of [["ticket", ticketId], ["escalations"], ["tasks"]]) void queryClient.invalidateQueries({ queryKey: key });
}

/** The case that is up, or would be: why, who was called, and the answers that fit. */
function Case({ ticket, found, standing, onOpen }: { ticket: TicketPage; found: Escalation; standing: Standing; onOpen: () => void }) {
  const [asking, setAsking] = useState<"returned" | "dismissed" | null>(null);
  const [reason, setReason] = useState("");
  const answer = useMutation({
    mutationFn: ([state, why]: [EscalationAnswer, string | null]) => answerCase(found.id, state, why),
    onSuccess: () => { setAsking(null); setReason(""); refresh(ticket.id); }, onError: notifyFailure,
  });
  const raise = useMutation({ mutationFn: () => raiseCase(ticket.id, found.receiver), onSuccess: () => refresh(ticket.id), onError: notifyFailure });
  const give = (state: EscalationAnswer) => <Button size="compact-sm" variant="default" onClick={() => answer.mutate([state, null])}>{t(`escalation.do.${state}`)}</Button>;
  const ask = (state: "returned" | "dismissed") => <Button size="compact-sm" variant="default" onClick={() => setAsking(state)}>{t(`escalation.do.${state}`)}</Button>;
  return (
    <div className="case">
      <p>
        <IconArrowUpRight size={15} stroke={2} aria-hidden /> <b>{word("escalationState", found.state)}</b> {found.because} {found.signals.length > 0 && <span className="quiet">{found.signals.map((one) => word("signal", one)).join(" · ")}</span>}
      </p>
      <p className="quiet">
        {receiverName(standing, found.receiver)}. {found.called && <Called called={found.called} />} {found.answered_by && t("escalation.answered", { who: found.answered_by, at: moment(found.answered_at ?? "") })} {found.reason && <q>{found.reason}</q>}
      </p>
      <div className="case-do">
        {found.state === "proposed" && <Button size="compact-sm" onClick={() => raise.mutate()} loading={raise.isPending}>{t("escalation.do.raise")}</Button>}
        {found.state === "proposed" && ask("dismissed")}
        {found.state === "raised" && give("accepted")}
        {found.state === "raised" && ask("returned")}
        {found.state === "accepted" && give("ended")}
        <Button size="compact-sm" variant="subtle" onClick={onOpen}>{t("escalation.package")}</Button>
      </div>
      {asking && (
        <form className="case-why" onSubmit={(event) => { event.preventDefault(); answer.mutate([asking, reason]); }}>
          <Textarea autosize minRows={1} autoFocus label={t(`escalation.why.${asking}`)} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
          <Button type="submit" size="compact-sm" disabled={reason.trim() === ""} loading={answer.isPending}>{t(`escalation.do.${asking}`)}</Button>
        </form>
      )}
      {found.state === "accepted" && <Updates standing={standing} found={found} ticketId={ticket.id} />}
    </div>
  );
}

const receiverName = (standing: Standing, key: string | null): string => (key === null ? t("escalation.leads") : (standing.receivers.find((one) => one.key === key)?.name ?? key));

function Called({ called }: { called: NonNullable<Escalation["called"]> }) {
  if (called.step === "person") return <span>{t("escalation.called.person", { who: called.person ?? "" })}</span>;
  return <span data-kind={called.step === "banner" ? "missed" : undefined}>{t(called.step === "mail" ? "escalation.called.mail" : "escalation.called.banner")}</span>;
}

function Updates({ standing, found, ticketId }: { standing: Standing; found: Escalation; ticketId: string }) {
  const [text, setText] = useState("");
  const tell = useMutation({ mutationFn: () => tellReceiver(found.id, text), onSuccess: () => { setText(""); refresh(ticketId); }, onError: notifyFailure });
  return (
    <>
      <ul className="updates">{standing.updates.map((one, i) => <li key={i}><b>{one.author}</b> <span className="quiet">{moment(one.at)}{one.delivery === "failed" && ` · ${one.detail ?? ""}`}</span><p className="letter-text">{one.body}</p></li>)}</ul>
      <form className="case-why" onSubmit={(event) => { event.preventDefault(); tell.mutate(); }}>
        <Textarea autosize minRows={1} label={t("escalation.tell")} value={text} onChange={(event) => setText(event.currentTarget.value)} />
        <Button type="submit" size="compact-sm" disabled={text.trim() === ""} loading={tell.isPending}>{t("escalation.send")}</Button>
      </form>
    </>
  );
}

/** The package before it goes up: to whom, what is known in whose words, what is not known by name. */
function Raising({ ticket, standing, isUp, onClose }: { ticket: TicketPage; standing: Standing; isUp: boolean; onClose: () => void }) {
  const [receiver, setReceiver] = useState<string | null>(standing.cases[0]?.receiver ?? standing.receivers[0]?.key ?? null);
  const { data, error, refetch } = useQuery(packageQuery(ticket.id, receiver));
  const raise = useMutation({ mutationFn: () => raiseCase(ticket.id, receiver), onSuccess: () => { refresh(ticket.id); onClose(); }, onError: notifyFailure });
  return (
    <div className="package" data-testid="package">
      <div className="case-do">
        <label className="package-to">{t("escalation.to")} <select value={receiver ?? ""} onChange={(event) => setReceiver(event.currentTarget.value || null)}>
          {standing.receivers.map((one) => <option key={one.key} value={one.key}>{one.name}</option>)}
          <option value="">{t("escalation.leads")}</option>
        </select></label>
        {!isUp && <Button size="compact-sm" onClick={() => raise.mutate()} loading={raise.isPending} autoFocus>{t("escalation.do.raise")}</Button>}
        <Button size="compact-sm" variant="subtle" onClick={onClose}>{t("escalation.close")}</Button>
      </div>
      {error ? <Failure error={error} onRetry={() => void refetch()} /> : data ? <Parts found={data} /> : <Rows count={5} />}
    </div>
  );
}

function Parts({ found }: { found: Package }) {
  const parts = [...new Set(found.lines.map((line) => line.part))];
  return (
    <>
      {!found.complete && <p className="clock" data-kind="missed">{t("package.incomplete")}</p>}
      <dl>
        {parts.map((part) => <div key={part}><dt>{word("part", part)}</dt>{found.lines.filter((line) => line.part === part).map((line, i, all) => <dd key={i}><Told line={line} isLast={originOf(line) !== originOf(all[i + 1])} /></dd>)}</div>)}
        {found.unknown.map((one) => <div key={one.part} data-needed={one.needed || undefined}><dt>{word("part", one.part)}</dt><dd className="quiet">{one.needed && <b>{t("package.needed")} </b>}{one.sentence}</dd></div>)}
      </dl>
    </>
  );
}

const originOf = (line: PackageLine | undefined): string => line === undefined ? "" : [line.by, line.at && moment(line.at)].filter(Boolean).join(", ") || word("from", line.from);

/** A line in its origin's words; of lines that come from one place the last says where. */
function Told({ line, isLast }: { line: PackageLine; isLast: boolean }) {
  return (
    <>
      {line.from === "message" ? <Quoted text={line.text} messageId={line.message_id} start={line.start} end={line.end} /> : line.link ? <a href={line.link}>{line.text}</a> : line.text}
      {line.due && <b> {t("package.due", { at: moment(line.due) })}</b>} {isLast && <span className="quiet">{originOf(line)}</span>}
    </>
  );
}
