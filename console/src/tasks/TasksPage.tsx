import { useQuery } from "@tanstack/react-query";
import { IconAlertTriangle, IconArrowUpRight, IconArrowsDiff, IconArrowsExchange, IconAt, IconBell, IconCalendarDue, IconClockHour4, IconEyeCheck, IconFilePencil, IconMailOff, IconMoodSad, IconUsers, IconZzz, type Icon } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { tasksQuery } from "../api/queries";
import type { Task } from "../api/types";
import { Empty, Failure, Rows } from "../states/States";
import { t } from "../strings";

const shapes: Record<Task["kind"], Icon> = {
  escalation_raised: IconArrowUpRight, escalation_proposed: IconArrowUpRight, reply_stopped: IconMailOff, low_rating: IconMoodSad, promise_due: IconCalendarDue, promise_found: IconCalendarDue, ticket_given: IconArrowsExchange, mentioned: IconAt, ticket_back: IconZzz, followed_stirred: IconBell, second_approval: IconUsers, article_lapsed: IconAlertTriangle, article_due: IconClockHour4, text_proposed: IconFilePencil, contradiction: IconArrowsDiff, source_failed: IconAlertTriangle, texts_waiting: IconFilePencil, policy_lapsed: IconAlertTriangle, policy_due: IconClockHour4, check_waiting: IconEyeCheck, reviews_waiting: IconEyeCheck, drift: IconAlertTriangle, gate_waiting: IconAlertTriangle, standing_stopped: IconAlertTriangle,
};

/** What waits for a person: nothing here is kept, all of it is worked out afresh. */
export function TasksPage() {
  const { data, error, refetch } = useQuery({ ...tasksQuery, refetchOnMount: "always" });
  return (
    <div className="page">
      <header className="page-head"><h1>{t("rail.tasks")}</h1></header>
      <p className="quiet">{t("tasks.lead")}</p>
      {data ? <List tasks={data} /> : error ? <Failure error={error} onRetry={() => void refetch()} /> : <Rows count={4} />}
    </div>
  );
}

function List({ tasks }: { tasks: Task[] }) {
  const navigate = useNavigate();
  if (tasks.length === 0) return <Empty title={t("tasks.none")} detail={t("tasks.noneDetail")} />;
  return (
    <ul className="lines">
      {tasks.map((task, i) => {
        const Shape = shapes[task.kind];
        return (
          <li key={i} data-kind={task.kind}>
            <a className="line task" href={task.link} onClick={(event) => { event.preventDefault(); void navigate({ href: task.link }); }}><Shape size={16} stroke={1.7} aria-hidden /><span>{task.sentence}</span></a>
          </li>
        );
      })}
    </ul>
  );
}
