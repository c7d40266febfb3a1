import { Button, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { encode } from "uqr";
import { beginSecondFactor, proveSecondFactor, removeSecondFactor, secondFactorQuery } from "../api/access";
import { queryClient } from "../api/queries";
import { proven } from "../states/AskProof";
import { Confirm } from "../states/Confirm";
import { notifyFailure } from "../states/notice";
import { Failure, Rows } from "../states/States";
import { t } from "../strings";
import { day } from "../text/time";

const refresh = () => queryClient.invalidateQueries({ queryKey: secondFactorQuery.queryKey });

/** A code of an app beside the password, and ten codes for the day the phone is lost. */
export function SecondFactorSettings() {
  const { data, error, refetch } = useQuery(secondFactorQuery);
  const [codes, setCodes] = useState<string[] | null>(null);
  const begin = useMutation({ mutationFn: () => proven(beginSecondFactor), onError: notifyFailure });
  const remove = useMutation({ mutationFn: () => proven(removeSecondFactor), onSuccess: () => { setCodes(null); return refresh(); }, onError: notifyFailure });
  return (
    <section aria-label={t("factor.title")} data-testid="second-factor">
      <h2>{t("factor.title")}</h2>
      <p className="quiet">{t("factor.lead")}</p>
      {error ? <Failure error={error} onRetry={() => void refetch()} /> : !data ? <Rows count={1} />
        : data.since ? <div className="bar"><span>{t("factor.on", { since: day(data.since), n: data.recovery_codes })}</span><Confirm label={t("factor.remove")} question={t("factor.removeAsk")} isBusy={remove.isPending} onYes={() => remove.mutate()} /></div>
        : begin.data ? <Prove secret={begin.data.secret} address={begin.data.address} onDone={(told) => { setCodes(told); begin.reset(); void refresh(); }} />
        : <Button size="xs" variant="default" loading={begin.isPending} onClick={() => begin.mutate()}>{t("factor.begin")}</Button>}
      {codes && (
        <div className="warning" role="status">
          <p>{t("factor.codes")}</p>
          <ul className="recovery-codes">{codes.map((one) => <li key={one}><code>{one.slice(0, 5)}-{one.slice(5)}</code></li>)}</ul>
        </div>
      )}
    </section>
  );
}

function Prove({ secret, address, onDone }: { secret: string; address: string; onDone: (codes: string[]) => void }) {
  const [code, setCode] = useState("");
  const prove = useMutation({ mutationFn: () => proveSecondFactor(code), onSuccess: onDone, onError: notifyFailure });
  return (
    <form className="proof" onSubmit={(event) => { event.preventDefault(); prove.mutate(); }}>
      <p>{t("factor.scan")}</p>
      <Picture text={address} />
      <p className="quiet">{t("factor.type")} <code data-testid="secret">{secret.replace(/(.{4})/g, "$1 ").trim()}</code></p>
      <TextInput size="xs" label={t("factor.code")} inputMode="numeric" autoComplete="one-time-code" maxLength={8} value={code} onChange={(event) => setCode(event.currentTarget.value)} maw={200} />
      <Button size="xs" type="submit" disabled={code.trim().length < 6} loading={prove.isPending}>{t("factor.prove")}</Button>
    </form>
  );
}

/** A QR code, drawn here: the secret leaves this page on no way but the camera's. */
function Picture({ text }: { text: string }) {
  const { data, size } = useMemo(() => encode(text, { border: 2 }), [text]);
  const path = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : []))).join("");
  return <svg className="qr" viewBox={`0 0 ${size} ${size}`} width={180} height={180} role="img" aria-label={t("factor.picture")}><rect width={size} height={size} fill="#fff" /><path d={path} fill="#000" /></svg>;
}
