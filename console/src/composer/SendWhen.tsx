import { NativeSelect, TextInput } from "@mantine/core";
import { useState } from "react";
import { t } from "../strings";
import { nextMorning, ownOffset } from "../text/hours";
import { moment } from "../text/time";

type Choice = "now" | "theirs" | "mine" | "other";

/** When the letter leaves. Everything is asked again at that hour; a new message stops it. */
export function SendWhen({ utcOffset, onChoose }: { utcOffset: number | null; onChoose: (at: string | null) => void }) {
  const [choice, setChoice] = useState<Choice>("now");
  const [typed, setTyped] = useState("");
  const now = new Date();
  const mornings = { theirs: utcOffset === null ? null : nextMorning(now, utcOffset), mine: nextMorning(now, ownOffset(now)) };
  const choose = (next: Choice) => {
    setChoice(next);
    onChoose(next === "theirs" || next === "mine" ? mornings[next]?.toISOString() ?? null : next === "other" ? iso(typed) : null);
  };
  const options: { value: Choice; label: string }[] = [
    { value: "now", label: t("when.now") },
    ...(mornings.theirs && mornings.theirs.getTime() !== mornings.mine.getTime() ? [{ value: "theirs" as const, label: t("when.theirs", { at: moment(mornings.theirs.toISOString()) }) }] : []),
    { value: "mine", label: t("when.mine", { at: moment(mornings.mine.toISOString()) }) },
    { value: "other", label: t("when.other") },
  ];
  return (
    <span className="send-when">
      <NativeSelect size="xs" w={choice === "now" ? 84 : 190} aria-label={t("when.label")} value={choice} data={options} onChange={(event) => choose(event.currentTarget.value as Choice)} />
      {choice === "other" && (
        <TextInput size="xs" type="datetime-local" aria-label={t("when.other")} value={typed}
          onChange={(event) => { setTyped(event.currentTarget.value); onChoose(iso(event.currentTarget.value)); }} />
      )}
    </span>
  );
}

function iso(local: string): string | null {
  const at = new Date(local);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}
