import { Button } from "@mantine/core";
import { IconUsers } from "@tabler/icons-react";
import { useState } from "react";
import { takeBackFirst } from "../api/drafts";
import { queryClient, useSession } from "../api/queries";
import type { Draft } from "../api/types";
import { Ago } from "../states/Parts";
import { notifyFailure } from "../states/notice";
import { t } from "../strings";

/** One of two people said yes; whoever looks learns who, and the first can still take it back. */
export function FirstNote({ draft }: { draft: Draft }) {
  const { agent } = useSession();
  const [isBusy, setBusy] = useState(false);
  const { first } = draft;
  if (!first) return null;
  const isOwn = first.agent_id === agent.id;
  const takeBack = async () => {
    setBusy(true);
    try {
      await takeBackFirst(draft.id);
      await queryClient.invalidateQueries({ queryKey: ["ticket", draft.ticket_id] });
    } catch (error) {
      notifyFailure(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <p className="letter-note" role="status" data-testid="first-note">
      <IconUsers size={15} aria-hidden />
      <span>{isOwn ? t("first.own") : t("first.theirs", { name: first.by })} <span className="quiet"><Ago at={first.at} /></span></span>
      {isOwn && <Button size="compact-xs" variant="default" loading={isBusy} onClick={() => void takeBack()}>{t("first.takeBack")}</Button>}
    </p>
  );
}
