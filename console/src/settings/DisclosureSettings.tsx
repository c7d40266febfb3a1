import { SegmentedControl } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { queryClient, useSession } from "../api/queries";
import { disclosureQuery, setDisclosure } from "../api/session";
import type { DisclosureLine } from "../api/types";
import { notifyFailure } from "../states/notice";
import { t } from "../strings";

const choices = ["shown", "hidden"] as const;

/** Whether letters say in plain words that the machine had a part. An administrator's choice, kept in the record. */
export function DisclosureSettings() {
  const { agent } = useSession();
  const isAdmin = agent.role === "admin";
  const { data } = useQuery({ ...disclosureQuery, enabled: isAdmin });
  const save = useMutation({
    mutationFn: setDisclosure, onError: notifyFailure,
    onSuccess: (said: DisclosureLine) => queryClient.setQueryData(disclosureQuery.queryKey, said),
  });
  if (!isAdmin || !data) return null;
  return (
    <div className="choice">
      <div><b id="disclosure">{t("disclosure.title")}</b><p className="quiet">{t("disclosure.detail")}</p></div>
      <SegmentedControl size="xs" aria-labelledby="disclosure" value={data.line} disabled={save.isPending} onChange={(line) => save.mutate(line)}
        data={choices.map((value) => ({ value, label: t(`disclosure.${value}`) }))} />
    </div>
  );
}
