import { Button } from "@mantine/core";
import { useState } from "react";
import { t } from "../strings";
import { asideText, letGo } from "./kept";

/** One's own text from before the fresh draft: one click away until it is let go. */
export function SetAsideText({ ticketId, body, onTake }: { ticketId: string; body: string; onTake: (text: string) => void }) {
  const [text, setText] = useState(() => asideText(ticketId));
  if (text === null || text === body) return null;
  const end = () => { letGo(ticketId); setText(null); };
  return (
    <div className="bar set-aside">
      <p className="quiet one-line">{t("aside.kept")} “{text}”</p>
      <Button variant="default" onClick={() => { onTake(text); end(); }}>{t("aside.take")}</Button>
      <Button variant="subtle" color="gray" onClick={end}>{t("aside.letGo")}</Button>
    </div>
  );
}
