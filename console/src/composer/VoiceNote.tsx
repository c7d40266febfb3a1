import { IconSpeakerphone } from "@tabler/icons-react";
import type { Draft } from "../api/types";
import { t, word } from "../strings";

const shownAtMost = 4;

/** In which voice the draft was made and why; and where its words, a person's among them, leave it. A matter of style: it blocks nothing. */
export function VoiceNote({ draft }: { draft: Draft }) {
  const { voice } = draft;
  if (!voice || (voice.key === null && voice.breaches.length === 0)) return null;
  return (
    <div className="voice-note" data-testid="voice">
      <p className="quiet"><IconSpeakerphone size={14} stroke={1.7} aria-hidden /> <span title={voice.pins}>{t("voice.name", { name: voice.name })}</span> {t("voice.because", { because: voice.because })}</p>
      {voice.breaches.length > 0 && (
        <ul className="voice-breaches">
          {voice.breaches.slice(0, shownAtMost).map((one) => <li key={`${one.rule} ${one.start}`}><b>{word("voiceRule", one.rule)}</b>{one.quote && <q>{one.quote}</q>} <span className="quiet">{one.why}</span></li>)}
          {voice.breaches.length > shownAtMost && <li className="quiet">{t("open.andMore", { n: voice.breaches.length - shownAtMost })}</li>}
        </ul>
      )}
    </div>
  );
}
