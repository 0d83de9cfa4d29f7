//! Who speaks first and what both must agree on.

use crate::{
    AgentFrame, ClientFrame, Failure, FailureKind, Framed, Hello, PROTOCOL, Welcome, WireError,
    codec::{decode, encode},
};
use futures::{SinkExt as _, StreamExt as _};
use std::time::Duration;

/// How long either side waits for the other's first frame.
pub const DEADLINE: Duration = Duration::from_secs(5);

/// The client's side: says hello, returns the agent's welcome.
pub async fn greet(stream: &mut Framed, hello: &Hello) -> Result<Welcome, WireError> {
    tokio::time::timeout(DEADLINE, async {
        stream
            .send(encode(&ClientFrame::Hello(hello.clone()))?)
            .await?;
        let bytes = stream.next().await.ok_or(WireError::Closed)??;
        match decode(&bytes)? {
            AgentFrame::Welcome(welcome) => Ok(welcome),
            AgentFrame::Refused(failure) => Err(WireError::Refused(failure)),
            _ => Err(WireError::OutOfTurn {
                expected: "a welcome",
            }),
        }
    })
    .await
    .map_err(|_| WireError::Deadline(DEADLINE))?
}

/// The agent's side: reads the hello, checks the protocol, answers. Returns the hello.
pub async fn welcome(stream: &mut Framed, answer: Welcome) -> Result<Hello, WireError> {
    tokio::time::timeout(DEADLINE, async {
        let bytes = stream.next().await.ok_or(WireError::Closed)??;
        let ClientFrame::Hello(hello) = decode(&bytes)? else {
            return Err(WireError::OutOfTurn { expected: "a hello" });
        };
        if hello.protocol != PROTOCOL {
            let failure = Failure::new(
                FailureKind::Incompatible,
                format!(
                    "The agent speaks protocol {PROTOCOL} (version {}), the client protocol {} (version {}).",
                    answer.version, hello.protocol, hello.version
                ),
                "Restart the agent with this version: `trimtab agent stop`, then try again.",
            );
            stream.send(encode(&AgentFrame::Refused(failure.clone()))?).await?;
            return Err(WireError::Refused(failure));
        }
        stream.send(encode(&AgentFrame::Welcome(answer))?).await?;
        Ok(hello)
    })
    .await
    .map_err(|_| WireError::Deadline(DEADLINE))?
}
