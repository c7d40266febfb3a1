import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { rejectDraft } from "../api/drafts";
import { queryClient } from "../api/queries";
import { notifyFailure } from "../states/notice";
import { t } from "../strings";
import { failures, type FailureKind } from "../text/failures";

/** After a draft was turned down: what was wrong, in one press, or nothing at all. Digits are heard until one is pressed. */
export function RejectedBar({ draftId }: { draftId: string }) {
  const [said, setSaid] = useState<FailureKind | null>(null);
  const say = useMutation({ mutationFn: (why: FailureKind) => rejectDraft(draftId, why), onMutate: setSaid, onSuccess: () => void queryClient.invalidateQueries({ queryKey: ["eval-cases"] }), onError: (error) => { setSaid(null); notifyFailure(error); } });
  const { mutate } = say;
  useEffect(() => {
    if (said) return;
    const hear = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey || target.closest("input, textarea, select, [contenteditable]")) return;
      const why = failures.find((one) => one.digit === event.key)?.kind;
      if (why) { event.preventDefault(); mutate(why); }
    };
    window.addEventListener("keydown", hear);
    return () => window.removeEventListener("keydown", hear);
  }, [said, mutate]);
  return (
    <div className="rejected" role="group" aria-label={t("reject.why")} data-testid="rejected">
      <p role="status">{said ? t("reject.thanks", { why: t(`failure.${said}`) }) : t("reject.why")}</p>
      {!said && (
        <div className="rejected-reasons">
          {failures.map(({ kind, digit }) => (
            <Button key={kind} size="compact-xs" variant="default" leftSection={<kbd>{digit}</kbd>} onClick={() => mutate(kind)}>{t(`failure.${kind}`)}</Button>
          ))}
        </div>
      )}
    </div>
  );
}
