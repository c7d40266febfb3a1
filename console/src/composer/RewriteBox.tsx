import { Button } from "@mantine/core";
import { useRef, useState } from "react";
import { offerRewrite, takeRewrite } from "../api/drafts";
import type { OfferedRewrite, RewriteTool } from "../api/types";
import { notify, notifyFailure } from "../states/notice";
import { sentenceOf } from "../states/States";
import { t } from "../strings";
import { scalars } from "../text/offsets";
import type { DraftText } from "./useDraftText";

const tools: RewriteTool[] = ["shorter", "plainer", "formal"];

interface Props { text: DraftText; selected: [number, number] | null; onLeave: () => void }

/** Other words for the selected sentences, or for all: shown as a difference, taken or left. What is taken is the machine's. */
export function RewriteBox({ text, selected, onLeave }: Props) {
  // The selection of the moment the box opened: the field loses it to the buttons.
  const [[start, end]] = useState<[number, number]>(selected && selected[1] > selected[0] ? selected : [0, text.body.length]);
  const [offer, setOffer] = useState<OfferedRewrite | null>(null);
  const [said, setSaid] = useState<string | null>(null);
  const [busy, setBusy] = useState<RewriteTool | "take" | null>(null);
  const asked = useRef(text.body);
  const ask = async (tool: RewriteTool) => {
    setBusy(tool);
    setOffer(null);
    setSaid(null);
    try {
      if (!(await text.flush())) return notify(t("seal.unsaved"));
      const { id, revision, body } = text.latest();
      asked.current = body;
      setOffer(await offerRewrite(id, revision, tool, scalars(body, start), scalars(body, end)));
    } catch (error) {
      setSaid(sentenceOf(error));
    } finally {
      setBusy(null);
    }
  };
  const take = async () => {
    if (!offer || busy) return;
    setBusy("take");
    try {
      const { id, revision } = text.latest();
      text.replace(await takeRewrite(id, revision, offer));
      onLeave();
    } catch (error) {
      notifyFailure(error);
      setBusy(null);
    }
  };
  const isWhole = start === 0 && end === text.body.length;
  return (
    <section className="picker" aria-label={t("rewrite.title")} data-testid="rewrite"
      onKeyDown={(event) => { if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); onLeave(); } }}>
      <h2>{t("rewrite.title")} <span className="quiet">{t(isWhole ? "rewrite.whole" : "rewrite.selected")}</span></h2>
      <div className="rewrite-tools">
        {tools.map((tool, i) => (
          <Button key={tool} size="compact-sm" variant={offer?.tool === tool ? "light" : "default"} autoFocus={i === 0} loading={busy === tool} onClick={() => void ask(tool)}>{t(`rewrite.${tool}`)}</Button>
        ))}
      </div>
      {said && <p className="quiet" role="status">{said}</p>}
      {offer && (
        <>
          {offer.note && <p className="quiet">{offer.note}</p>}
          <p className="letter-text changes rewrite-text" dir="auto" tabIndex={0} role="group" aria-label={t("rewrite.title")}>
            {offer.changes.map((change, i) => change.op === "added" ? <ins key={i}>{change.text}</ins> : change.op === "removed" ? <del key={i}>{change.text}</del> : <span key={i}>{change.text}</span>)}
          </p>
          <footer className="rewrite-foot">
            <span className="quiet">{t(offer.made_by === "model" ? "rewrite.model" : "rewrite.rules")}. {t("rewrite.counts")}</span>
            <Button size="compact-sm" variant="default" onClick={onLeave}>{t("rewrite.leave")}</Button>
            <Button size="compact-sm" loading={busy === "take"} disabled={text.body !== asked.current} onClick={() => void take()}>{t("rewrite.take")}</Button>
          </footer>
        </>
      )}
    </section>
  );
}
