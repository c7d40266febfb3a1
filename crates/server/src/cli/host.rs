//! Serving until somebody asks it to stop.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::watch,
};

use super::{Failure, Outcome};
use crate::{App, FlowError, api, flow, jobs};

/// How long open pages may finish once the stop was asked for.
const LAST_REQUESTS: Duration = Duration::from_secs(3);

/// Takes the address, so that a wrong one is said before anything is opened.
///
/// # Errors
/// When the address is taken or not ours.
pub async fn bind(listen: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(listen).await.map_err(|e| {
        Failure::told(format!(
            "{listen} cannot be listened on: {e}. Stop what uses it, or choose another with --listen."
        ))
    })
}

/// Serves until SIGINT or SIGTERM. Then: no new requests, running deliveries end, the database closes.
///
/// # Errors
/// When the system takes the listener away.
pub async fn serve(app: Arc<App>, listener: TcpListener) -> Outcome {
    serve_while(app, listener, async { Ok(()) }).await
}

/// Serves at once; background work begins when `first` is done.
///
/// # Errors
/// When the system takes the listener away.
pub async fn serve_while(
    app: Arc<App>,
    listener: TcpListener,
    first: impl Future<Output = Result<(), FlowError>> + Send + 'static,
) -> Outcome {
    flow::take_up::take_up(&app).await?;
    let working = Arc::clone(&app);
    let mut loops = tokio::spawn(async move {
        if let Err(error) = first.await {
            tracing::error!(%error, "what comes before background work failed");
        }
        jobs::spawn(working)
    });
    let (tell, mut told) = watch::channel(false);
    tokio::spawn(async move {
        stop_asked().await;
        // Nobody listening means that serving ended by itself.
        let _ = tell.send(true);
    });
    let mut asked = told.clone();
    let router = api::router(Arc::clone(&app)).into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, router).with_graceful_shutdown(async move {
        let _ = asked.wait_for(|asked| *asked).await;
    });
    let ended = tokio::select! {
        ended = serving => ended,
        // Live pages hold their connection for ever; they reconnect by themselves.
        () = async { let _ = told.wait_for(|asked| *asked).await; tokio::time::sleep(LAST_REQUESTS).await } => Ok(()),
    };
    match tokio::time::timeout(LAST_REQUESTS, &mut loops).await {
        Ok(Ok(loops)) => loops.stop().await,
        Ok(Err(_)) => {}
        Err(_) => loops.abort(),
    }
    if let Err(error) = app.telemetry.keep() {
        tracing::error!(%error, "templates and rates are counted anew after the restart");
    }
    app.store.close().await;
    ended.map_err(|e| Failure::told(format!("Serving ended: {e}. Start it again.")))
}

async fn stop_asked() {
    let wait = async |kind| match signal(kind) {
        Ok(mut stream) => {
            stream.recv().await;
        }
        Err(_) => std::future::pending().await,
    };
    tokio::select! {
        () = wait(SignalKind::interrupt()) => {}
        () = wait(SignalKind::terminate()) => {}
    }
}
