import { Button, Textarea } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { useMutation, useQuery } from "@tanstack/react-query";
import { colleaguesQuery, queryClient, useSession } from "../api/queries";
import { addNote } from "../api/tickets";
import { notifyFailure } from "../states/notice";
import { t } from "../strings";
import { worksIn } from "./TransferBox";

/** A name that is being typed at the end. */
const calling = /@([^@\n]{0,40})$/;

/** A remark for colleagues; `@name` asks a colleague to look; never part of a letter. What is typed stays on this device until it is saved. */
export function NoteEditor({ ticketId, queue, onClose }: { ticketId: string; queue: string; onClose: () => void }) {
  const { agent } = useSession();
  const colleagues = useQuery(colleaguesQuery);
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
  const typed = calling.exec(body)?.[1]?.toLowerCase();
  const called = typed === undefined ? [] : (colleagues.data ?? []).filter((one) => one.id !== agent.id && worksIn(one, queue) && one.name.toLowerCase().startsWith(typed)).slice(0, 5);
  return (
    <form className="note" onSubmit={(event) => { event.preventDefault(); if (body.trim()) save.mutate(); }}>
      <Textarea label={t("ticket.noteLabel")} autoFocus autosize minRows={2} maxRows={6} value={body} onChange={(event) => setBody(event.currentTarget.value)} onKeyDown={(event) => event.key === "Escape" && onClose()} />
      {called.length > 0 && <p className="calls">{called.map((one) => <Button key={one.id} size="compact-xs" variant="default" onClick={() => setBody(body.replace(calling, `@${one.name} `))}>@{one.name}</Button>)}</p>}
      <div className="bar">
        <Button type="submit" variant="default" loading={save.isPending} disabled={!body.trim()}>{t("ticket.noteSave")}</Button>
        <Button variant="subtle" color="gray" onClick={onClose}>{t("cancel")}</Button>
      </div>
    </form>
  );
}
