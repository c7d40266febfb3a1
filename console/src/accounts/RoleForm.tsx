import { Button, MultiSelect, Select } from "@mantine/core";
import { useState } from "react";
import type { Account, Named, Role } from "../api/types";
import { t } from "../strings";

export const roles: Role[] = ["agent", "lead", "knowledge_owner", "auditor", "admin"];

/** Leads, auditors and administrators see every queue when none is named; others see none. */
export const withoutQueues = (role: Role): string => t(["lead", "auditor", "admin"].includes(role) ? "accounts.allQueues" : "accounts.noQueue");

interface RoleProps { role: Role; onRole: (role: Role) => void; keys: string[]; onKeys: (keys: string[]) => void; queues: Named[] }

/** What somebody does, and in which queues. */
export function RoleFields({ role, onRole, keys, onKeys, queues }: RoleProps) {
  return (
    <>
      <Select size="xs" label={t("accounts.role")} allowDeselect={false} data={roles.map((value) => ({ value, label: t(`role.${value}`) }))} value={role} onChange={(value) => onRole((value ?? "agent") as Role)} />
      <MultiSelect size="xs" label={t("accounts.queues")} placeholder={keys.length === 0 ? withoutQueues(role) : ""} data={queues.map((one) => ({ value: one.key, label: one.name }))} value={keys} onChange={onKeys} />
    </>
  );
}

interface Props { account: Account; queues: Named[]; isBusy: boolean; onClose: () => void; onSave: (role: Role, queues: string[]) => void }

export function RoleForm({ account, queues, isBusy, onClose, onSave }: Props) {
  const [role, setRole] = useState(account.role);
  const [keys, setKeys] = useState(account.queues);
  return (
    <form className="bar account-form" onSubmit={(event) => { event.preventDefault(); onSave(role, keys); }}>
      <RoleFields role={role} onRole={setRole} keys={keys} onKeys={setKeys} queues={queues} />
      <Button size="xs" type="submit" loading={isBusy}>{t("accounts.save")}</Button>
      <Button size="xs" variant="default" onClick={onClose}>{t("cancel")}</Button>
    </form>
  );
}
