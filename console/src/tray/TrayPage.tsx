import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, Outlet, useMatch } from "@tanstack/react-router";
import { IconPencil } from "@tabler/icons-react";
import { useState } from "react";
import { lettersQuery, useDesk } from "../api/queries";
import { More } from "../states/More";
import { Ago } from "../states/Parts";
import { Empty, Failure, Rows } from "../states/States";
import { t } from "../strings";
import { WriteAsCustomer } from "./WriteAsCustomer";

/** The demo's post: signed letters as the customer gets them, and the customer's side of the conversation. */
export function TrayPage() {
  const open = useMatch({ from: "/shell/tray/$letterId", shouldThrow: false });
  const desk = useDesk();
  const [isWriting, setWriting] = useState(false);
  const list = useInfiniteQuery(lettersQuery);
  const letters = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className="split" data-open={open || isWriting ? "yes" : "no"}>
      <section className="split-list" aria-label={t("rail.tray")}>
        <header className="page-head">
          <h1>{t("rail.tray")}</h1>
          <Link to="/bulk" className="link">{t("bulk.list")}</Link>
          {desk.demo && <Button leftSection={<IconPencil size={15} />} onClick={() => setWriting(true)}>{t("tray.write")}</Button>}
        </header>
        <p className="quiet page-lead">{t(desk.delivery === "tray" ? "tray.lead" : "tray.leadReal")}</p>
        {list.isPending && <Rows />}
        {list.isError && <Failure error={list.error} onRetry={() => void list.refetch()} />}
        {list.isSuccess && letters.length === 0 && <Empty title={t("tray.empty")} detail={t("tray.emptyDetail")} />}
        <ul className="lines">
          {letters.map((letter) => (
            <li key={letter.id}>
              <Link to="/tray/$letterId" params={{ letterId: letter.id }} className="line" activeProps={{ "aria-current": "page" }} onClick={() => setWriting(false)} data-testid="letter-line">
                <b>{letter.subject}</b>
                <span className="quiet">{t("letter.to")} {letter.to.join(", ")} · #{letter.ticket_number} · <Ago at={letter.at} /></span>
              </Link>
            </li>
          ))}
        </ul>
        <More has={list.hasNextPage} isBusy={list.isFetchingNextPage} onMore={() => void list.fetchNextPage()} />
      </section>
      {isWriting ? <WriteAsCustomer onClose={() => setWriting(false)} /> : <Outlet />}
    </div>
  );
}
