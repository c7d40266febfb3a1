import { useQuery } from "@tanstack/react-query";
import { IconRepeat } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { repetitionsQuery } from "../api/queries";
import { t } from "../strings";

/** Sentences of the reply that ask what the requester answered, or tell a step they tried. A hint beside the text: it blocks nothing. */
export function RepeatedNote({ ticketId, body }: { ticketId: string; body: string }) {
  const [settled, setSettled] = useState(body);
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(body), 700);
    return () => window.clearTimeout(timer);
  }, [body]);
  const { data } = useQuery({ ...repetitionsQuery(ticketId, settled), enabled: settled.trim() !== "" });
  if (!data || data.length === 0) return null;
  return (
    <ul className="repeated" role="status" data-testid="repeated">
      {data.map((one) => (
        <li key={`${one.start} ${one.what}`}><IconRepeat size={14} stroke={1.8} aria-hidden /><span>{t(one.what === "answered" ? "repeated.answered" : "repeated.tried")} <q>{one.sentence}</q> <a href={`#message-${one.message_id}`} className="quiet">{t("repeated.said", { quote: one.quote })}</a></span></li>
      ))}
    </ul>
  );
}
