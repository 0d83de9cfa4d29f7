//! An agent's life: policy, lock, store, recovery, socket, clients; and the same backwards.

use crate::{
    AgentError, Workspace,
    artifacts::Depot,
    clock,
    context::Context,
    demo,
    http::Server,
    hub,
    ingest::Ingest,
    jobs::{self, JobBook},
    listen::Socket,
    lock::AgentLock,
    monitors::MonitorRunner,
    notices::Notices,
    peer,
    policy::{self, InForce},
    recover,
    releases::Releases,
    service::{Actor, tracking},
    serving::{self, Servings},
    session, targets, watch,
    webhooks::{self, Secrets, Webhooks},
};
use std::{
    io,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64},
    },
    time::Duration,
};
use tokio::{io::DuplexStream, sync::mpsc};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use trimtab_store::Store;
use trimtab_wire::Stream;

/// How long requests in flight may take to finish when the agent stops.
const PATIENCE: Duration = Duration::from_secs(20);

/// What an agent is started with.
#[derive(Debug)]
pub struct AgentOptions {
    /// The workspace's folder, absolute.
    pub root: PathBuf,
    /// Whether acts are refused.
    pub read_only: bool,
    /// The program that supervises jobs (`EXE job-exec --dir DIR`): this one.
    pub exe: PathBuf,
    /// Where clients come from.
    pub listener: Listener,
}

/// Where clients come from. Jobs log through the socket, so there is always one.
#[derive(Debug)]
pub enum Listener {
    /// The workspace's Unix socket.
    Unix,
    /// That, and the process the agent lives in. The agent ends when its queue closes.
    Memory(mpsc::Receiver<DuplexStream>),
}

/// Runs an agent until `stop` ends, a client stops it, or the queue of its process closes.
///
/// # Errors
/// The policy is wrong, another agent runs, or the store or the socket cannot be opened; nothing was changed then.
/// A store that cannot be closed is an error at the end.
pub async fn run(
    options: AgentOptions,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), AgentError> {
    let workspace = Workspace::new(&options.root);
    let policy = policy::load(&workspace)?;
    let lock = AgentLock::take(&workspace)?;
    // Before the store is opened: an address that is taken costs nothing yet.
    let server = Server::bind(&policy.agent, workspace.root()).await?;
    let url = server.as_ref().map(Server::url);
    let ctx = Arc::new(open(&options, workspace, InForce::new(policy), url).await?);
    let socket = Socket::bind(&ctx.socket, &ctx.workspace.own());
    let served = match socket {
        Ok(socket) => {
            for message in &ctx.recovered {
                tracing::info!("recovered: {message}");
            }
            tracing::info!(socket = %ctx.socket.display(), http = ctx.api, "the agent serves");
            if let Some(server) = server {
                ctx.work.spawn(server.run(Arc::clone(&ctx)));
            }
            let closed = CancellationToken::new();
            let sessions = serve(&ctx, &socket, options.listener, stop, &closed).await;
            let result = close(&ctx).await;
            drop(socket);
            closed.cancel();
            sessions.wait().await;
            result
        }
        Err(error) => {
            // Why there is no socket is the error to tell, whatever comes of closing.
            let _ = close(&ctx).await;
            Err(error)
        }
    };
    drop(lock);
    served
}

