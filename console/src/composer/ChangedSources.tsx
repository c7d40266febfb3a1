import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { IconRefresh } from "@tabler/icons-react";
import { createDraft } from "../api/drafts";
import { patchTicket, queryClient } from "../api/queries";
import type { Draft } from "../api/types";
import { notifyFailure } from "../states/notice";
import { t } from "../strings";
import { setAside } from "./kept";

/** Why a draft no longer fits, the words then and now, and a fresh one. What a person wrote is kept for them. */
export function ChangedSources({ draft, body }: { draft: Draft; body: string }) {
  const isOwn = draft.origin === "agent" || draft.revision > 1;
  const fresh = useMutation({
    mutationFn: () => createDraft(draft.ticket_id, draft.origin === "model" ? "model" : "assembled", isOwn ? draft.id : undefined),
    onSuccess: (made) => {
      if (isOwn) setAside(draft.ticket_id, body);
      patchTicket(draft.ticket_id, (ticket) => ({ ...ticket, answer: { ...ticket.answer, draft: made } }));
      void queryClient.invalidateQueries({ queryKey: ["ticket", draft.ticket_id] });
    },
    onError: notifyFailure,
  });
  if (!draft.stale) return null;
  const changed = [...new Map(draft.sentences.flatMap((one) => (one.changed ? [[one.changed.was, one.changed] as const] : []))).values()];
  return (
    <div className="warning changed-sources" role="status">
      <div className="bar">
        <p>{draft.stale}</p>
        <Button variant="default" leftSection={<IconRefresh size={15} />} loading={fresh.isPending} onClick={() => fresh.mutate()}>{t(isOwn ? "changed.freshOwn" : "changed.fresh")}</Button>
      </div>
      {changed.map((one) => (
        <dl key={one.was}>
          <dt>{t("changed.was", { title: one.title })}</dt><dd><del>{one.was}</del></dd>
          <dt>{t("changed.now")}</dt><dd>{one.now ?? t("changed.gone")}</dd>
        </dl>
      ))}
    </div>
  );
}
