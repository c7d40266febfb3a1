import { Switch } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { queryClient, useSession } from "../api/queries";
import { groupReadingsQuery, ownReadingsQuery, shareReadings } from "../api/readings";
import type { Habits, OwnReadings } from "../api/types";
import { notifyFailure } from "../states/notice";
import { Empty, Failure, Rows } from "../states/States";
import { t } from "../strings";
import { day, percent } from "../text/time";
import { ReadingWeeks } from "./ReadingWeeks";

/** How a person reads the machine's words before their yes: their own figures, theirs alone unless they share them. */
export function ReadingPage() {
  const { agent } = useSession();
  const own = useQuery(ownReadingsQuery);
  return (
    <div className="page wide">
      <header className="page-head"><h1>{t("reading.title")}</h1></header>
      <p className="quiet">{t("reading.lead")}</p>
      {own.data ? <Own own={own.data} /> : own.error ? <Failure error={own.error} onRetry={() => void own.refetch()} /> : <Rows count={3} height={90} />}
      {(agent.role === "lead" || agent.role === "admin") && <Groups />}
    </div>
  );
}

function Own({ own }: { own: OwnReadings }) {
  const share = useMutation({
    mutationFn: (isShared: boolean) => shareReadings(isShared ? "shared" : "private"),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["readings"] }), onError: notifyFailure,
  });
  return (
    <section aria-label={t("reading.own")}>
      {own.total ? (
        <>
          <Facts habits={own.total} rejected={own.rejected} />
          <div className="figures"><ReadingWeeks weeks={own.weeks} /></div>
        </>
      ) : <Empty title={t("reading.none")} detail={t("reading.noneDetail")} />}
      <Switch mt="sm" checked={own.sharing === "shared"} disabled={share.isPending} onChange={(event) => share.mutate(event.currentTarget.checked)} label={t("reading.share")} description={t("reading.shareDetail")} />
    </section>
  );
}

function Facts({ habits, rejected }: { habits: Habits; rejected: number }) {
  const facts: [string, string, string][] = [
    [t("reading.letters"), String(habits.letters), t("reading.lettersWhat")],
    [t("reading.seconds"), t("reading.nSeconds", { n: Math.round(habits.seconds) }), t("reading.secondsWhat")],
    [t("reading.opened"), habits.opened === null ? "–" : percent(habits.opened), t("reading.openedWhat")],
    [t("reading.unchanged"), percent(habits.unchanged), t("reading.unchangedWhat", { words: habits.changed_words.toFixed(1) })],
    [t("reading.hasty"), percent(habits.hasty), t("reading.hastyWhat")],
    [t("reading.braked"), String(habits.braked), t("reading.brakedWhat")],
    [t("reading.rejected"), String(rejected), t("reading.rejectedWhat")],
  ];
  return (
    <dl className="facts" data-testid="reading-facts">
      {facts.map(([name, value, what]) => <div key={name}><dt>{name}</dt><dd><b>{value}</b><span className="quiet">{what}</span></dd></div>)}
    </dl>
  );
}

/** Groups only: with fewer than five people a group's figure would be somebody's own. */
function Groups() {
  const { data, error, refetch } = useQuery(groupReadingsQuery);
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <Rows count={2} />;
  const rows = [
    ...data.groups.map((one) => ({ key: one.queue, name: one.name, people: one.people === null ? t("reading.tooFew", { n: data.least_people }) : String(one.people), habits: one.habits })),
    ...data.people.map((one) => ({ key: one.agent_id, name: one.name, people: t("reading.shares"), habits: one.habits })),
  ];
  return (
    <section aria-label={t("reading.groups")} data-testid="reading-groups">
      <h2>{t("reading.groups")}</h2>
      <p className="quiet">{t("reading.groupsWhat", { from: day(data.from), until: day(data.until), n: data.least_people })}</p>
      {rows.length === 0 ? <Empty title={t("reading.noGroups")} detail={t("reading.noGroupsDetail")} /> : (
        <div className="table-scroll" tabIndex={0} role="group" aria-label={t("reading.groups")}>
          <table className="table numeric">
            <thead><tr>{(["reading.group", "reading.people", "reading.letters", "reading.seconds", "reading.opened", "reading.unchanged", "reading.hasty", "reading.braked"] as const).map((one) => <th key={one}>{t(one)}</th>)}</tr></thead>
            <tbody>
              {rows.map(({ key, name, people, habits }) => (
                <tr key={key}><td>{name}</td><td>{people}</td>
                  {habits ? <><td>{habits.letters}</td><td>{Math.round(habits.seconds)}</td><td>{habits.opened === null ? "–" : percent(habits.opened)}</td><td>{percent(habits.unchanged)}</td><td>{percent(habits.hasty)}</td><td>{habits.braked}</td></>
                    : <td colSpan={6}>–</td>}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
