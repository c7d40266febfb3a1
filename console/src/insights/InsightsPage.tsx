import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconAlertTriangle, IconCheck, IconHourglass } from "@tabler/icons-react";
import { useState } from "react";
import { calibrationQuery } from "../api/queries";
import type { Calibration } from "../api/types";
import { Empty, Failure, Rows } from "../states/States";
import { Key } from "../states/Parts";
import { t } from "../strings";
import { percent } from "../text/time";
import { Categories } from "./Categories";
import { Confusions } from "./Confusions";
import { Corrections } from "./Corrections";
import { Coverage } from "./Coverage";
import { Models } from "./Models";
import { Reliability } from "./Reliability";
import { Weeks } from "./Weeks";

/** Whether triage keeps what it promises, from people's answers alone, and what it learns from them. */
export function InsightsPage() {
  const [days, setDays] = useState("90");
  const { data, error, refetch } = useQuery(calibrationQuery(Number(days)));
  return (
    <div className="page wide insights">
      <header className="page-head">
        <h1>{t("insights.title")}</h1>
        <Link className="link" to="/scorecard">{t("scorecard.link")}</Link>
        <Link className="link" to="/reviews">{t("reviews.link")}</Link>
        <Link className="link" to="/digest" search={{}}>{t("digest.link")}</Link>
        <Link className="link" to="/coverage">{t("coverage.link")}</Link>
        <SegmentedControl size="xs" aria-label={t("insights.days")} value={days} onChange={setDays} data={["30", "90", "365"].map((value) => ({ value, label: t("insights.nDays", { n: value }) }))} />
      </header>
      {data ? <Figures data={data} days={days} /> : error ? <Failure error={error} onRetry={() => void refetch()} /> : <Rows count={4} height={120} />}
      <Corrections />
      <Models />
    </div>
  );
}

function Figures({ data, days }: { data: Calibration; days: string }) {
  const { checked } = data;
  return (
    <>
      <Alarm drift={data.drift} promised={data.promised.precision} />
      <p className="quiet">{t("insights.checked", { n: checked.n, days, sampled: checked.sampled, volunteered: checked.volunteered, unobjected: checked.unobjected })}</p>
      {checked.n === 0 ? (
        <Empty title={t("insights.none")} detail={t("insights.noneDetail")}><p><Key action="suggestion.accept" /> {t("key.accept")} · <Key action="suggestion.correct" /> {t("key.correct")}</p></Empty>
      ) : (
        <div className="figures">
          <Reliability bins={data.bins} ece={data.ece} n={checked.n} />
          <Coverage points={data.coverage} promised={data.promised} />
          <Weeks weeks={data.weeks} promised={data.promised.precision} />
          <Confusions pairs={data.confusions} />
        </div>
      )}
      {data.categories.length > 0 && <Categories lines={data.categories} />}
    </>
  );
}

/** The promise held against the random sample, in words: voluntary answers are biased and do not count here. */
function Alarm({ drift, promised }: { drift: Calibration["drift"]; promised: number }) {
  const words = { promised: percent(promised), n: drift.n, live: percent(drift.live ?? 0), low: percent(drift.low), high: percent(drift.high) };
  const Shape = drift.state === "drift" ? IconAlertTriangle : drift.state === "ok" ? IconCheck : IconHourglass;
  return (
    <p className={drift.state === "drift" ? "warning" : "alarm"} role={drift.state === "drift" ? "alert" : "status"} data-testid="drift" data-state={drift.state}>
      <Shape size={15} aria-hidden /> <span><b>{t(`drift.${drift.state}`)}</b> {t(drift.n === 0 ? "drift.noSample" : `drift.${drift.state}Detail`, words)}</span>
    </p>
  );
}
