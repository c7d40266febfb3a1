import { ActionIcon, Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { IconArrowLeft, IconCornerUpLeft } from "@tabler/icons-react";
import { useState } from "react";
import { letterQuery, useDesk } from "../api/queries";
import type { LetterPage } from "../api/types";
import { Ago } from "../states/Parts";
import { Failure, Rows } from "../states/States";
import { t, word } from "../strings";
import { WriteAsCustomer } from "./WriteAsCustomer";

export function LetterRoute() {
  const { letterId } = useParams({ from: "/shell/tray/$letterId" });
  const { data, error, refetch } = useQuery(letterQuery(letterId));
  if (error) return <div className="page"><Failure error={error} onRetry={() => void refetch()} /></div>;
  if (!data) return <div className="page"><Rows count={5} height={60} /></div>;
  return <LetterView key={data.id} letter={data} />;
}

/** The letter as its reader sees it: no marks, no panels, only what left. */
function LetterView({ letter }: { letter: LetterPage }) {
  const navigate = useNavigate();
  const desk = useDesk();
  const [isAnswering, setAnswering] = useState(false);
  if (isAnswering) return <WriteAsCustomer letter={letter} onClose={() => setAnswering(false)} />;
  return (
    <article className="page" data-testid="letter">
      <header className="page-head">
        <ActionIcon variant="subtle" color="gray" aria-label={t("back")} onClick={() => void navigate({ to: "/tray" })}><IconArrowLeft size={18} /></ActionIcon>
        <h1>{letter.subject}</h1>
        {desk.demo && <Button variant="default" leftSection={<IconCornerUpLeft size={15} />} onClick={() => setAnswering(true)}>{t("tray.answer")}</Button>}
      </header>
      <dl className="sealed-head">
        <div><dt>{t("letter.from")}</dt><dd>{letter.from}</dd></div>
        <div><dt>{t("letter.to")}</dt><dd>{letter.to.join(", ")}</dd></div>
        {letter.cc.length > 0 && <div><dt>{t("letter.cc")}</dt><dd>{letter.cc.join(", ")}</dd></div>}
      </dl>
      <div className="paper letter-text" dir="auto" data-testid="letter-body">{letter.body}</div>
      <p className="quiet">{t("ticket.signedBy", { name: letter.approved_by })}, <Ago at={letter.at} /> · {word("ai", letter.ai_assisted)} · <Link to="/tickets/$ticketId" params={{ ticketId: letter.ticket_id }}>{t("tray.ticket", { n: letter.ticket_number })}</Link></p>
      <details><summary>{t("tray.headers")}</summary><dl className="headers">{letter.headers.map(([name, value], i) => <div key={i}><dt>{name}</dt><dd>{value}</dd></div>)}</dl></details>
      <details><summary>{t("tray.raw")}</summary><pre tabIndex={0}>{letter.raw}</pre></details>
    </article>
  );
}
