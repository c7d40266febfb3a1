import { useQuery } from "@tanstack/react-query";
import { messageHtml } from "../api/tickets";
import { Failure, Rows } from "../states/States";
import { t } from "../strings";

/** A stranger's HTML: no scripts, no origin, no forms, no links out. The page's own policy stops remote images. */
export function HtmlFrame({ messageId }: { messageId: string }) {
  const { data, error, refetch } = useQuery({ queryKey: ["html", messageId], queryFn: () => messageHtml(messageId), staleTime: Infinity });
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Rows count={3} />;
  return <iframe className="html-frame" sandbox="" srcDoc={data} title={t("ticket.htmlTitle")} referrerPolicy="no-referrer" />;
}