/// Opens the store and puts right what a killed agent left.
async fn open(
    options: &AgentOptions,
    workspace: Workspace,
    policy: InForce,
    api: Option<String>,
) -> Result<Context, AgentError> {
    let file = workspace.store_file();
    let opened = tokio::task::spawn_blocking(move || Store::open(&file)).await;
    let (store, recovery) = opened
        .map_err(|e| AgentError::io("opening", workspace.store_file())(io::Error::other(e)))??;
    let http = targets::client()
        .map_err(|e| AgentError::io("preparing HTTP for", workspace.root())(io::Error::other(e)))?;
    let secrets = Secrets::open(workspace.webhook_secrets());
    let known = |id: &str| store.webhook(id).is_some();
    if let Err(error) = secrets.keep_only(known) {
        tracing::warn!(%error, "secrets of webhooks that are gone were not forgotten");
    }
    let webhooks = Webhooks::new(secrets, webhooks::public_only(&policy.get().agent));
    let monitors = MonitorRunner::new(
        store.clone(),
        workspace.root().to_owned(),
        &policy.get().monitors,
    );
    let artifacts = Depot::new(workspace.artifact_root(), workspace.drafts());
    artifacts.tidy();
    let notices = workspace.notices();
    let mut ctx = Context {
        artifacts,
        monitors,
        new_files: tokio::sync::Notify::default(),
        socket: workspace.socket(),
        workspace,
        exe: options.exe.clone(),
        read_only: options.read_only,
        started: clock::now(),
        recovered: recovery.messages,
        store,
        policy,
        hub: hub::Hub::default(),
        ingest: Ingest::default(),
        jobs: JobBook::default(),
        releases: Releases::default(),
        registering: tokio::sync::Mutex::default(),
        webhooks,
        notices: Notices::open(notices),
        servings: Servings::default(),
        api,
        http,
        clients: AtomicU32::new(0),
        last_audit: AtomicU64::new(0),
        stop: CancellationToken::new(),
        work: TaskTracker::new(),
    };
    let put_right = async {
        let messages = recover::all(&ctx).await?;
        // Every MLflow client expects it.
        if ctx.policy().agent.http.is_some() {
            tracking::ensure_default(&ctx).await?;
        }
        Ok::<_, trimtab_wire::Failure>(messages)
    };
    match put_right.await {
        Ok(messages) => ctx.recovered.extend(messages),
        Err(failure) => {
            let _ = ctx.store.close().await;
            return Err(AgentError::Recovery(failure.message));
        }
    }
    Ok(ctx)
}

/// Takes clients until something says stop.
async fn serve(
    ctx: &Arc<Context>,
    socket: &Socket,
    listener: Listener,
    stop: impl Future<Output = ()>,
    closed: &CancellationToken,
) -> TaskTracker {
    jobs::adopt(ctx).await;
    ctx.work.spawn(hub::run(Arc::clone(ctx)));
    ctx.work.spawn(serving::watch(Arc::clone(ctx)));
    ctx.work.spawn(demo::watch(Arc::clone(ctx)));
    ctx.work.spawn(watch::run(Arc::clone(ctx)));
    let mut inbox = match listener {
        Listener::Unix => None,
        Listener::Memory(inbox) => Some(inbox),
    };
    let own = Actor(peer::own());
    let sessions = TaskTracker::new();
    tokio::pin!(stop);
    loop {
        let (stream, actor): (Box<dyn Stream>, Actor) = tokio::select! {
            () = &mut stop => break,
            () = ctx.stop.cancelled() => break,
            accepted = socket.accept() => match accepted {
                Ok(stream) => {
                    let actor = Actor(peer::of(&stream));
                    (Box::new(stream), actor)
                }
                Err(error) => {
                    // Out of descriptors, most likely: the next try must not spin.
                    tracing::warn!(%error, "a client could not be accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
            stream = next(&mut inbox) => match stream {
                Some(stream) => (Box::new(stream), own.clone()),
                None => break,
            },
        };
        sessions.spawn(session::serve(
            Arc::clone(ctx),
            stream,
            actor,
            closed.clone(),
        ));
    }
    sessions.close();
    sessions
}

/// The next client of this process; never, when there is no queue.
async fn next(inbox: &mut Option<mpsc::Receiver<DuplexStream>>) -> Option<DuplexStream> {
    match inbox {
        Some(inbox) => inbox.recv().await,
        None => std::future::pending().await,
    }
}

/// Finishes what is in flight and closes the store.
async fn close(ctx: &Context) -> Result<(), AgentError> {
    ctx.stop.cancel();
    ctx.work.close();
    if tokio::time::timeout(PATIENCE, ctx.work.wait())
        .await
        .is_err()
    {
        tracing::warn!(left = ctx.work.len(), "stopping with work in flight");
    }
    ctx.store.close().await?;
    tracing::info!("the agent stopped");
    Ok(())
}
