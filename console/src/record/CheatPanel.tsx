import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { IconCircleCheck, IconCircleX, IconMoodNeutral } from "@tabler/icons-react";
import { runAttacks } from "../api/mail";
import { queryClient } from "../api/queries";
import { sentenceOf } from "../states/States";
import { t } from "../strings";

const refresh = () => Promise.all(["audit", "checkpoint"].map((key) => queryClient.invalidateQueries({ queryKey: [key] })));

/** Eight honest attempts to get a letter out without a person, and what stopped each. */
export function CheatPanel() {
  const run = useMutation({ mutationFn: runAttacks, onSuccess: refresh });
  const { data } = run;
  return (
    <section className="panel" aria-label={t("cheat.title")}>
      <div className="bar">
        <p><b>{t("cheat.title")}</b> <span className="quiet">{t("cheat.lead")}</span></p>
        <Button variant="default" leftSection={<IconMoodNeutral size={15} />} loading={run.isPending} onClick={() => run.mutate()}>{t("cheat.run")}</Button>
      </div>
      {run.error && <p role="alert">{sentenceOf(run.error)}</p>}
      {data && (
        <>
          <p role="status" data-testid="cheat-summary"><b>{t("cheat.stopped", { n: data.items.filter((one) => one.stopped).length, m: data.items.length })}</b> {t("cheat.tray", { before: data.tray_before, after: data.tray_after })}</p>
          <ol className="attacks">
            {data.items.map((one) => (
              <li key={one.key} data-stopped={one.stopped} data-testid="attack">
                {one.stopped ? <IconCircleCheck size={16} aria-hidden /> : <IconCircleX size={16} aria-hidden />}
                <div><b>{one.title}</b> <span className="quiet">{one.attempt}</span><br /><span>{one.stopped ? t("cheat.by", { what: one.stopped_by }) : t("cheat.notStopped")}</span> <span className="quiet">{one.detail}</span></div>
              </li>
            ))}
          </ol>
        </>
      )}
    </section>
  );
}
