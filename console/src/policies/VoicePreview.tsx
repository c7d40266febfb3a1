import { Button, Select } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Problem } from "../api/http";
import { previewVoices } from "../api/policies";
import { draftedQuery } from "../api/queries";
import type { LineProblem, VoicePreview as Preview, Voices } from "../api/types";
import { sentenceOf } from "../states/States";
import { t, word } from "../strings";

interface Props { policyKey: string; body: string; onProblems: (problems: LineProblem[]) => void }

/** One ticket's draft in every voice, the unsaved text of this one among them. Nothing is kept. */
export function VoicePreview({ policyKey, body, onProblems }: Props) {
  const tickets = useQuery(draftedQuery);
  const [ticket, setTicket] = useState<string | null>(null);
  const chosen = ticket ?? tickets.data?.[0]?.id ?? null;
  const preview = useMutation({
    mutationFn: (id: string) => previewVoices(id, { key: policyKey, body }),
    onError: (error) => onProblems(error instanceof Problem && error.lines ? error.lines : []),
  });
  if (tickets.data?.length === 0) return <p className="quiet">{t("preview.none")}</p>;
  return (
    <section aria-label={t("preview.title")}>
      <div className="bar preview-bar">
        <Select label={t("preview.ticket")} data={(tickets.data ?? []).map((one) => ({ value: one.id, label: `#${one.number} ${one.subject}` }))} value={chosen} onChange={setTicket} allowDeselect={false} searchable />
        <Button variant="default" disabled={!chosen} loading={preview.isPending} onClick={() => chosen && preview.mutate(chosen)}>{t("preview.show")}</Button>
      </div>
      {preview.error && <p className="warning" role="alert">{sentenceOf(preview.error)}</p>}
      {preview.data && <SideBySide voices={preview.data} own={policyKey} />}
    </section>
  );
}

function SideBySide({ voices, own }: { voices: Voices; own: string }) {
  return (
    <div className="voices" data-testid="voices" tabIndex={0} role="group" aria-label={t("preview.title")}>
      {voices.items.map((one) => <Voice key={one.key ?? ""} voice={one} isTried={one.key === own} because={voices.because} />)}
    </div>
  );
}

function Voice({ voice, isTried, because }: { voice: Preview; isTried: boolean; because: string }) {
  return (
    <article className="voice" data-tried={isTried || undefined}>
      <h3>{voice.name} {isTried && <span className="quiet">{t("preview.tried")}</span>}</h3>
      {voice.is_own && <p className="quiet">{t("preview.own", { because })}</p>}
      {voice.body === null
        ? <><p>{t("preview.unanswered")}</p><ul>{voice.unanswered.map((one) => <li key={one}>{one}</li>)}</ul></>
        : <p className="letter-text machine" dir="auto">{voice.body}</p>}
      {voice.breaches.length > 0 && <ul className="voice-breaches">{voice.breaches.map((one) => <li key={`${one.rule} ${one.start}`}><b>{word("voiceRule", one.rule)}</b>{one.quote && <q>{one.quote}</q>} <span className="quiet">{one.why}</span></li>)}</ul>}
    </article>
  );
}
