import { Button, Textarea } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { useMutation } from "@tanstack/react-query";
import { queryClient } from "../api/queries";
import { addNote } from "../api/tickets";
import { notifyFailure } from "../states/notice";
import { t } from "../strings";

/** A remark for colleagues; never part of a letter. What is typed stays on this device until it is saved. */
export function NoteEditor({ ticketId, onClose }: { ticketId: string; onClose: () => void }) {
  const [body, setBody, forget] = useLocalStorage({ key: `countersign.note.${ticketId}`, defaultValue: "", getInitialValueInEffect: false });
  const save = useMutation({
    mutationFn: () => addNote(ticketId, body),
    onSuccess: async () => {
      forget();
      onClose();
      await queryClient.invalidateQueries({ queryKey: ["ticket", ticketId] });
    },
    onError: notifyFailure,
  });
  return (
    <form className="note" onSubmit={(event) => { event.preventDefault(); if (body.trim()) save.mutate(); }}>
      <Textarea label={t("ticket.noteLabel")} autoFocus autosize minRows={2} maxRows={6} value={body} onChange={(event) => setBody(event.currentTarget.value)} onKeyDown={(event) => event.key === "Escape" && onClose()} />
      <div className="bar">
        <Button type="submit" variant="default" loading={save.isPending} disabled={!body.trim()}>{t("ticket.noteSave")}</Button>
        <Button variant="subtle" color="gray" onClick={onClose}>{t("cancel")}</Button>
      </div>
    </form>
  );
}
