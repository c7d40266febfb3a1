import { Button } from "@mantine/core";
import { Link, useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { queryClient } from "../api/queries";
import { notify, notifyFailure } from "../states/notice";
import { Key } from "../states/Parts";
import { t } from "../strings";
import { useAction } from "./actions";
import { dropUndo, performUndo, useUndo } from "./undo";

/** Counts down what can still be taken back; `z` works on every page. */
export function UndoBar() {
  const undo = useUndo();
  const navigate = useNavigate();
  const [now, setNow] = useState(Date.now());
  const [isBusy, setBusy] = useState(false);
  const seconds = undo ? Math.max(0, Math.ceil((undo.until - now) / 1000)) : 0;

  useEffect(() => {
    if (!undo) return;
    setNow(Date.now());
    const timer = window.setInterval(() => {
      setNow(Date.now());
      if (Date.now() < undo.until) return;
      dropUndo(undo);
      void queryClient.invalidateQueries({ queryKey: ["ticket", undo.ticketId] });
    }, 250);
    return () => window.clearInterval(timer);
  }, [undo]);

  const takeBack = async () => {
    if (!undo || isBusy) return;
    setBusy(true);
    try {
      await performUndo(undo);
      dropUndo(undo);
      // What lies below can be taken back while the pages are read again.
      void Promise.all(["ticket", "tickets", "views", "tray", "corrections", "calibration", "open-tickets"].map((key) => queryClient.invalidateQueries({ queryKey: [key] })));
      if (undo.kind === "letter") await navigate({ to: "/tickets/$ticketId", params: { ticketId: undo.ticketId }, search: (old: object) => old });
      notify(t(undo.kind === "letter" ? "undo.doneLetter" : "undo.done"));
    } catch (error) {
      dropUndo(undo);
      notifyFailure(error);
    } finally {
      setBusy(false);
    }
  };
  useAction("undo", () => void takeBack(), undo !== null);

  if (!undo) return null;
  return (
    <div className="undo" role="status" data-testid="undo-bar">
      <span>
        {undo.kind === "letter" ? t("undo.letter") : undo.label}{" "}
        <Link to="/tickets/$ticketId" params={{ ticketId: undo.ticketId }}>#{undo.number}</Link>
      </span>
      <span className="undo-count" aria-hidden>{t("undo.left", { n: seconds })}</span>
      <Button size="xs" variant="default" onClick={() => void takeBack()} loading={isBusy} rightSection={<Key action="undo" />}>{t("undo.button")}</Button>
    </div>
  );
}
