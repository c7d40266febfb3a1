import { Button, Loader } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconCheck, IconShieldX } from "@tabler/icons-react";
import { getMail } from "../api/mail";
import { ticketQuery } from "../api/queries";
import { weakest } from "../composer/weakest";
import { DoubtWord } from "../states/Parts";
import { Failure } from "../states/States";
import { t } from "../strings";

/** Follows one mail from the post until triage and sources stand beside it. */
export function MailProgressView({ id, onAgain, onClose }: { id: string; onAgain: () => void; onClose: () => void }) {
  const mail = useQuery({ queryKey: ["mail", id], queryFn: () => getMail(id), refetchInterval: (query) => (query.state.data?.answered || query.state.data?.state === "quarantined" || query.state.data?.state === "duplicate" ? false : 700) });
  const ticket = useQuery({ ...ticketQuery(mail.data?.ticket_id ?? ""), enabled: Boolean(mail.data?.ticket_id && mail.data.answered), staleTime: 0 });
  if (mail.error) return <div className="page"><Failure error={mail.error} onRetry={() => void mail.refetch()} /></div>;
  const state = mail.data?.state;
  const isStopped = state === "quarantined" || state === "duplicate";
  const steps = [
    { label: t("post.received"), isDone: mail.data !== undefined },
    { label: t("post.accepted"), isDone: state === "accepted" },
    { label: t("post.triaged"), isDone: mail.data?.triaged ?? false },
    { label: t("post.answered"), isDone: mail.data?.answered ?? false },
  ];
  const waitingAt = steps.findIndex((step) => !step.isDone);
  const link = ticket.data ? weakest(ticket.data) : null;
  return (
    <section className="page" aria-label={t("post.title")}>
      <header className="page-head"><h1>{t("post.title")}</h1></header>
      <ol className="steps" aria-live="polite">
        {steps.map((step, i) => (
          <li key={step.label} data-done={step.isDone || undefined}>
            {step.isDone ? <IconCheck size={15} aria-hidden /> : i === waitingAt && !isStopped ? <Loader size={13} /> : <span className="dot" aria-hidden />}{step.label}
          </li>
        ))}
      </ol>
      {isStopped && <p className="warning" role="alert"><IconShieldX size={15} aria-hidden /><span><b>{t(`post.${state}`)}</b> {mail.data?.detail}</span></p>}
      {ticket.data && (
        <div className="arrived" data-testid="arrived">
          <p>{link && <DoubtWord value={link.word} />} <b>{ticket.data.understanding?.category?.name ?? t("list.noCategory")}</b> {link?.why}</p>
          <p className="quiet">{t("post.sources", { n: ticket.data.answer.passages.length, m: ticket.data.answer.similar.length })}</p>
          <ul>{ticket.data.answer.passages.map((one) => <li key={one.passage_id}>{one.title} <span className="quiet">{one.heading}</span></li>)}</ul>
        </div>
      )}
      <div className="bar">
        {mail.data?.ticket_id && <Link className="button" to="/tickets/$ticketId" params={{ ticketId: mail.data.ticket_id }}>{t("post.open")}</Link>}
        <Button variant="default" onClick={onAgain}>{t("post.again")}</Button>
        <Button variant="subtle" color="gray" onClick={onClose}>{t("close")}</Button>
      </div>
    </section>
  );
}
