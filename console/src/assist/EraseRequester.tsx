import { Button, TextInput } from "@mantine/core";
import { useState } from "react";
import { queryClient, useSession } from "../api/queries";
import { eraseRequester } from "../api/tickets";
import { proven } from "../states/AskProof";
import type { Customer } from "../api/types";
import { notify, notifyFailure } from "../states/notice";
import { t } from "../strings";

/** Forgetting somebody for good: the address is typed again, because nothing brings them back. */
export function EraseRequester({ customer }: { customer: Customer }) {
  const { agent } = useSession();
  const [typed, setTyped] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  // Somebody of all queues: without any of their own, leads and administrators have the whole desk.
  const mayErase = (agent.role === "admin" || agent.role === "lead") && agent.queues.length === 0;
  if (!mayErase || !customer.email.includes("@")) return null;
  if (typed === null) return <button type="button" className="quiet link" onClick={() => setTyped("")}>{t("erase.ask")}</button>;
  const erase = async () => {
    setBusy(true);
    try {
      const { tickets } = await proven(() => eraseRequester(customer.id, typed));
      notify(t(tickets === 1 ? "erase.done1" : "erase.done", { n: tickets }));
      setTyped(null);
      await queryClient.invalidateQueries();
    } catch (error) {
      notifyFailure(error);
    } finally {
      setBusy(false);
    }
  };
  const isSame = typed.trim().toLowerCase() === customer.email.toLowerCase();
  return (
    <form className="panel" onSubmit={(event) => { event.preventDefault(); if (isSame) void erase(); }}>
      <p>{t("erase.what", { name: customer.name || customer.email })}</p>
      <TextInput autoFocus label={t("erase.type", { email: customer.email })} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} autoComplete="off" />
      <span className="bar">
        <Button type="submit" color="red" disabled={!isSame} loading={isBusy}>{t("erase.now")}</Button>
        <Button variant="subtle" color="gray" onClick={() => setTyped(null)}>{t("cancel")}</Button>
      </span>
    </form>
  );
}
