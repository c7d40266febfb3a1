import { t } from "../strings";
import { narrowest, widest, type Panel } from "./panel";

/** The panel's left edge: drag it, or use the arrow keys. */
export function PanelEdge({ panel }: { panel: Panel }) {
  const drag = (event: React.PointerEvent<HTMLDivElement>) => {
    const start = event.clientX;
    const width = panel.width;
    const edge = event.currentTarget;
    edge.setPointerCapture(event.pointerId);
    edge.onpointermove = (move) => panel.setWidth(width + start - move.clientX);
    edge.onpointerup = () => { edge.onpointermove = null; };
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const step = event.key === "ArrowLeft" ? 24 : event.key === "ArrowRight" ? -24 : 0;
    if (step === 0) return;
    event.preventDefault();
    panel.setWidth(panel.width + step);
  };
  return (
    <div className="panel-edge" role="separator" aria-orientation="vertical" aria-label={t("panel.resize")} tabIndex={0}
      aria-valuenow={panel.width} aria-valuemin={narrowest} aria-valuemax={widest} onPointerDown={drag} onKeyDown={onKeyDown} />
  );
}
