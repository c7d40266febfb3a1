import { Button, Textarea } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { prepareBulk } from "../api/bulk";
import { chooseNone, useChosen } from "../inbox/chosen";
import { Empty, sentenceOf } from "../states/States";
import { t } from "../strings";

const slots = ["requester.first_name", "requester.name", "organization.name", "ticket.number", "ticket.subject", "agent.name"] as const;

/** One text for the chosen tickets. Nothing leaves by preparing it. */
export function BulkNewPage() {
  const chosen = useChosen();
  const navigate = useNavigate();
  const [text, setText] = useState(t("bulk.start"));
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const box = useRef<HTMLTextAreaElement>(null);

  const insert = (slot: string) => {
    const field = box.current;
    if (!field) return;
    const words = slot === "requester.first_name" ? `{{${slot}|${t("bulk.instead")}}}` : `{{${slot}}}`;
    const at = field.selectionStart + words.length;
    setText(text.slice(0, field.selectionStart) + words + text.slice(field.selectionEnd));
    requestAnimationFrame(() => { field.focus(); field.setSelectionRange(at, at); });
  };
  const prepare = async () => {
    setBusy(true);
    setProblem(null);
    try {
      const bulk = await prepareBulk([...chosen], text);
      chooseNone();
      await navigate({ to: "/bulk/$bulkId", params: { bulkId: bulk.id } });
    } catch (error) {
      setProblem(sentenceOf(error));
      setBusy(false);
    }
  };
  if (chosen.size < 2) return <div className="page"><header className="page-head"><h1>{t("bulk.list")}</h1></header><Empty title={t("bulk.noneChosen")} detail={t("bulk.noneChosenDetail")}><Button size="xs" variant="default" onClick={() => void navigate({ to: "/tickets" })}>{t("rail.inbox")}</Button></Empty></div>;
  return (
    <div className="page">
      <header className="page-head"><h1>{t("bulk.new", { n: chosen.size })}</h1></header>
      <p className="quiet">{t("bulk.newLead")}</p>
      <Textarea ref={box} autosize minRows={8} maxRows={24} label={t("bulk.text")} value={text} onChange={(event) => setText(event.currentTarget.value)} error={problem} />
      <div className="bar slots" role="group" aria-label={t("bulk.slots")}>
        <span className="quiet">{t("bulk.slots")}</span>
        {slots.map((slot) => <Button key={slot} size="compact-xs" variant="default" onClick={() => insert(slot)}>{t(`slot.${slot}`)}</Button>)}
      </div>
      <div className="bar">
        <Button loading={isBusy} disabled={text.trim() === ""} onClick={() => void prepare()}>{t("bulk.prepare", { n: chosen.size })}</Button>
        <Button variant="subtle" color="gray" onClick={() => void navigate({ to: "/tickets" })}>{t("cancel")}</Button>
      </div>
    </div>
  );
}
