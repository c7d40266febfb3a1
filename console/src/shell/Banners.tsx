import { useQuery } from "@tanstack/react-query";
import { IconCloudOff, IconInfoCircle } from "@tabler/icons-react";
import { statusQuery } from "../api/queries";
import { t } from "../strings";
import { useConnected } from "./live";

/** One quiet line when something about the desk itself matters: no network, words-only search, failed jobs. */
export function Banners() {
  const isConnected = useConnected();
  const { data } = useQuery({ ...statusQuery, refetchInterval: (query) => (query.state.data?.desk.embedding.state === "filling" ? 3000 : 60_000) });
  const embedding = data?.desk.embedding;
  return (
    <>
      {!isConnected && <p className="banner" data-kind="warn" role="alert"><IconCloudOff size={15} aria-hidden />{t("banner.offline")}</p>}
      {embedding?.state === "filling" && (
        <p className="banner"><IconInfoCircle size={15} aria-hidden />{t("banner.filling", { done: embedding.done, total: embedding.total })}</p>
      )}
      {embedding?.state === "missing" && <p className="banner"><IconInfoCircle size={15} aria-hidden />{t("banner.words")} {embedding.detail}</p>}
      {(data?.jobs.failed ?? 0) > 0 && <p className="banner" data-kind="warn"><IconInfoCircle size={15} aria-hidden />{t("banner.jobs", { n: data?.jobs.failed ?? 0 })}</p>}
    </>
  );
}
