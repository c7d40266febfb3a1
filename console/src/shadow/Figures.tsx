import type { ShadowFigure, ShadowMean } from "../api/types";
import { t } from "../strings";

/** Each figure of both with its interval, and what the pairs say. */
export function Figures({ figures }: { figures: ShadowFigure[] }) {
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label={t("shadow.figures")}>
      <table className="table" data-testid="shadow-figures">
        <thead><tr><th>{t("shadow.figures")}</th><th className="number">{t("shadow.present")}</th><th className="number">{t("shadow.candidate")}</th><th className="number">{t("shadow.better")}</th><th className="number">{t("shadow.worse")}</th><th>{t("shadow.says")}</th></tr></thead>
        <tbody>
          {figures.map((one) => (
            <tr key={one.figure}>
              <td>{t(`shadow.figure.${one.figure}`)} <span className="quiet">{t("shadow.of", { n: one.pairs })}</span></td>
              <td className="number"><Amount figure={one.figure} mean={one.present} /></td>
              <td className="number"><Amount figure={one.figure} mean={one.candidate} /></td>
              <td className="number">{one.better}</td>
              <td className="number">{one.worse}</td>
              <td>{one.verdict ? t(`shadow.verdict.${one.verdict}`) : "–"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const isShare = (figure: ShadowFigure["figure"]) => figure === "answered" || figure === "carried" || figure === "near";

function Amount({ figure, mean }: { figure: ShadowFigure["figure"]; mean: ShadowMean | null }) {
  if (!mean) return <>–</>;
  const say = (value: number) => (isShare(figure) ? `${Math.round(100 * Math.min(1, Math.max(0, value)))} %` : figure === "latency" ? `${(Math.max(0, value) / 1000).toFixed(1)} s` : Math.max(0, value).toFixed(figure === "voice" ? 2 : 0));
  return <>{say(mean.value)} <span className="quiet">{say(mean.low)}–{say(mean.high)}</span></>;
}
