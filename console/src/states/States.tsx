import { Button, Skeleton } from "@mantine/core";
import { IconInbox, IconLock, IconMoodEmpty, IconPlugConnectedX, type Icon } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Problem } from "../api/http";
import { t } from "../strings";

interface Words { icon: Icon; title: string; detail: string; children?: ReactNode; role?: "alert" | "status" }

function State({ icon: Shape, title, detail, children, role = "status" }: Words) {
  return (
    <div className="state" role={role}>
      <Shape size={26} stroke={1.4} aria-hidden />
      <h2>{title}</h2>
      <p>{detail}</p>
      {children}
    </div>
  );
}

/** What would be here, and how to get it. */
export function Empty({ title, detail, children }: { title: string; detail: string; children?: ReactNode }) {
  return <State icon={IconInbox} title={title} detail={detail}>{children}</State>;
}

/** What happened, what to do, and a way to try again; a rule's no says why and who can. */
export function Failure({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const problem = error instanceof Problem ? error : null;
  const retry = onRetry && <Button size="xs" variant="default" onClick={onRetry}>{t("state.retry")}</Button>;
  if (problem?.isOffline) return <State role="alert" icon={IconPlugConnectedX} title={t("state.offline")} detail={t("state.offlineDetail")}>{retry}</State>;
  if (problem?.status === 403) return <State role="alert" icon={IconLock} title={t("state.refused")} detail={problem.detail || t("state.refusedDetail")} />;
  if (problem?.status === 404) return <State role="alert" icon={IconMoodEmpty} title={t("state.missing")} detail={problem.detail || t("state.missingDetail")} />;
  return <State role="alert" icon={IconPlugConnectedX} title={problem?.title || t("state.failed")} detail={problem ? [problem.detail, problem.next].filter(Boolean).join(" ") : t("state.failedDetail")}>{retry}</State>;
}

/** Rows of the same shape as what is coming. */
export function Rows({ count = 8, height = 34 }: { count?: number; height?: number }) {
  return (
    <div className="rows" role="status" aria-label={t("state.loading")}>
      {Array.from({ length: count }, (_, i) => <Skeleton key={i} height={height - 10} my={5} radius="sm" />)}
    </div>
  );
}

/** A short sentence for a failed action, fit for a notice. */
export function sentenceOf(error: unknown): string {
  if (error instanceof Problem) return error.isOffline ? t("state.offlineDetail") : [error.detail, error.next].filter(Boolean).join(" ");
  return t("state.failedDetail");
}
