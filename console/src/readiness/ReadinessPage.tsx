import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { readinessQuery } from "../api/readiness";
import type { CategoryReadiness, Ladder } from "../api/types";
import { Empty, Failure, Rows } from "../states/States";
import { t } from "../strings";
import { CategoryCard } from "./CategoryCard";
import { Steps } from "./Steps";

/** What can be climbed first, then what has climbed, then the others. */
const order = (one: CategoryReadiness) => (one.ready ? 0 : one.at ? 1 : 2);

/** How much the machine may do in each category, what that rests on, and what is missing before it may do more. */
export function ReadinessPage() {
  const { data, error, refetch } = useQuery(readinessQuery);
  return (
    <div className="page wide readiness">
      <header className="page-head">
        <h1>{t("readiness.title")}</h1>
        <Link className="link" to="/scorecard">{t("scorecard.link")}</Link>
      </header>
      <p className="quiet">{t("readiness.lead")}{data?.generated && ` ${t("readiness.generated")}`}</p>
      {error ? <Failure error={error} onRetry={() => void refetch()} /> : !data ? <Rows count={4} height={150} /> : data.categories.length === 0 ? <Empty title={t("readiness.none")} detail={t("readiness.noneDetail")} /> : <Cards ladder={data} />}
    </div>
  );
}

function Cards({ ladder }: { ladder: Ladder }) {
  const sorted = [...ladder.categories].sort((a, b) => order(a) - order(b));
  const nameOf = (key: string) => ladder.categories.find((one) => one.key === key)?.name ?? key;
  return (
    <>
      <div className="ready-cards">{sorted.map((one) => <CategoryCard key={one.key} one={one} ladder={ladder} />)}</div>
      <h2>{t("readiness.steps")}</h2>
      <Steps steps={ladder.steps} nameOf={nameOf} />
    </>
  );
}
