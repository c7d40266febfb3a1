import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useSession } from "../api/queries";
import { readinessQuery, type Part } from "../api/readiness";
import type { CategoryReadiness, Ladder } from "../api/types";
import { Empty, Failure, Rows } from "../states/States";
import { t } from "../strings";
import { CategoryCard } from "./CategoryCard";
import { Steps } from "./Steps";
import { partOf, wordOf } from "./words";

/** What can be climbed first, then what has climbed, then the others. */
const order = (one: CategoryReadiness) => (one.ready ? 0 : one.at ? 1 : 2);

/** How much the machine may do in each category or in a pilot of it, what that rests on, and what is missing before it may do more. */
export function ReadinessPage() {
  const [part, setPart] = useState<Part>({});
  const { data, error, refetch, isPlaceholderData } = useQuery(readinessQuery(part));
  return (
    <div className="page wide readiness">
      <header className="page-head">
        <h1>{t("readiness.title")}</h1>
        <Link className="link" to="/scorecard">{t("scorecard.link")}</Link>
        <ChoosePart part={part} products={data?.products ?? []} onChoose={setPart} />
      </header>
      <p className="quiet">{t("readiness.lead")}{data?.generated && ` ${t("readiness.generated")}`}</p>
      {wordOf(part) && <p className="quiet">{t("readiness.pilotLead")}</p>}
      {error ? <Failure error={error} onRetry={() => void refetch()} /> : !data || isPlaceholderData ? <Rows count={4} height={150} /> : data.categories.length === 0 ? <Empty title={t("readiness.none")} detail={t("readiness.noneDetail")} /> : <Cards ladder={data} part={part} />}
    </div>
  );
}

/** Readiness of everything, or of what a pilot would hold for. */
function ChoosePart({ part, products, onChoose }: { part: Part; products: string[]; onChoose: (part: Part) => void }) {
  const { agent, desk } = useSession();
  const queues = agent.queues.length === 0 ? desk.queues : desk.queues.filter((one) => agent.queues.includes(one.key));
  const data = [
    { value: "", label: t("readiness.everywhere") },
    { group: t("readiness.queues"), items: queues.map((one) => ({ value: wordOf({ queue: one.key }), label: one.name })) },
    { group: t("readiness.products"), items: products.map((product) => ({ value: wordOf({ product }), label: product })) },
  ];
  return <Select size="xs" aria-label={t("readiness.where")} value={wordOf(part)} allowDeselect={false} maxDropdownHeight={440} data={data} onChange={(value) => onChoose(partOf(String(value ?? "")))} />;
}

function Cards({ ladder, part }: { ladder: Ladder; part: Part }) {
  const sorted = [...ladder.categories].sort((a, b) => order(a) - order(b));
  const nameOf = (key: string) => ladder.categories.find((one) => one.key === key)?.name ?? key;
  return (
    <>
      <div className="ready-cards">{sorted.map((one) => <CategoryCard key={one.key} one={one} ladder={ladder} part={part} />)}</div>
      <h2>{t("readiness.steps")}</h2>
      <Steps steps={ladder.steps} nameOf={nameOf} />
    </>
  );
}
