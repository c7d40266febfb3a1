import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { policyVersionQuery } from "../api/queries";
import type { Policy } from "../api/types";
import { Ago } from "../states/Parts";
import { Failure, Rows } from "../states/States";
import { t } from "../strings";
import { difference } from "./lines";

/** Every version ever saved; opening one shows what it changed against the one before. */
export function Versions({ policy }: { policy: Policy }) {
  const [open, setOpen] = useState<number | null>(null);
  const versions = [...policy.versions].sort((a, b) => b.version - a.version);
  return (
    <section>
      <h2>{t("policy.versions")}</h2>
      <ul className="lines" data-testid="versions">
        {versions.map((one) => (
          <li key={one.version} className="line">
            <button type="button" className="link version" aria-expanded={open === one.version} onClick={() => setOpen(open === one.version ? null : one.version)}>{t("policy.version", { n: one.version })}</button>
            <span className="quiet">{one.made_by ?? t("policy.shipped")}{one.made_at && <> · <Ago at={one.made_at} /></>}{one.note && <> · {one.note}</>}</span>
            {open === one.version && <Change policy={policy} version={one.version} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Change({ policy, version }: { policy: Policy; version: number }) {
  const now = useQuery(policyVersionQuery(policy.kind, policy.key, version));
  const before = useQuery({ ...policyVersionQuery(policy.kind, policy.key, version - 1), enabled: version > 1 });
  const failed = now.error ?? before.error;
  if (failed) return <Failure error={failed} />;
  if (!now.data || (version > 1 && !before.data)) return <Rows count={2} />;
  if (version === 1) return <pre tabIndex={0}>{now.data.body}</pre>;
  const lines = difference(before.data?.body ?? "", now.data.body);
  if (lines.every((line) => line === null)) return <p className="quiet">{t("policy.sameText")}</p>;
  return (
    <pre className="difference" tabIndex={0} aria-label={t("policy.difference", { n: version, before: version - 1 })}>
      {lines.map((line, i) => (line === null ? <span key={i} className="quiet">{"  …\n"}</span> : line.op === "same" ? <span key={i}>{`  ${line.text}\n`}</span> : line.op === "added" ? <ins key={i}>{`+ ${line.text}\n`}</ins> : <del key={i}>{`− ${line.text}\n`}</del>))}
    </pre>
  );
}
