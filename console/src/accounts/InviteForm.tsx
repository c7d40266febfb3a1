import { Button, CopyButton, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { invite } from "../api/access";
import type { Named, Role } from "../api/types";
import { proven } from "../states/AskProof";
import { notifyFailure } from "../states/notice";
import { t } from "../strings";
import { RoleFields } from "./RoleForm";

/** Nothing is mailed: the link is handed over by whoever invites, and shown once. */
export function InviteForm({ queues, onClose, onMade }: { queues: Named[]; onClose: () => void; onMade: () => void }) {
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("agent");
  const [keys, setKeys] = useState(() => queues.map((one) => one.key));
  const make = useMutation({ mutationFn: () => proven(() => invite({ name, email, role, queues: keys })), onSuccess: onMade, onError: notifyFailure });
  const link = make.data && `${window.location.origin}/welcome#${make.data.token}`;
  if (link) {
    return (
      <section className="panel" aria-label={t("accounts.invite")}>
        <p role="status">{t("accounts.link", { name })}</p>
        <p><code data-testid="invitation-link">{link}</code></p>
        <div className="bar"><CopyButton value={link}>{({ copied, copy }) => <Button size="xs" onClick={copy}>{t(copied ? "accounts.copied" : "accounts.copy")}</Button>}</CopyButton><Button size="xs" variant="default" onClick={onClose}>{t("accounts.done")}</Button></div>
      </section>
    );
  }
  return (
    <form className="panel account-form" aria-label={t("accounts.invite")} onSubmit={(event) => { event.preventDefault(); make.mutate(); }}>
      <TextInput size="xs" label={t("accounts.name")} required maxLength={100} value={name} onChange={(event) => setName(event.currentTarget.value)} />
      <TextInput size="xs" type="email" label={t("accounts.email")} required value={email} onChange={(event) => setEmail(event.currentTarget.value)} />
      <RoleFields role={role} onRole={setRole} keys={keys} onKeys={setKeys} queues={queues} />
      <div className="bar"><Button size="xs" type="submit" loading={make.isPending} disabled={!name.trim() || !email.trim()}>{t("accounts.make")}</Button><Button size="xs" variant="default" onClick={onClose}>{t("cancel")}</Button></div>
    </form>
  );
}
