import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconSunrise } from "@tabler/icons-react";
import { morningQuery } from "../api/queries";
import { RiskFlag } from "../states/Parts";
import { t } from "../strings";

/** What came while nobody worked, in the order to begin it: a few, and how many wait behind them. */
export function MorningBox() {
  const { data } = useQuery(morningQuery);
  if (!data || data.tickets.length === 0) return null;
  return (
    <section className="morning" aria-label={t("morning.title")} data-testid="morning">
      <p><IconSunrise size={14} stroke={1.8} aria-hidden /> {t("morning.title")}{data.behind > 0 && <span className="quiet"> {t("morning.behind", { n: data.behind })}</span>}</p>
      <ol>
        {data.tickets.map((one) => (
          <li key={one.id}>
            <Link to="/tickets/$ticketId" params={{ ticketId: one.id }} search={(old: object) => old}>#{one.number} {one.subject}</Link>{" "}
            {one.risk.slice(0, 1).map((flag) => <RiskFlag key={flag} flag={flag} />)}
          </li>
        ))}
      </ol>
    </section>
  );
}
