import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useState } from "react";
import { behindQuery, type ScoreFilter } from "../api/scorecard";
import type { Definition, Scorecard, ScoreValue } from "../api/types";
import { Spark } from "../incidents/Spark";
import { Failure, Rows } from "../states/States";
import { t, word } from "../strings";
import { day } from "../text/time";
import { amount, money } from "./amount";

interface Props { definition: Definition; card: Scorecard; filter: ScoreFilter }

/** A figure with its interval, its course and its traps; and the tickets behind it. */
export function FigureCard({ definition, card, filter }: Props) {
  const [isOpen, setOpen] = useState(false);
  const { figure, band } = definition;
  const value = card.figures.find((one) => one.figure === figure);
  if (!value) return null;
  const name = word("figure", figure);
  const traps = definition.traps.flatMap((trap) => card.figures.filter((one) => one.figure === trap));
  const course = card.weeks.map((week) => week.figures.find((one) => one.figure === figure)?.value ?? null);
  const isWarned = value.standing === "below" || value.standing === "above";
  return (
    <article className="score-card" data-testid={`score-${figure}`} data-small={value.small || undefined}>
      <h2>{name}</h2>
      <p className="score-value"><b>{amount(figure, value.value)}</b> <span className="quiet">{t("scorecard.n", { n: value.whole })}{value.small && ` · ${t("scorecard.small")}`}</span></p>
      {value.low !== null && value.high !== null && <p className="quiet">{t("scorecard.interval", { low: amount(figure, value.low), high: amount(figure, value.high) })}</p>}
      {band && <p className={isWarned ? "score-warned" : "quiet"}>{isWarned && <IconAlertTriangle size={14} aria-hidden />} {t("scorecard.band", { low: amount(figure, band[0] ?? 0), high: amount(figure, band[1] ?? 0) })}{isWarned && `: ${t(value.standing === "below" ? "scorecard.below" : "scorecard.above")}`}</p>}
      {course.length > 2 && course.some((one) => one !== null) && <Spark values={course} low={band?.[0] ?? 0} high={band?.[1] ?? 0} from={0} bucketSeconds={604_800} deploys={[]} label={t("scorecard.course", { name })} />}
      {figure === "model_requests" && card.cost && <p className="quiet">{t("scorecard.cost", { cost: money(card.cost.a_ticket, card.cost.currency) })}</p>}
      {traps.length > 0 && <dl className="score-traps">{traps.map((trap) => <Trap key={trap.figure} value={trap} />)}</dl>}
      <div className="bar">
        <Button size="compact-xs" variant="subtle" onClick={() => setOpen(!isOpen)} aria-expanded={isOpen} aria-label={isOpen ? t("scorecard.hide") : t("scorecard.show", { name })}>{isOpen ? t("scorecard.hide") : t("scorecard.tickets")}</Button>
      </div>
      {isOpen && <Behind figure={figure} filter={filter} />}
      <details><summary>{t("scorecard.means")}</summary><p className="quiet">{word("means", figure)}</p>{traps.map((trap) => <p key={trap.figure} className="quiet"><b>{word("figure", trap.figure)}.</b> {word("means", trap.figure)}</p>)}</details>
    </article>
  );
}

const Trap = ({ value }: { value: ScoreValue }) => (
  <div data-small={value.small || undefined}><dt>{word("figure", value.figure)}</dt><dd>{amount(value.figure, value.value)} <span className="quiet">{t("scorecard.n", { n: value.whole })}</span></dd></div>
);

function Behind({ figure, filter }: { figure: string; filter: ScoreFilter }) {
  const { data, error, refetch } = useQuery(behindQuery(filter, figure));
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <Rows count={2} height={20} />;
  return (
    <div className="score-behind">
      <p className="quiet">{data.n === 0 ? t("scorecard.behind0") : t(data.n === 1 ? "scorecard.behind1" : "scorecard.behind", { n: data.n })}</p>
      <ul>{data.items.slice(0, 12).map((line, at) => (
        <li key={line.ticket_id ?? at}>{line.ticket_id ? <Link className="link" to="/tickets/$ticketId" params={{ ticketId: line.ticket_id }}>#{line.number}</Link> : <span className="quiet" title={t("scorecard.made")}>{line.category}</span>} <span className="quiet">{day(line.ended)}{!line.ticket_id && ` · ${t("scorecard.made")}`}</span></li>
      ))}</ul>
    </div>
  );
}
