import { NativeSelect, Textarea } from "@mantine/core";
import { useState } from "react";
import { removeAttachment, removeWords } from "../api/leaving";
import { queryClient } from "../api/queries";
import type { Message } from "../api/types";
import { Confirm } from "../states/Confirm";
import { notify, notifyFailure } from "../states/notice";
import { t, word } from "../strings";

export const KINDS = ["person", "email", "phone", "card", "iban", "ssn", "ip", "address", "date", "url", "key", "other"] as const;

interface Props { ticketId: string; message: Message; selected: string; onDone: () => void }

/** Words or a file leave the ticket for good. What was selected is filled in; it can be typed as well. */
export function RemoveWords({ ticketId, message, selected, onDone }: Props) {
  const [text, setText] = useState(selected);
  const [kind, setKind] = useState<string>("other");
  const [isBusy, setBusy] = useState(false);
  const remove = async (work: () => Promise<string>) => {
    setBusy(true);
    try {
      notify(await work());
      await queryClient.invalidateQueries();
      onDone();
    } catch (error) {
      notifyFailure(error);
    } finally {
      setBusy(false);
    }
  };
  const words = async () => {
    const { places } = await removeWords(ticketId, text, kind);
    return t(places === 1 ? "remove.done1" : "remove.done", { n: places });
  };
  const file = (id: string) => async () => {
    await removeAttachment(id);
    return t("remove.fileDone");
  };
  return (
    <section className="panel" aria-label={t("remove.ask")} data-testid="remove-words">
      <p>{t("remove.what")}</p>
      <Textarea autoFocus autosize minRows={1} maxRows={6} label={t("remove.words")} value={text} onChange={(event) => setText(event.currentTarget.value)} />
      <NativeSelect label={t("remove.kind")} value={kind} onChange={(event) => setKind(event.currentTarget.value)} data={KINDS.map((one) => ({ value: one, label: word("kind", one) }))} />
      <span className="bar">
        {text.trim().length > 1 && <Confirm label={t("remove.now")} question={t("remove.sure")} isBusy={isBusy} onYes={() => void remove(words)} />}
        {message.attachments.map((one) => <Confirm key={one.id} label={t("remove.file", { name: one.name })} question={t("remove.sure")} isBusy={isBusy} onYes={() => void remove(file(one.id))} />)}
      </span>
    </section>
  );
}
