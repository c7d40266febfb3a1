import { Button } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { policiesQuery, queryClient, useSession } from "../api/queries";
import { endStanding, standingsQuery, standingUsesQuery } from "../api/standing";
import type { StandingApproval } from "../api/types";
import { mayChange } from "../policies/words";
import { Confirm } from "../states/Confirm";
import { notifyFailure } from "../states/notice";
import { Ago } from "../states/Parts";
import { Empty, Failure, Rows } from "../states/States";
import { t, word } from "../strings";
import { day } from "../text/time";
import { NewStanding } from "./NewStanding";

/** Texts that leave without a person's own yes, who approved them beforehand, each use, and the switch that ends them. */
export function StandingPage() {
  const { agent } = useSession();
  const list = useQuery(standingsQuery);
  const categories = useQuery(policiesQuery).data?.filter((one) => one.kind === "operating_model") ?? [];
  const nameOf = (key: string) => categories.find((one) => one.key === key)?.name ?? key;
  const [isWriting, setWriting] = useState(false);
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t("standing.title")}</h1>
        {mayChange(agent.role) && !isWriting && <Button size="xs" onClick={() => setWriting(true)}>{t("standing.new")}</Button>}
      </header>
      <p className="quiet">{t("standing.lead")}</p>
      {isWriting && <NewStanding categories={categories} onClose={() => setWriting(false)} />}
      {list.isPending && <Rows count={3} />}
      {list.isError && <Failure error={list.error} onRetry={() => void list.refetch()} />}
      {list.isSuccess && list.data.length === 0 && !isWriting && <Empty title={t("standing.none")} detail={t("standing.noneDetail")} />}
      {list.data?.map((one) => <Line key={one.id} standing={one} category={nameOf(one.category)} mayEnd={mayChange(agent.role)} />)}
    </div>
  );
}

function Line({ standing, category, mayEnd }: { standing: StandingApproval; category: string; mayEnd: boolean }) {
  const [isOpen, setOpen] = useState(false);
  const end = useMutation({ mutationFn: () => endStanding(standing.id), onSuccess: () => queryClient.invalidateQueries({ queryKey: ["standing"] }), onError: notifyFailure });
  return (
    <section className="panel" aria-label={category} data-state={standing.state}>
      <div className="bar">
        <p><b>{category}</b> <span className="quiet">{t(`standing.state.${standing.state}`)} · {t("standing.by", { name: standing.by })} <Ago at={standing.at} />{standing.ended_by && <> · {t("standing.endedBy", { name: standing.ended_by })}</>}</span></p>
        {mayEnd && standing.state !== "ended" && <Confirm label={t("standing.end")} question={t("standing.endAsk")} isBusy={end.isPending} onYes={() => end.mutate()} />}
      </div>
      <p className="quiet">{t("standing.limits", { day: standing.a_day, person: standing.a_requester, until: day(standing.until) })}</p>
      <details><summary>{t("standing.text")}</summary><p className="letter-text">{standing.text}</p></details>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{t(standing.uses === 1 ? "standing.use" : "standing.uses", { n: standing.uses })}{standing.came_back > 0 && `, ${t("standing.cameBack", { n: standing.came_back })}`}</summary>
        {isOpen && <Uses id={standing.id} />}
      </details>
    </section>
  );
}

function Uses({ id }: { id: string }) {
  const { data, error, refetch } = useQuery(standingUsesQuery(id));
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <Rows count={3} />;
  return (
    <ul className="lines-plain">
      {data.map((use) => (
        <li key={use.ticket_id}><Link to="/tickets/$ticketId" params={{ ticketId: use.ticket_id }}>#{use.number}</Link> {use.subject} <span className="quiet">· {word("standing.letter", use.state)} <Ago at={use.at} />{use.came_back && ` · ${t("standing.again")}`}</span></li>
      ))}
    </ul>
  );
}

