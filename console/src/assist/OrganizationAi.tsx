import { Select } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { queryClient, useSession } from "../api/queries";
import { setOrganizationAi } from "../api/tickets";
import type { AiChoice, Customer } from "../api/types";
import { notify, notifyFailure } from "../states/notice";
import { t } from "../strings";

/** What an organization chose for everybody in it; leads and administrators write it down. */
export function OrganizationAi({ customer }: { customer: Customer }) {
  const { agent } = useSession();
  const { organization } = customer;
  const save = useMutation({
    mutationFn: (ai: AiChoice) => setOrganizationAi(organization?.id ?? "", ai),
    onSuccess: () => { notify(t("customer.organizationSaved")); void queryClient.invalidateQueries({ queryKey: ["ticket"] }); },
    onError: notifyFailure,
  });
  if (!organization || (agent.role !== "admin" && agent.role !== "lead")) return null;
  return (
    <Select label={t("customer.organizationSets", { name: organization.name })} allowDeselect={false} disabled={save.isPending} value={customer.organization_ai ?? "default"}
      onChange={(value) => value && save.mutate(value as AiChoice)} data={(["default", "in", "out"] satisfies AiChoice[]).map((value) => ({ value, label: t(`ai.choice.${value}`) }))} />
  );
}
