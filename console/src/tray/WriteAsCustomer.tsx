import { Button, FileButton, Select, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { IconFileUpload, IconSend } from "@tabler/icons-react";
import { useState } from "react";
import { dropMail, listDemoRequesters, writeAsCustomer } from "../api/mail";
import type { LetterPage } from "../api/types";
import { Failure, sentenceOf } from "../states/States";
import { t } from "../strings";
import { MailProgressView } from "./MailProgressView";

/** The customer's side: write a mail, or drop one, and watch it arrive. */
export function WriteAsCustomer({ letter, onClose }: { letter?: LetterPage; onClose: () => void }) {
  const people = useQuery({ queryKey: ["demo-requesters"], queryFn: listDemoRequesters });
  const [from, setFrom] = useState<string | null>(letter?.to[0] ?? null);
  const [subject, setSubject] = useState(letter ? `Re: ${letter.subject.replace(/^re:\s*/i, "")}` : "");
  const [text, setText] = useState("");
  const [isOver, setOver] = useState(false);
  const post = useMutation({ mutationFn: () => writeAsCustomer({ from: from ?? "", subject, text, ...(letter && { reply_to_letter: letter.id }) }) });
  const drop = useMutation({ mutationFn: (file: Blob) => dropMail(file) });
  const mailId = (post.data ?? drop.data)?.mail_id;
  const error = post.error ?? drop.error;
  if (mailId) return <MailProgressView id={mailId} onAgain={() => { post.reset(); drop.reset(); setText(""); }} onClose={onClose} />;
  if (people.error) return <div className="page"><Failure error={people.error} onRetry={() => void people.refetch()} /></div>;
  const addresses = (people.data ?? []).map((one) => ({ value: one.email, label: `${one.name} <${one.email}>${one.organization ? `, ${one.organization.name}` : ""}` }));
  const choices = from && !addresses.some((one) => one.value === from) ? [{ value: from, label: from }, ...addresses] : addresses;
  return (
    <form className="page write" data-over={isOver || undefined}
      onSubmit={(event) => { event.preventDefault(); post.mutate(); }}
      onDragOver={(event) => { event.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)}
      onDrop={(event) => { event.preventDefault(); setOver(false); const file = event.dataTransfer.files[0]; if (file) drop.mutate(file); }}>
      <header className="page-head"><h1>{t(letter ? "tray.answer" : "tray.write")}</h1></header>
      {error && <p className="banner" data-kind="warn" role="alert">{sentenceOf(error)}</p>}
      <Select label={t("letter.from")} placeholder={t("tray.choose")} searchable required data={choices} value={from} onChange={setFrom} disabled={letter !== undefined} />
      <TextInput label={t("letter.subject")} required value={subject} onChange={(event) => setSubject(event.currentTarget.value)} />
      <Textarea label={t("tray.text")} required autosize minRows={8} maxRows={18} value={text} onChange={(event) => setText(event.currentTarget.value)} />
      <div className="bar">
        <Button type="submit" leftSection={<IconSend size={15} />} loading={post.isPending} disabled={!from || !subject.trim() || !text.trim()}>{t("tray.post")}</Button>
        <Button variant="subtle" color="gray" onClick={onClose}>{t("cancel")}</Button>
        <FileButton accept=".eml,message/rfc822" onChange={(file) => file && drop.mutate(file)}>
          {(props) => <Button {...props} variant="default" leftSection={<IconFileUpload size={15} />} loading={drop.isPending}>{t("tray.drop")}</Button>}
        </FileButton>
      </div>
    </form>
  );
}
