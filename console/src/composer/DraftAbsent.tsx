import { Button, Loader } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { IconBan, IconFileText, IconPencil } from "@tabler/icons-react";
import { createDraft } from "../api/drafts";
import { patchTicket, queryClient, useDesk } from "../api/queries";
import type { Draft, TicketPage } from "../api/types";
import { useAction } from "../shell/actions";
import { notifyFailure } from "../states/notice";
import { Key } from "../states/Parts";
import { t } from "../strings";

/** No draft: why, and what a person can do now. */
export function DraftAbsent({ ticket }: { ticket: TicketPage }) {
  const { answer, understanding } = ticket;
  const desk = useDesk();
  const isRefused = understanding?.ai.use === "refused";
  const create = useMutation({
    mutationFn: (origin: Draft["origin"]) => createDraft(ticket.id, origin),
    onSuccess: (draft) => {
      patchTicket(ticket.id, (old) => ({ ...old, answer: { ...old.answer, draft, state: "ready" } }));
      void queryClient.invalidateQueries({ queryKey: ["ticket", ticket.id] });
    },
    onError: notifyFailure,
  });
  useAction("draft.edit", () => create.mutate("agent"));
  const mayAsk = (origin: Draft["origin"]) => !isRefused && answer.may_ask.includes(origin);
  useAction("draft.ask", () => create.mutate("assembled"), mayAsk("assembled") && !create.isPending);
  return (
    <div className="draft-absent" data-state={answer.state}>
      <p>
        {answer.state === "preparing" ? <Loader size={14} /> : <IconBan size={16} stroke={1.6} aria-hidden />}
        <span>
          <b>{isRefused ? t("absent.refused") : t(`absent.${answer.state === "ready" ? "none" : answer.state}`)}</b> {isRefused ? understanding.ai.because : answer.why}
        </span>
      </p>
      <div className="bar">
        <Button leftSection={<IconPencil size={15} />} loading={create.isPending} onClick={() => create.mutate("agent")} rightSection={<Key action="draft.edit" />}>{t("absent.write")}</Button>
        {mayAsk("assembled") && <Button variant="default" rightSection={<Key action="draft.ask" />} leftSection={<IconFileText size={15} />} disabled={create.isPending} onClick={() => create.mutate("assembled")}>{t("absent.assemble")}</Button>}
        {mayAsk("model") && desk.model.state === "ready" && <Button variant="default" disabled={create.isPending} onClick={() => create.mutate("model")}>{t("absent.model")}</Button>}
      </div>
    </div>
  );
}
