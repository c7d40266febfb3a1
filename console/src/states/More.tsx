import { Button } from "@mantine/core";
import { t } from "../strings";

/** The next page of a list. */
export function More({ has, isBusy, onMore }: { has: boolean; isBusy: boolean; onMore: () => void }) {
  return has ? <div className="more"><Button variant="default" loading={isBusy} onClick={onMore}>{t("more")}</Button></div> : null;
}
