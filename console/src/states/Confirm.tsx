import { Button } from "@mantine/core";
import { useState } from "react";
import { t } from "../strings";

interface Props { label: string; question: string; isBusy?: boolean; onYes: () => void }

/** A step that is asked about in place: the first press asks, the second does it, leaving forgets. */
export function Confirm({ label, question, isBusy = false, onYes }: Props) {
  const [isAsking, setAsking] = useState(false);
  if (!isAsking) return <Button variant="default" loading={isBusy} onClick={() => setAsking(true)}>{label}</Button>;
  return (
    <span className="bar confirm" onBlur={(event) => { if (!event.currentTarget.contains(event.relatedTarget)) setAsking(false); }} onKeyDown={(event) => event.key === "Escape" && setAsking(false)}>
      <span role="status">{question}</span>
      <Button autoFocus onClick={() => { setAsking(false); onYes(); }}>{label}</Button>
      <Button variant="subtle" color="gray" onClick={() => setAsking(false)}>{t("cancel")}</Button>
    </span>
  );
}
