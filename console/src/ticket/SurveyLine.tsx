import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { IconMoodEmpty, IconMoodSad, IconMoodSmile } from "@tabler/icons-react";
import { followSurveyUp } from "../api/attention";
import { queryClient, useSession } from "../api/queries";
import type { TicketPage } from "../api/types";
import { notifyFailure } from "../states/notice";
import { Ago } from "../states/Parts";
import { t } from "../strings";

/** What the requester said when they were asked how it went. A low rating waits until somebody answers or says that it is seen to. */
export function SurveyLine({ ticket }: { ticket: TicketPage }) {
  const { agent } = useSession();
  const { survey } = ticket;
  const done = useMutation({
    mutationFn: () => followSurveyUp(ticket.id),
    onSuccess: () => { for (const key of [["ticket", ticket.id], ["tasks"]]) void queryClient.invalidateQueries({ queryKey: key }); },
    onError: notifyFailure,
  });
  if (!survey) return null;
  const Shape = survey.rating <= 2 ? IconMoodSad : survey.rating === 3 ? IconMoodEmpty : IconMoodSmile;
  return (
    <section className="attention" aria-label={t("survey.title")} data-testid="survey" data-follow-up={survey.follow_up}>
      <p><Shape size={14} stroke={1.8} aria-hidden /> <b>{t("survey.rated", { n: survey.rating })}</b>{survey.effort !== null && ` · ${t("survey.effort", { n: survey.effort })}`} · <span className="quiet"><Ago at={survey.answered_at} /></span>{survey.followed_up_by && <span className="quiet"> · {t("survey.done", { who: survey.followed_up_by })}</span>}</p>
      {survey.comment && <p className="survey-words">“{survey.comment}”</p>}
      {survey.follow_up === "open" && agent.role !== "auditor" && <div className="attention-do"><span>{t("survey.open")}</span><Button size="compact-xs" variant="default" loading={done.isPending} onClick={() => done.mutate()}>{t("survey.seen")}</Button></div>}
    </section>
  );
}
