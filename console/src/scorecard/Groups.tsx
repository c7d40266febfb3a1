import type { Scorecard, ScoreGroup } from "../api/types";
import { t, word } from "../strings";
import { day } from "../text/time";
import { amount } from "./amount";

type Only = (key: string, name: string) => void;

/** The same figures told apart, a row each; small samples are quiet. */
export function Groups({ card, by, onOnly }: { card: Scorecard; by: string; onOnly: Only | null }) {
  const shown = card.definitions.filter((one) => one.card && card.groups.some((group) => group.figures.some((value) => value.figure === one.figure && value.part > 0)));
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label={t("scorecard.by")}>
      <table className="table score-table" data-testid="score-groups">
        <thead><tr><th /><th className="number">{t("scorecard.tickets")}</th>{shown.map(({ figure }) => <th key={figure} className="number">{word("figure", figure)}</th>)}</tr></thead>
        <tbody>{card.groups.map((group) => <Row key={group.key} group={group} name={nameOf(group, by)} figures={shown.map((one) => one.figure)} onOnly={group.key === "" ? null : onOnly} />)}</tbody>
      </table>
    </div>
  );
}

function nameOf(group: ScoreGroup, by: string): string {
  if (group.name === "") return t("scorecard.unknown");
  if (by === "failure") return word("failure", group.name);
  return by === "week" ? day(group.name) : group.name;
}

function Row({ group, name, figures, onOnly }: { group: ScoreGroup; name: string; figures: string[]; onOnly: Only | null }) {
  return (
    <tr>
      <th scope="row">{onOnly ? <button type="button" className="link" onClick={() => onOnly(group.key, name)}>{name}</button> : name}</th>
      <td className="number">{group.tickets}</td>
      {figures.map((figure) => {
        const value = group.figures.find((one) => one.figure === figure);
        const spread = value && value.low !== null && value.high !== null ? t("scorecard.interval", { low: amount(figure, value.low), high: amount(figure, value.high) }) : undefined;
        return <td key={figure} className="number" data-small={value?.small || undefined} title={spread}>{value ? amount(figure, value.value) : "–"}</td>;
      })}
    </tr>
  );
}
