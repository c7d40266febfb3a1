import { Button } from "@mantine/core";
import { diffWordsWithSpace } from "diff";
import { useMemo } from "react";
import type { Draft } from "../api/types";
import { t } from "../strings";

/** Somebody else changed this draft meanwhile: both texts stay, with what only one of them says marked, until a person chooses. */
export function ConflictChoice({ mine, theirs, onSettle }: { mine: string; theirs: Draft; onSettle: (choice: "mine" | "theirs") => void }) {
  const parts = useMemo(() => diffWordsWithSpace(theirs.body, mine), [theirs.body, mine]);
  return (
    <div className="conflict" role="alert" data-testid="conflict">
      <b>{t("conflict.title")}</b>
      <div className="conflict-texts">
        <section>
          <h3>{t("conflict.mine")}</h3>
          <p className="letter-text">{parts.filter((part) => !part.removed).map((part, i) => (part.added ? <ins key={i}>{part.value}</ins> : <span key={i}>{part.value}</span>))}</p>
          <Button variant="default" onClick={() => onSettle("mine")}>{t("conflict.keepMine")}</Button>
        </section>
        <section>
          <h3>{t("conflict.theirs")}</h3>
          <p className="letter-text">{parts.filter((part) => !part.added).map((part, i) => (part.removed ? <del className="theirs" key={i}>{part.value}</del> : <span key={i}>{part.value}</span>))}</p>
          <Button variant="default" onClick={() => onSettle("theirs")}>{t("conflict.takeTheirs")}</Button>
        </section>
      </div>
    </div>
  );
}
