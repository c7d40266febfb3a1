import { Button } from "@mantine/core";
import type { Draft } from "../api/types";
import { t } from "../strings";

/** Somebody else changed this draft meanwhile: both texts stay until a person chooses. */
export function ConflictChoice({ mine, theirs, onSettle }: { mine: string; theirs: Draft; onSettle: (choice: "mine" | "theirs") => void }) {
  return (
    <div className="conflict" role="alert">
      <b>{t("conflict.title")}</b>
      <div className="conflict-texts">
        <section><h3>{t("conflict.mine")}</h3><p className="letter-text">{mine}</p><Button variant="default" onClick={() => onSettle("mine")}>{t("conflict.keepMine")}</Button></section>
        <section><h3>{t("conflict.theirs")}</h3><p className="letter-text">{theirs.body}</p><Button variant="default" onClick={() => onSettle("theirs")}>{t("conflict.takeTheirs")}</Button></section>
      </div>
    </div>
  );
}
