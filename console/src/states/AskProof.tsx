import { Button, Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Problem } from "../api/http";
import { providerHref, waysInQuery } from "../api/session";
import { t } from "../strings";
import { notifyFailure } from "./notice";
import { ProofField, useProof } from "./Proof";

let open: ((answer: (isProven: boolean) => void) => void) | null = null;

/** Does something that asks for a fresh confirmation: where the server says so, the person is asked and it is tried once more. */
export async function proven<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof Problem && error.word === "confirm") || !open) throw error;
    const isProven = await new Promise<boolean>((answer) => open?.(answer));
    if (!isProven) throw error;
    return act();
  }
}

/** The one place that asks. It stands in the shell. */
export function AskProof() {
  const [answer, setAnswer] = useState<((isProven: boolean) => void) | null>(null);
  useEffect(() => {
    open = (next) => setAnswer(() => next);
    return () => { open = null; };
  }, []);
  const close = (isProven: boolean) => { answer?.(isProven); setAnswer(null); };
  return (
    <Modal opened={answer !== null} onClose={() => close(false)} title={t("proof.title")} size="sm" closeButtonProps={{ "aria-label": t("cancel") }}>
      {answer && <Form onDone={close} />}
    </Modal>
  );
}

function Form({ onDone }: { onDone: (isProven: boolean) => void }) {
  const proof = useProof("password");
  const { provider } = useQuery(waysInQuery).data ?? {};
  const [isBusy, setBusy] = useState(false);
  const [isAway, setAway] = useState(false);
  const confirm = async () => {
    setBusy(true);
    try {
      await proof.confirm();
      onDone(true);
    } catch (error) {
      notifyFailure(error);
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => { event.preventDefault(); if (proof.isGiven) void confirm(); }}>
      <p className="quiet">{t("proof.why")}</p>
      <ProofField label={t("seal.password")} {...proof.field} />
      {provider && <p><a href={providerHref("/settings", true)} target="_blank" rel="noopener" onClick={() => setAway(true)}>{t("proof.provider", { name: provider })}</a></p>}
      <div className="bar">{isAway ? <Button size="xs" onClick={() => onDone(true)}>{t("proof.back")}</Button> : <Button type="submit" size="xs" disabled={!proof.isGiven} loading={isBusy}>{t("proof.go")}</Button>}<Button size="xs" variant="default" onClick={() => onDone(false)}>{t("cancel")}</Button></div>
    </form>
  );
}
