import { Button } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { IconCircleCheck, IconCircleX, IconShieldCheck } from "@tabler/icons-react";
import { checkpointQuery } from "../api/queries";
import { verifyRecord } from "../api/record";
import type { Verification } from "../api/types";
import { Ago } from "../states/Parts";
import { Failure, Rows, sentenceOf } from "../states/States";
import { t } from "../strings";

export function CheckpointPanel() {
  const { data, error, refetch } = useQuery(checkpointQuery);
  const verify = useMutation({ mutationFn: verifyRecord });
  return (
    <section className="panel" aria-label={t("record.checkpoint")}>
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Rows count={2} />}
      {data && (
        <>
          <p><b>{t("record.size", { n: data.size })}</b> <span className="quiet">{t("record.signed")} <Ago at={data.at} /> · {data.anchored}</span></p>
          <details><summary>{t("record.checkpoint")}</summary><pre tabIndex={0}>{data.note}</pre><p className="quiet">{t("record.key")} <code>{data.key}</code></p></details>
        </>
      )}
      <div className="bar">
        <Button leftSection={<IconShieldCheck size={15} />} loading={verify.isPending} onClick={() => verify.mutate()}>{t("record.verify")}</Button>
        {verify.data && <Result result={verify.data} />}
        {verify.error && <span role="alert">{sentenceOf(verify.error)}</span>}
      </div>
    </section>
  );
}

function Result({ result }: { result: Verification }) {
  return (
    <p className="result" data-ok={result.ok} role="status" data-testid="verification">
      {result.ok ? <IconCircleCheck size={16} aria-hidden /> : <IconCircleX size={16} aria-hidden />}
      <span><b>{result.ok ? t("record.ok", { n: result.size }) : t("record.bad", { n: result.first_bad ?? "?" })}</b> {result.detail} <span className="quiet">{result.ms} ms</span></span>
    </p>
  );
}
