import { Button } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { endSession, sessionsQuery } from "../api/access";
import { queryClient } from "../api/queries";
import { notifyFailure } from "../states/notice";
import { Ago } from "../states/Parts";
import { Failure, Rows } from "../states/States";
import { t } from "../strings";

/** Where the person is signed in; each can be ended from here, and is over within five seconds. */
export function SessionSettings() {
  const { data, error, refetch } = useQuery(sessionsQuery);
  const end = useMutation({ mutationFn: endSession, onSuccess: () => queryClient.invalidateQueries({ queryKey: sessionsQuery.queryKey }), onError: notifyFailure });
  return (
    <section aria-label={t("sessions.title")} data-testid="sessions">
      <h2>{t("sessions.title")}</h2>
      {error ? <Failure error={error} onRetry={() => void refetch()} /> : !data ? <Rows count={2} /> : (
        <ul className="lines">
          {data.map((one) => (
            <li key={one.id} className="line with-button">
              <div><b>{one.client || t("sessions.unknown")}</b><span className="quiet">{one.current && `${t("sessions.this")} · `}{t(`sessions.with.${one.opened_with}`)} · <Ago at={one.created_at} /></span></div>
              {!one.current && <Button variant="default" loading={end.isPending && end.variables === one.id} onClick={() => end.mutate(one.id)}>{t("sessions.end")}</Button>}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
